import type { ImageWire } from "../../api/wire";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { isImporting } from "../../watch/imageWatcher";
import type { StoredImageImport } from "./imageImportTable";
import { clearStaged } from "./importSource";
import { cleanUpAfter, findLineage, inOrder, retire, unretire, without } from "../lineage/lineage";
import {
  begunTag,
  digestTag,
  importTag,
  isBegun,
  isOwnerTag,
  lineageTag,
  ownersTurn,
  ownTags,
  retainOf,
  retainTag,
  turnOf,
} from "../lineage/lineageTags";
import { prune } from "../lineage/prune";
import { sourceIdentity } from "./sourceIdentity";
import { requireTeam } from "../teamCheck";

/**
 * Decides what the end of a state means for its image. Where a later state of the lineage stands, the image has been replaced: it is
 * retired, and what is more than that state retains is deleted. Else the lineage ends: all of it is deleted. An image that a later
 * state has taken over is left alone.
 */
export async function removeImport(id: string, state: StoredImageImport, context: ProviderContext, call: Call): Promise<void> {
  const { signal } = call;
  const watcher = context.watchers.of(id);
  watcher.forget();
  const tag = state.lineageTag ?? lineageTag(context.namespace, call.urn);
  const lineage = await findLineage(tag, context, signal);
  const image = lineage.versions.find((version) => String(version.id) === id) ?? (await watcher.image(signal));
  if (image === undefined) await requireTeam(state.team, `Image ${id}`, context, signal);
  const owners = (image?.tags ?? []).filter(isOwnerTag);
  if (state.ownerTag !== undefined && owners.length > 0 && !owners.includes(state.ownerTag)) {
    call.info(`Image ${id} stays: a later run has taken it over.`);
    return;
  }
  // Turns of another lineage, which `pulumi import` may have brought along, say nothing in this one.
  const turn = state.lineageTag === undefined ? 0 : turnOf(state.ownerTag);
  const others = without(lineage, Number(id));
  const isOrphan = (other: ImageWire): boolean =>
    (isBegun(other) && !context.standing.has(String(other.id))) || (other.tags?.some((own) => own === state.ownerTag) ?? false);
  const successors = others.filter((other) => (ownersTurn(other) ?? -1) >= turn && !isOrphan(other));
  for (const successor of successors) await unretire(successor, context, signal);
  const retain = successors[0] === undefined ? 0 : retainOf(successors[0]);
  const earlier = others.filter((other) => !successors.includes(other));
  const past = [...earlier];
  if (image === undefined || image.status === "deleted") {
    await cleanUpAfter(id, [...marksOf(state, tag), ...ownTags(image ?? {})], lineage, context, signal);
  } else {
    // A source that was declared later than the image was made says best what it is.
    past.push(retain === 0 ? image : await retire(image, tag, sourceTags(state, tag), context, signal));
  }
  // Where the lineage ends, nobody comes back for what a run that was killed has left in Spaces.
  const isLast = successors.length === 0 && context.sources.hasSpaces;
  if (isLast || isImporting({ status: state.status })) await clearStaged(state, tag, context, call);
  await prune({ lineage, past: inOrder(past), retain, forceDelete: state.forceDelete ?? false, besides: id }, context, call);
}

function sourceTags({ source, followed, digest }: StoredImageImport, lineage: string): readonly string[] {
  if (source === undefined) return [];
  const tag = importTag(lineage, sourceIdentity(source, followed));
  return digest === undefined ? [tag] : [tag, digestTag(digest)];
}

/** What an image carries, by its state alone: the image may be gone before its tags are. */
export function marksOf({ correlationTag, ownerTag, retain, digest }: StoredImageImport, lineage: string): readonly string[] {
  const digests = digest === undefined ? [] : [digestTag(digest)];
  const owners = ownerTag === undefined ? [] : [ownerTag, begunTag(ownerTag)];
  return [correlationTag, ...owners, retainTag(lineage, retain), ...digests].filter((tag) => tag !== undefined);
}
