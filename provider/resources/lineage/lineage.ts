import type { ImageWire, TaggedResourceWire } from "../../api/wire";
import type { ProviderContext } from "../../providerContext";
import {
  isBegunTag,
  isDigestTag,
  isMark,
  isOfLineage,
  isOwnerTag,
  isRetainTag,
  isRetiredTag,
  isUnsettled,
  lastTurn,
  ownerTag,
  ownersTurn,
  ownTags,
  retiredTagOn,
  turnOf,
} from "./lineageTags";

/** The images that were made for one resource and are still there. */
export interface Lineage {
  readonly tag: string;
  /** The one that was in use last comes first. */
  readonly versions: readonly ImageWire[];
}

/** One request. What this process has made of the lineage counts, also where the list lags behind. */
export async function findLineage(tag: string, context: ProviderContext, signal: AbortSignal): Promise<Lineage> {
  const listed = await context.api.images.listByTag(tag, signal);
  const current = context.current.get(tag);
  const versions = current === undefined ? listed : [current, ...listed.filter(({ id }) => id !== current.id)];
  return { tag, versions: inOrder(versions) };
}

/** The one that was in use last comes first. */
export function inOrder(versions: readonly ImageWire[]): readonly ImageWire[] {
  return [...versions].sort((a, b) => lastTurn(b) - lastTurn(a) || b.id - a.id);
}

/** The version that is made of these bits, begun or whole. */
export function versionOf({ versions }: Lineage, importTag: string): ImageWire | undefined {
  return versions.find(({ tags }) => tags?.includes(importTag));
}

/** The versions but this one that no state stands for: retired ones, and what a create didn't end, unless the engine has told of its state. */
export function past(lineage: Lineage, id: number, { standing }: ProviderContext): readonly ImageWire[] {
  return without(lineage, id).filter((version) => {
    return ownersTurn(version) === undefined || (isUnsettled(version) && !standing.has(String(version.id)));
  });
}

export function without({ versions }: Lineage, id: number | undefined): readonly ImageWire[] {
  return versions.filter((version) => version.id !== id);
}

/**
 * The mark of a state that is later than all others of the lineage: also than one whose image failed, and so is in no list. `importTag`
 * says which version it will stand for.
 */
export function nextOwnerTag({ tag, versions }: Lineage, importTag: string, { standing }: ProviderContext): string {
  const carried = versions.flatMap(({ tags }) => (tags ?? []).filter(isMark));
  const kept = [...standing.values()].flatMap((state) => (state.lineageTag === tag ? [state.ownerTag] : []));
  return ownerTag(Math.max(0, ...[...carried, ...kept].map(turnOf)) + 1, importTag);
}

/**
 * Makes a version stand for the state that these tags are of, and for no other: the late delete of an earlier state can't take it. What
 * says that it was retired stays, so that the way back is short, until `unretire`.
 */
export async function claim(version: ImageWire, tags: readonly string[], context: ProviderContext, signal: AbortSignal): Promise<void> {
  const carried = ownTags(version);
  await mark(version, tags, context, signal);
  const stale = carried.filter((tag) => (isOwnerTag(tag) || isRetainTag(tag)) && !tags.includes(tag));
  for (const tag of stale) await context.api.tags.delete(tag, signal);
}

/** Says that a state stands for the version from now on: its create has ended. */
export async function settle(version: ImageWire, context: ProviderContext, signal: AbortSignal): Promise<void> {
  for (const tag of ownTags(version).filter(isBegunTag)) await context.api.tags.delete(tag, signal);
}

/** Takes off a version what it carries of the time when it was retired: a state stands for it again. */
export async function unretire(version: ImageWire, context: ProviderContext, signal: AbortSignal): Promise<void> {
  for (const tag of ownTags(version).filter(isRetiredTag)) await context.api.tags.delete(tag, signal);
}

/**
 * Marks a version that no state stands for any more, and gives it what it must carry to be found again: the lineage's tag, and those that
 * say what it is made of. Answers how it is now; one that was retired before costs no request.
 */
export async function retire(
  version: ImageWire,
  lineage: string,
  sourceTags: readonly string[],
  context: ProviderContext,
  signal: AbortSignal,
): Promise<ImageWire> {
  const retired = retiredTagOn(version, lineage);
  const over = ownTags(version).filter((tag) => isMark(tag) && tag !== retired);
  const missing = await mark(version, [lineage, ...sourceTags, retired], context, signal);
  for (const tag of over) await context.api.tags.delete(tag, signal);
  return { ...version, tags: [...(version.tags ?? []), ...missing].filter((tag) => !over.includes(tag)) };
}

/** Gives a version those of the tags that it doesn't carry, and answers which these were. */
async function mark(
  version: ImageWire,
  tags: readonly string[],
  context: ProviderContext,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { tags: api } = context.api;
  const image: TaggedResourceWire = { resource_id: String(version.id), resource_type: "image" };
  const missing = tags.filter((tag) => !version.tags?.includes(tag));
  for (const tag of missing) await (isMark(tag) ? api.make(tag, [image], signal) : api.add(tag, [image], signal));
  return missing;
}

/** Deletes a version; the lineage's own tag stays as long as any other is there. Killed half-way, it is found by that tag and ended. */
export async function discard(
  version: ImageWire,
  { tag, versions }: Lineage,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  const id = String(version.id);
  const others = versions.filter((other) => other.id !== version.id);
  const foreign = !version.tags?.includes(tag);
  const tags = ownTags(version).filter((own) => own !== tag);
  await dropTags(tags, id, foreign ? undefined : others, context, signal);
  await context.api.images.delete(id, signal);
  context.watchers.of(id).forget();
  if (context.current.get(tag)?.id === version.id) context.current.delete(tag);
  if (others.length === 0) await endLineage(tag, context, signal);
}

/** Deletes what tags an image has left that is gone, and the lineage's own where that was the last version. */
export async function cleanUpAfter(
  id: string,
  tags: Iterable<string>,
  { tag, versions }: Lineage,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  const others = versions.filter((version) => String(version.id) !== id);
  const left = [...new Set(tags)].filter((one) => one !== tag);
  await dropTags(left, id, others, context, signal);
  if (others.length === 0) await endLineage(tag, context, signal);
}

/** Deletes what tags are left when the last version is gone: also those of imports that failed after the run that began them was killed. */
async function endLineage(lineage: string, { api }: ProviderContext, signal: AbortSignal): Promise<void> {
  for (const tag of await api.tags.names(signal)) {
    if (isOfLineage(tag, lineage) && (await api.images.listByTag(tag, signal)).length === 0) await api.tags.delete(tag, signal);
  }
  await api.tags.delete(lineage, signal);
}

/** Deletes those of an image's tags that no other image carries. `others` are all that can carry a tag of the lineage, where that is known. */
async function dropTags(
  tags: readonly string[],
  id: string,
  others: readonly ImageWire[] | undefined,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  for (const tag of tags) {
    const ask = !isMark(tag) && (isDigestTag(tag) || others === undefined);
    const carriers = ask ? await context.api.images.listByTag(tag, signal) : (others ?? []).filter((other) => other.tags?.includes(tag));
    if (carriers.every((carrier) => String(carrier.id) === id)) await context.api.tags.delete(tag, signal);
  }
}
