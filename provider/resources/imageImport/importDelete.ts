import type { ImageWire } from "../../api/wire";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { isImporting } from "../../watch/imageWatcher";
import { findBegun } from "./existingImages";
import type { StoredImageImport } from "./imageImportTable";
import { clearStaged } from "./importSource";
import {
  cleanUpAfter,
  discard,
  endLineage,
  findLineage,
  inOrder,
  leave,
  type Lineage,
  retire,
  unretire,
  without,
} from "../lineage/lineage";
import {
  asOf,
  begunTagsOf,
  deletingTag,
  digestTag,
  freshLineage,
  importTag,
  isBegun,
  isImportTag,
  isOfLineage,
  isWantedBeside,
  lineageTag,
  ownersOf,
  ownersTurn,
  ownTags,
  placeOf,
  retainOf,
  retainTag,
  turnOf,
} from "../lineage/lineageTags";
import { prune } from "../lineage/prune";
import { shareOf, sourceIdentity } from "./sourceIdentity";
import { requireTeam } from "../teamCheck";

/**
 * Decides what the end of a state means for its image. Where a later state of the lineage stands, the image has been replaced: it is
 * retired, and what is more than that state retains is deleted. Else the lineage ends: all of it is deleted, but for what others own or
 * keep. An image that a later state of the lineage has taken over is left alone.
 */
export async function removeImport(id: string, state: StoredImageImport, context: ProviderContext, call: Call): Promise<void> {
  const { signal } = call;
  const watcher = context.watchers.of(id);
  watcher.forget();
  const next = context.created.get(call.urn);
  const place = placeOf(context.namespace, call.urn);
  // Of an image that came by `pulumi import` there is no history but that of what replaced it.
  const tag = state.lineageTag ?? next?.lineageTag ?? freshLineage(context.world.random);
  let lineage = await findLineage(tag, context, signal);
  const image = lineage.versions.find((version) => String(version.id) === id) ?? (await watcher.image(signal));
  if (image === undefined) await requireTeam(state.team, `Image ${id}`, context, signal);
  const owners = ownersOf(image ?? {});
  const own = owners.filter((mark) => isOfLineage(mark, tag));
  const isMarked = state.ownerTag !== undefined && own.includes(state.ownerTag);
  const isLater = (mark: string): boolean => turnOf(mark) > turnOf(state.ownerTag);
  const retaken = state.ownerTag !== undefined && (isMarked ? own.some(isLater) : own.length > 0);
  const foreign = state.ownerTag === undefined && owners.length > 0;
  if (retaken || foreign) {
    if (isMarked) await context.api.tags.delete(state.ownerTag ?? "", signal);
    call.info(`Image ${id} stays: ${retaken ? "a later run has taken it over" : "it belongs to other resources"}.`);
    return;
  }
  // Turns of another lineage say nothing in this one.
  const turn = state.lineageTag === undefined ? 0 : turnOf(state.ownerTag);
  const others = without(lineage, Number(id));
  const isOrphan = (other: ImageWire): boolean =>
    (isBegun(other, tag) && !context.standing.has(String(other.id))) || (other.tags?.some((own) => own === state.ownerTag) ?? false);
  const successors = others.filter((other) => (ownersTurn(other, tag) ?? -1) >= turn && !isOrphan(other));
  for (const successor of successors) await unretire(successor, tag, context, signal);
  let retain = successors[0] === undefined ? 0 : retainOf(successors[0], tag);
  const past = others.filter((other) => !successors.includes(other));
  // Where the lineage ends, nobody comes back for what a run that was killed has left in Spaces, unless others wait for the same import.
  const isLast = successors.length === 0 && context.sources.hasSpaces;
  const importing = isImporting({ status: state.status }) && (image === undefined || !isWantedBeside(image, tag));
  if (isLast || importing) await clearStaged(state, stagingOf(state, context, call), context, call);
  if (image === undefined || image.status === "deleted") {
    await cleanUpAfter(
      id,
      [
        deletingTag(Number(id)),
        ...marksOf(state, tag),
        ...shareTags(state, context),
        ...begunTagsOf(image ?? {}, tag),
        ...ownTags(image ?? {}),
      ],
      lineage,
      place,
      context,
      signal,
    );
  } else if (retain > 0) {
    // A source that was declared later than the image was made says best what it is.
    past.push(await retire(image, tag, sourceTags(state, tag), context, signal));
  } else past.push(image);
  if (successors.length === 0 && next !== undefined && next.retain > 0 && isHandedOver(tag, next.lineageTag, context)) {
    retain = next.retain;
    lineage = await handOver({ ...lineage, versions: past }, next.lineageTag, place, context, signal);
    past.splice(0, past.length, ...lineage.versions.filter((version) => ownersTurn(version, next.lineageTag) === undefined));
  }
  const pruning = { lineage, place, past: inOrder(past, lineage.tag), retain, forceDelete: state.forceDelete ?? false, besides: id };
  await prune(pruning, context, call);
  if (successors.length > 0 || next?.lineageTag === tag) return;
  // Nobody comes back for what killed runs have begun in this history, nor, where the resource goes, for what they began in any other of it.
  for (const stray of await findBegun(tag, next === undefined ? place : undefined, context, signal)) {
    await discard(stray.image, { tag: stray.lineage, versions: [stray.image] }, place, context, signal);
  }
}

/** Whether the resource was replaced by force: its create was told nothing of the lineage, and began another. */
function isHandedOver(from: string, to: string, { histories }: ProviderContext): boolean {
  return from !== to && ![...histories.values()].includes(from);
}

/** Gives what one lineage keeps to another, and answers that. What a killed run began is none to keep. */
async function handOver(from: Lineage, to: string, place: string, context: ProviderContext, signal: AbortSignal): Promise<Lineage> {
  let { versions } = from;
  for (const version of from.versions) {
    const isCurrent = ownersTurn(version, to) !== undefined;
    if (!isCurrent && isBegun(version, from.tag)) {
      await discard(version, { ...from, versions }, place, context, signal);
      versions = versions.filter((other) => other !== version);
      continue;
    }
    const importTags = ownTags(version).filter((own) => isImportTag(own) && isOfLineage(own, from.tag));
    if (!isCurrent) {
      await retire(
        version,
        to,
        importTags.map((own) => asOf(to, own)),
        context,
        signal,
      );
    }
    await leave(version, { ...from, versions }, context, signal);
    versions = versions.filter((other) => other !== version);
  }
  if (versions.length === 0) await endLineage(from.tag, place, undefined, context, signal);
  return findLineage(to, context, signal);
}

/** By what the copies of a resource's images in Spaces are told from others: the name that the resource had when it was created. */
export function stagingOf({ stagingPrefix, lineageTag: tag }: StoredImageImport, { namespace }: ProviderContext, { urn }: Call): string {
  return stagingPrefix ?? tag ?? lineageTag(namespace, urn);
}

function shareTags({ source }: StoredImageImport, context: ProviderContext): readonly string[] {
  const { verified, claimed } = (source && shareOf(source, context)) ?? {};
  return [verified, claimed].filter((tag) => tag !== undefined);
}

function sourceTags({ source, followed, digest }: StoredImageImport, lineage: string): readonly string[] {
  if (source === undefined) return [];
  const tag = importTag(lineage, sourceIdentity(source, followed));
  return digest === undefined ? [tag] : [tag, digestTag(digest)];
}

/** What an image carries, by its state alone: the image may be gone before its tags are. */
export function marksOf({ correlationTag, ownerTag, retain, digest }: StoredImageImport, lineage: string): readonly string[] {
  const digests = digest === undefined ? [] : [digestTag(digest)];
  const owners = ownerTag === undefined ? [] : [ownerTag];
  return [correlationTag, ...owners, retainTag(lineage, retain), ...digests].filter((tag) => tag !== undefined);
}
