import type { ImageWire } from "../../api/wire";
import { Unfinished } from "../../host/fault";
import type { Call, Existing } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { firstLook } from "./followedSource";
import { reconcile } from "./importChanges";
import { type Begun, findImages } from "./existingImages";
import { inspectSource } from "./importInspection";
import { importInputs, importOutputs, type ImageImportInputs, type StoredImageImport } from "./imageImportTable";
import { post } from "./importPost";
import { clearedAfter, makeFetchable } from "./importSource";
import { sharedInputs, stateOf, type Marks } from "./importState";
import { claim, discard, mark, nextOwnerTag, past, remember, without } from "../lineage/lineage";
import {
  begunTag,
  digestTag,
  importTag,
  isOfLineage,
  isOwnerTag,
  isWantedBeside,
  lineageTag,
  markOf,
  ownersTurn,
  ownTags,
  placeOf,
  retainTag,
} from "../lineage/lineageTags";
import { pruneAlong } from "../lineage/prune";
import { join, joinable } from "../lineage/sharing";
import { shareDescription } from "./sharedDescription";
import { withTimeout } from "../../waiting/timeout";
import { end, untilAvailable } from "./importWait";

/** Whatever of the image is there is gone on with; else it is imported. */
export async function createImport(
  inputs: ImageImportInputs,
  context: ProviderContext,
  call: Call,
): Promise<Existing<typeof importInputs, typeof importOutputs>> {
  const place = context.histories.has(call.urn) ? undefined : placeOf(context.namespace, call.urn);
  try {
    return await create(inputs, context, call);
  } catch (error) {
    if (error instanceof Unfinished && place !== undefined) await forgetPlace(error, place, context).catch(() => undefined);
    throw error;
  }
}

async function create(
  inputs: ImageImportInputs,
  context: ProviderContext,
  call: Call,
): Promise<Existing<typeof importInputs, typeof importOutputs>> {
  const { namespace } = context;
  const { source, retain } = inputs;
  const team = await context.team(call.signal);
  const followed = source?.follow === true ? await firstLook(source, context, call) : undefined;
  const { lineage, author, hasHistory, share, kept, begun, strays, candidates } = await findImages(source, followed, context, call);
  const stagingPrefix = lineageTag(namespace, call.urn);
  // Of images that killed runs joined: no list of the lineage tells them, and no mark may be on two images.
  const strayTags = strays.flatMap(({ image }) => image.tags ?? []);
  const marks = {
    correlationTag: importTag(lineage.tag, author.identity),
    ownerTag: (begun && markOf(begun, author)) ?? nextOwnerTag(lineage, author, context, strayTags),
    ...{ lineageTag: lineage.tag, stagingPrefix, followed, team },
  } satisfies Marks;
  const begunMark = hasHistory ? begunTag(lineage.tag) : begunTag(lineage.tag, placeOf(namespace, call.urn));
  context.created.set(call.urn, { lineageTag: lineage.tag, retain: retain ?? 0 });

  const seen = new Set([...lineage.versions, ...strays.map(({ image }) => image), ...candidates].map(({ id }) => id));
  const found = kept ?? begun;
  let [image, own]: readonly [ImageWire, typeof marks] | readonly [undefined, undefined] =
    found === undefined ? [undefined, undefined] : [await takeOver(found), marks];
  for (const candidate of candidates) if (image === undefined && found === undefined) [image, own] = await joinOne(candidate);
  if (image === undefined || own === undefined) {
    [image, own] = [await importAnew(), marks];
    [image, own] = await preferOlder(image, own);
  }
  const tags = [...new Set([...ownTags(image).filter((tag) => !isStale(tag, own.ownerTag)), ...tagsOf(inputs, own)])];
  const now = { ...lineage, versions: [{ ...image, tags }, ...without(lineage, image.id)] };
  await pruneAlong(now, past(now, image.id, context), retain, context, call);
  for (const stray of strays) if (stray.image.id !== image.id || stray.lineage !== lineage.tag) await dropStray(stray);
  const id = String(image.id);
  const state = stateOf(image, inputs, { ...own, importSeconds: context.watchers.importSeconds(id) });
  // Last, so that a kill leaves either an image that is taken over or a state.
  await end({ ...image, tags: [...ownTags(image), ...(kept === undefined ? [begunMark] : [])] }, state, context, call);
  return { id, state };

  /** What no state stands for, for the run that began it was killed, and nobody asks for its source any more. */
  async function dropStray({ image: stray, lineage: tag }: Begun): Promise<void> {
    // Where it is of this lineage, pruning has just seen to it.
    if (tag === lineage.tag && ownTags(stray).includes(tag)) return;
    const beside = tag === lineage.tag ? without(now, stray.id) : [];
    await discard(stray, { tag, versions: [stray, ...beside] }, placeOf(namespace, call.urn), context, call.signal);
  }

  function isStale(tag: string, ownerTag: string): boolean {
    return isOwnerTag(tag) && isOfLineage(tag, lineage.tag) && tag !== ownerTag;
  }

  function arrive(version: ImageWire, live: ImageImportInputs, by: typeof marks): Promise<ImageWire> {
    const id = String(version.id);
    context.watchers.of(id).learn(version);
    remember(version.id, [lineage.tag, ...ownTags(version)], context);
    context.standing.set(id, by);
    return untilAvailable(version, live, by, context, call);
  }

  async function importAnew(): Promise<ImageWire> {
    if (source === undefined) throw new Error("`source` must be given for an image that doesn't exist yet: set `source.url`.");
    const need = await inspectSource(source, inputs.region, "up", context, call);
    const fetchable = await makeFetchable({ ...inputs, source }, need, stagingPrefix, context, call);
    const said = need === undefined ? share?.claimed : share?.verified;
    const tags = [...tagsOf(inputs, marks), begunMark, ...(said === undefined ? [] : [said])];
    const importing = async (): Promise<ImageWire> => {
      const posted = await post(inputs, fetchable.url, marks.correlationTag, tags, seen, context, call.signal);
      const available = await arrive(posted, inputs, marks);
      // Who deleted another image of this digest meanwhile may have taken the digest off this one, too.
      await mark(available, tags, context, call.signal);
      return available;
    };
    return fetchable.removedAfter(importing());
  }

  async function takeOver(version: ImageWire): Promise<ImageWire> {
    call.info(takenOver(version, lineage.tag));
    await claim(version, lineage.tag, tagsOf(inputs, marks), context, call.signal);
    const live = { ...inputs, ...sharedInputs(version, inputs, marks.ownerTag) };
    const arriving = arrive(version, live, marks);
    const wasBegun = ownersTurn(version, lineage.tag) !== undefined;
    const available = await (wasBegun ? clearedAfter(arriving, inputs, stagingPrefix, context, call) : arriving);
    await reconcile(String(version.id), live, inputs, context, call.signal);
    return available;
  }

  /** What a joiner marks an image with; the mark of a killed run comes first, so that the next run finds it. */
  function joinTags(ownerTag: string): readonly string[] {
    const retained = retainTag(lineage.tag, retain);
    return [begunMark, ...(retained === undefined ? [] : [retained]), ownerTag];
  }

  /** Takes part in an image of others; nothing where it goes or fails meanwhile. */
  async function joinOne(candidate: ImageWire): Promise<[ImageWire, typeof marks] | [undefined, undefined]> {
    const by = { ...marks, ownerTag: nextOwnerTag(lineage, author, context, [...(candidate.tags ?? []), ...strayTags]) };
    const joined = await join(candidate, joinTags(by.ownerTag), context, call.signal);
    const image = joined && (await arriveAt(joined, by));
    if (image !== undefined) {
      call.info(`Image ${image.id} is already made of this source and is shared, without an import.`);
      await shareDescription(image, inputs, by.ownerTag, context, call);
      return [image, by];
    }
    context.standing.delete(String(candidate.id));
    await backOff(candidate, by.ownerTag);
    return [undefined, undefined];
  }

  async function arriveAt(joined: ImageWire, by: typeof marks): Promise<ImageWire | undefined> {
    try {
      return await arrive(joined, inputs, by);
    } catch (error) {
      // Its import has failed: ours is tried once.
      if (error instanceof Unfinished || call.signal.aborted) throw error;
      return undefined;
    }
  }

  /** Takes our marks off an image that can't be joined. If its deleter has left it for our sake, it is ours to delete. */
  async function backOff({ id }: ImageWire, ownerTag: string): Promise<void> {
    for (const tag of [...joinTags(ownerTag)].reverse()) await context.api.tags.delete(tag, call.signal);
    const live = await context.api.images.get(String(id), call.signal);
    if (live === undefined || live.status === "deleted" || isWantedBeside(live, lineage.tag)) return;
    await discard(live, { ...lineage, versions: [live, ...lineage.versions] }, placeOf(namespace, call.urn), context, call.signal);
  }

  /** Of two imports of the same bits that were begun at once the later one gives way to the earlier, once both are available. */
  async function preferOlder(imported: ImageWire, by: typeof marks): Promise<[ImageWire, typeof marks]> {
    if (share === undefined) return [imported, by];
    const others = joinable(await context.api.images.listByTag(share.digest, call.signal), share);
    const older = others.find(({ id, status }) => id < imported.id && status === "available");
    if (older === undefined) return [imported, by];
    const [image, own] = await joinOne(older);
    if (image === undefined) return [imported, by];
    context.standing.delete(String(imported.id));
    const versions = [image, imported, ...lineage.versions];
    await discard(imported, { ...lineage, versions }, placeOf(namespace, call.urn), context, call.signal);
    return [image, own];
  }
}

/** imagefleet's own tags of a new current version. */
function tagsOf(
  { source, retain }: ImageImportInputs,
  { correlationTag, ownerTag, lineageTag }: Required<Pick<Marks, "correlationTag" | "ownerTag" | "lineageTag">>,
): readonly string[] {
  const more = [retainTag(lineageTag, retain), source?.sha256 === undefined ? undefined : digestTag(source.sha256)];
  return [correlationTag, ownerTag, lineageTag, ...more.filter((tag) => tag !== undefined)];
}

function takenOver(image: ImageWire, lineage: string): string {
  return ownersTurn(image, lineage) === undefined
    ? `Image ${image.id}, an earlier version that is made of this source, is taken back.`
    : `Image ${image.id} was begun by an earlier run and is taken over; change \`source.generation\` for a new import.`;
}

/** From now on a state knows the lineage, and only by that its begun image is found: the name may go to another resource. */
async function forgetPlace({ id, state }: Unfinished, place: string, { api, world }: ProviderContext): Promise<void> {
  const { lineageTag: lineage } = state as StoredImageImport;
  if (lineage === undefined) return;
  // Also after an interruption, so it heeds no signal but its own time.
  await withTimeout(world.clock, forgetTime, new AbortController().signal, async (signal) => {
    await api.tags.make(begunTag(lineage), [{ resource_id: id, resource_type: "image" }], signal);
    await api.tags.delete(begunTag(lineage, place), signal);
  });
}

const forgetTime = 5_000;
