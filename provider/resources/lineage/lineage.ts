import { isNotFound } from "../../api/errors";
import type { ImageWire, TaggedResourceWire } from "../../api/wire";
import type { ProviderContext } from "../../providerContext";
import {
  type Author,
  begunTagsOf,
  deletingTag,
  imageOfDeleting,
  isBegunTag,
  isDeletingTag,
  isDigestTag,
  isMark,
  isOfLineage,
  isOfPlace,
  isOwnerTag,
  isRetainTag,
  isRetiredTag,
  isUnsettled,
  isVersion,
  isWantedBeside,
  lastTurn,
  lineageOfMark,
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

/**
 * One request, and one for each image that it tells or that this process knows of. What becomes of an image is decided by how it shows
 * itself by its number: lists lag behind, also behind what this process has just done.
 */
export async function findLineage(tag: string, { api, tagged, standing }: ProviderContext, signal: AbortSignal): Promise<Lineage> {
  const listed = (await api.images.listByTag(tag, signal)).map(({ id }) => id);
  const stood = [...standing].flatMap(([id, { lineageTag }]) => (lineageTag === tag ? [Number(id)] : []));
  const ids = new Set([...(tagged.get(tag) ?? []), ...listed, ...stood]);
  const images = await Promise.all([...ids].map((id) => api.images.get(String(id), signal)));
  const isThere = (image: ImageWire | undefined): image is ImageWire => image !== undefined && image.status !== "deleted";
  const versions = images.filter(isThere).filter((image) => stood.includes(image.id) || isVersion(image, tag));
  return { tag, versions: inOrder(versions, tag) };
}

/** Remembers that this process has given an image these tags, or that it counts to their lineage. */
export function remember(id: number, tags: readonly string[], { tagged }: ProviderContext): void {
  for (const tag of tags) tagged.set(tag, (tagged.get(tag) ?? new Set()).add(id));
}

/** The one that was in use last comes first. */
export function inOrder(versions: readonly ImageWire[], lineage: string): readonly ImageWire[] {
  return [...versions].sort((a, b) => lastTurn(b, lineage) - lastTurn(a, lineage) || b.id - a.id);
}

/** The version that is made of these bits, begun or whole. */
export function versionOf({ versions }: Lineage, importTags: readonly string[]): ImageWire | undefined {
  return versions.find(({ tags }) => tags?.some((tag) => importTags.includes(tag)));
}

/** The versions but this one that no state stands for: retired ones, and what a create didn't end, unless the engine has told of its state. */
export function past(lineage: Lineage, id: number, { standing }: ProviderContext): readonly ImageWire[] {
  return without(lineage, id).filter((version) => {
    return ownersTurn(version, lineage.tag) === undefined || (isUnsettled(version, lineage.tag) && !standing.has(String(version.id)));
  });
}

export function without({ versions }: Lineage, id: number | undefined): readonly ImageWire[] {
  return versions.filter((version) => version.id !== id);
}

/**
 * The mark of a state that is later than all others of the lineage: also than one whose image failed, and so is in no list. Later, too,
 * than all that the image carries which it joins.
 */
export function nextOwnerTag(
  { tag, versions }: Lineage,
  author: Author,
  { standing }: ProviderContext,
  joined: readonly string[] = [],
): string {
  const carried = [...joined, ...versions.flatMap(({ tags }) => tags ?? [])].filter(isMark);
  const kept = [...standing.values()].flatMap((state) => (state.lineageTag === tag ? [state.ownerTag] : []));
  return ownerTag(Math.max(0, ...[...carried, ...kept].map(turnOf)) + 1, tag, author);
}

/**
 * Makes a version stand for the state that these tags are of, and for no other of its lineage: the late delete of an earlier state can't
 * take it. What says that it was retired stays, so that the way back is short, until `unretire`.
 */
export async function claim(
  version: ImageWire,
  lineage: string,
  tags: readonly string[],
  context: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  const carried = ownTags(version).filter((tag) => isOfLineage(tag, lineage));
  await mark(version, tags, context, signal);
  const stale = carried.filter((tag) => (isOwnerTag(tag) || isRetainTag(tag)) && !tags.includes(tag));
  for (const tag of stale) await context.api.tags.delete(tag, signal);
}

/** Says that a state stands for the version from now on: its create has ended. */
export async function settle(
  version: ImageWire,
  lineage: string | undefined,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  for (const tag of begunTagsOf(version, lineage)) await context.api.tags.delete(tag, signal);
}

/** Takes off a version what it carries of the time when it was retired: a state stands for it again. */
export async function unretire(version: ImageWire, lineage: string, context: ProviderContext, signal: AbortSignal): Promise<void> {
  const retired = ownTags(version).filter((tag) => isRetiredTag(tag) && isOfLineage(tag, lineage));
  for (const tag of retired) await context.api.tags.delete(tag, signal);
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
  const marks = ownTags(version).filter((tag) => (isOwnerTag(tag) || isRetiredTag(tag)) && isOfLineage(tag, lineage) && tag !== retired);
  const over = [...marks, ...begunTagsOf(version, lineage)];
  remember(version.id, [lineage], context);
  const missing = await mark(version, [lineage, ...sourceTags, retired], context, signal);
  for (const tag of over) await context.api.tags.delete(tag, signal);
  return { ...version, tags: [...(version.tags ?? []), ...missing].filter((tag) => !over.includes(tag)) };
}

/** Gives a version those of the tags that it doesn't carry, and answers which these were. */
export async function mark(
  version: ImageWire,
  tags: readonly string[],
  context: ProviderContext,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { tags: api } = context.api;
  const image: TaggedResourceWire = { resource_id: String(version.id), resource_type: "image" };
  const missing = tags.filter((tag) => !version.tags?.includes(tag));
  remember(version.id, missing, context);
  for (const tag of missing) await (isMark(tag) ? api.make(tag, [image], signal) : api.add(tag, [image], signal));
  return missing;
}

/**
 * Deletes a version that nobody beside the lineage wants, else takes the lineage's own tags off it. Of an image that others have or may
 * join, it says first that it is about to, and then looks by number: who joins marks first and looks then, so one of the two sees the other.
 * The lineage's own tag stays as long as any other version is there. Killed half-way, it is found by that tag and ended.
 */
export async function discard(
  version: ImageWire,
  lineage: Lineage,
  place: string,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<"deleted" | "left"> {
  const { tag, versions } = lineage;
  const id = String(version.id);
  const others = versions.filter((other) => other.id !== version.id);
  const deleting = deletingTag(version.id);
  let tags = ownTags(version);
  const isShared = tags.some(isDigestTag) || isWantedBeside(version, tag);
  if (isShared) {
    await context.api.tags.make(deleting, [{ resource_id: id, resource_type: "image" }], signal).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    const live = await context.api.images.get(id, signal);
    tags = ownTags(live ?? version);
    if (live !== undefined && live.status !== "deleted" && isWantedBeside(live, tag)) {
      await leave({ ...version, tags }, lineage, context, signal);
      await context.api.tags.delete(deleting, signal);
      context.watchers.of(id).forget();
      if (others.length === 0) await endLineage(tag, place, undefined, context, signal);
      return "left";
    }
  }
  const foreign = !tags.includes(tag);
  const dropped = [...new Set([...tags, ...ownTags(version)])].filter((own) => own !== tag && own !== deleting);
  const marks = dropped.filter((own) => isOwnerTag(own) || isBegunTag(own));
  const rest = dropped.filter((own) => !marks.includes(own));
  await dropTags(rest, id, tag, foreign ? undefined : others, context, signal);
  await context.api.images.delete(id, signal);
  if (isShared) await context.api.tags.delete(deleting, signal);
  context.watchers.of(id).forget();
  if (others.length === 0) await endLineage(tag, place, id, context, signal);
  // Last, so that the run after a kill finds by them what no state tells of.
  await dropTags(marks, id, tag, others, context, signal);
  return "deleted";
}

/** Takes off an image what it carries of the lineage. What a create didn't end goes last, so that the run after a kill finds it. */
export async function leave(version: ImageWire, { tag, versions }: Lineage, { api }: ProviderContext, signal: AbortSignal): Promise<void> {
  const others = versions.filter(({ id }) => id !== version.id);
  const image = [{ resource_id: String(version.id), resource_type: "image" as const }];
  const marks = ownTags(version).filter((own) => isOfLineage(own, tag) && !isBegunTag(own));
  const last = version.tags?.includes(tag) === true ? [tag] : [];
  for (const own of [...marks, ...last, ...begunTagsOf(version, tag)]) {
    const shared = others.some(({ tags }) => tags?.includes(own));
    await (shared ? api.tags.remove(own, image, signal) : api.tags.delete(own, signal));
  }
}

/** Deletes what tags an image has left that is gone, and the lineage's own where that was the last version. */
export async function cleanUpAfter(
  id: string,
  tags: Iterable<string>,
  { tag, versions }: Lineage,
  place: string,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  const others = versions.filter((version) => String(version.id) !== id);
  const left = [...new Set(tags)].filter((one) => one !== tag);
  const marks = left.filter((one) => isOwnerTag(one) || isBegunTag(one));
  const rest = left.filter((one) => !marks.includes(one));
  await dropTags(rest, id, tag, others, context, signal);
  if (others.length === 0) await endLineage(tag, place, id, context, signal);
  await dropTags(marks, id, tag, others, context, signal);
}

/**
 * Deletes what tags are left when the last version is gone: also those of imports that failed after the run that began them was killed.
 * An image that is `gone` may still show in lists.
 */
export async function endLineage(
  lineage: string,
  place: string,
  gone: string | undefined,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  const { api, standing } = context;
  const names = await api.tags.names(signal);
  // Lists may not know yet what another process has just marked for a state that this one was told of.
  const alive = new Set([...standing.values()].map(({ lineageTag }) => lineageTag));
  const ofPlace = names.filter((name) => isOfPlace(name, place) && !alive.has(lineageOfMark(name)));
  const lineages = [...new Set([lineage, ...ofPlace.filter(isOwnerTag).map(lineageOfMark)])];
  const own = names.filter((tag) => ofPlace.includes(tag) || lineages.some((one) => isOfLineage(tag, one) || tag === one));
  const isLast = (tag: string): boolean => isOwnerTag(tag) || isBegunTag(tag);
  for (const tag of [...own.filter((tag) => !isLast(tag)), ...own.filter(isLast)]) {
    if (!(await isCarriedBeside(gone, tag, context, signal))) await api.tags.delete(tag, signal);
  }
  // Of a version that was deleted by a run which was killed before it could delete the mark.
  for (const tag of names.filter(isDeletingTag)) {
    const image = await api.images.get(imageOfDeleting(tag), signal);
    if (image === undefined || image.status === "deleted") await api.tags.delete(tag, signal);
  }
}

/** Deletes those of an image's tags that no other image carries. `others` are all that can carry a tag of the lineage, where that is known. */
async function dropTags(
  tags: readonly string[],
  id: string,
  lineage: string,
  others: readonly ImageWire[] | undefined,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  for (const tag of tags) {
    const ask = !isMark(tag) && (others === undefined || !isOfLineage(tag, lineage));
    const isCarried = ask
      ? await isCarriedBeside(id, tag, context, signal)
      : (others ?? []).some((other) => String(other.id) !== id && other.tags?.includes(tag));
    if (!isCarried) await context.api.tags.delete(tag, signal);
  }
}

/**
 * Whether an image beside that one carries the tag: as the image itself says, for lists still show what was deleted a moment ago, and not yet
 * what this process has just done.
 */
async function isCarriedBeside(id: string | undefined, tag: string, context: ProviderContext, signal: AbortSignal): Promise<boolean> {
  const { images } = context.api;
  const listed = (await images.listByTag(tag, signal)).map((image) => image.id);
  for (const other of new Set([...listed, ...(context.tagged.get(tag) ?? [])])) {
    if (String(other) === id) continue;
    const live = await images.get(String(other), signal);
    if (live !== undefined && live.status !== "deleted" && live.tags?.includes(tag) === true) return true;
  }
  return false;
}
