import type { ProviderContext } from "../../provider/providerContext";
import { discard, leave } from "../../provider/resources/lineage/lineage";
import {
  freshLineage,
  isBegunByOwner,
  isBegunOfHistory,
  isMark,
  isOfLineage,
  isOwnerTag,
  isRetiredTag,
  isWantedBeside,
  lineageOfMark,
  ownTags,
} from "../../provider/resources/lineage/lineageTags";
import { entryOf, type Entry, type Owner } from "./inventory";

/**
 * Takes the marks of a state that was lost off its image, and those of what killed runs of the same resource have begun. Where no other state
 * of its history is left in the account, what that history keeps is released, too. What nobody else wants keeps the tag of its history: by
 * that it can be told from images that aren't imagefleet's.
 */
export async function release(
  { owner }: { readonly owner: Owner },
  { api, ...context }: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  const tag = lineageOfMark(owner.mark);
  const [names, images] = [await context.tagNames(signal), await api.images.list(signal)];
  const held = names.filter((name) => name !== owner.mark && (isOwnerTag(name) || isRetiredTag(name))).map(lineageOfMark);
  const onIts = images
    .map(ownTags)
    .filter((own) => own.includes(owner.mark))
    .flat();
  // Of a history whose state was given up for this one; a kill came between the marks.
  const isLeftOver = (mark: string): boolean => isBegunOfHistory(mark) && onIts.includes(mark) && !held.includes(lineageOfMark(mark));
  const begun = names.filter((mark) => isBegunByOwner(mark, owner.mark) || isLeftOver(mark));
  for (const mark of [owner.mark, ...begun]) await api.tags.delete(mark, signal);
  const versions = images.filter((image) => ownTags(image).some((own) => own === tag || isOfLineage(own, tag)));
  const others = versions.flatMap(ownTags).filter((own) => isOwnerTag(own) && isOfLineage(own, tag) && own !== owner.mark);
  if (others.length > 0) return;
  for (const version of versions) {
    if (isWantedBeside(version, tag)) await leave(version, { tag, versions }, { api, ...context }, signal);
    else for (const own of ownTags(version)) if (isMark(own)) await api.tags.delete(own, signal);
  }
}

/** Deletes an image unless somebody has come to it since it was listed. */
export async function deleteUnowned({ id }: Entry, context: ProviderContext, signal: AbortSignal): Promise<"deleted" | "left"> {
  const image = await context.api.images.get(id, signal);
  if (image === undefined || !entryOf(image, 0).unowned) return "left";
  // Of a history that nobody has: whatever owner there is meanwhile is another one.
  const tag = freshLineage(context.world.random);
  return discard(image, { tag, versions: [image] }, "", context, signal);
}
