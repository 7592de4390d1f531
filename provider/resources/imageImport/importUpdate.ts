import type { ImageWire } from "../../api/wire";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { isImporting } from "../../watch/imageWatcher";
import { lookAt } from "./followedSource";
import { marksOf, stagingOf } from "./importDelete";
import { type ImageImportInputs, type ImageImportState, type StoredImageImport } from "./imageImportTable";
import { clearedAfter } from "./importSource";
import { isGivenUp, marksAmong, outputsOf, stateOf, type Marks } from "./importState";
import { claim, findLineage, mark, nextOwnerTag, past } from "../lineage/lineage";
import { deletingTag, digestTag, freshLineage, isLeaving, isVerified, retainTag } from "../lineage/lineageTags";
import { pruneAlong } from "../lineage/prune";
import { shareDescription } from "./sharedDescription";
import { normalDigest } from "../../rules/digest";
import { shareOf, sourceIdentity } from "./sourceIdentity";
import { end, gone, untilAvailable } from "./importWait";

export async function updateImport(
  id: string,
  state: StoredImageImport,
  inputs: ImageImportInputs,
  context: ProviderContext,
  call: Call,
): Promise<ImageImportState> {
  const { source } = inputs;
  const team = state.team ?? (await context.team(call.signal));
  const looks = source?.follow === true && state.followed === undefined;
  const followed = looks ? await lookAt(source, context, call.signal) : source?.follow === true ? state.followed : undefined;
  const own = { ...marksAmong(state), ...(await ownMarks(id, state, inputs, context, call)) };
  const marks: Marks = { ...own, followed, team };
  const unfinished = isImporting({ status: state.status });
  const found = unfinished ? await context.watchers.of(id).image(call.signal) : undefined;
  if (unfinished && found === undefined) throw new Error(gone(id));
  const image = found && (await restoreMarks(found, state, context, call));
  // Until it is available it stays as the last run described it.
  const { name = inputs.name, description, distribution, tags, retain } = state;
  const asBefore = { ...inputs, name, description, distribution, tags, retain };
  const wait = (begun: ImageWire): Promise<ImageWire> => untilAvailable(begun, asBefore, marks, context, call);
  const imported = image && (await clearedAfter(wait(image), state, stagingOf(state, context, call), context, call));
  const available = imported && (await restoreMarks(imported, state, context, call));
  if (available !== undefined) await end(available, stateOf(available, asBefore, marks), context, call);
  await shareDescription({ id: Number(id) }, inputs, own.ownerTag, context, call, state);
  await bringMarks(id, { ...state, ...own }, inputs, context, call);
  if (available !== undefined) return stateOf(available, inputs, { ...marks, importSeconds: context.watchers.importSeconds(id) });
  return {
    ...outputsOf(state),
    ...inputs,
    ...marks,
    imageId: id,
    regions: state.regions ?? [],
    status: state.status ?? "available",
    ...digestOf(inputs),
  };
}

/** An image that came by `pulumi import` has no mark of its resource until the first update. */
async function ownMarks(
  id: string,
  { ownerTag, lineageTag: known }: StoredImageImport,
  { source }: ImageImportInputs,
  context: ProviderContext,
  call: Call,
): Promise<Partial<Marks>> {
  if (ownerTag !== undefined) return {};
  const image = await context.watchers.of(id).image(call.signal);
  if (image === undefined) throw new Error(gone(id));
  const lineage = { tag: known ?? freshLineage(context.world.random), versions: [] };
  const author = { namespace: context.namespace, urn: call.urn, identity: source === undefined ? "" : sourceIdentity(source) };
  const own = { lineageTag: lineage.tag, ownerTag: nextOwnerTag(lineage, author, context, image.tags ?? []) };
  await claim(image, lineage.tag, [lineage.tag, own.ownerTag], context, call.signal);
  context.watchers.of(id).forget();
  return own;
}

/**
 * Gives the image back what a delete that was killed has taken off, for as long as this state owns it nobody may delete it; and what a
 * delete of other images took off because no list showed this one yet.
 */
async function restoreMarks(image: ImageWire, state: StoredImageImport, context: ProviderContext, { signal }: Call): Promise<ImageWire> {
  const { lineageTag: lineage, source, digest } = state;
  if (lineage === undefined) return image;
  const claimed = source !== undefined && !isVerified(image) ? shareOf(source, context)?.claimed : undefined;
  const own = isGivenUp(image, state) ? [lineage, ...marksOf(state, lineage)] : [];
  const shared = [digest === undefined ? undefined : digestTag(digest), claimed].filter((tag) => tag !== undefined);
  const tags = [...new Set([...own, ...shared])];
  const restored = await mark(image, tags, context, signal);
  const leaving = deletingTag(image.id);
  if (isLeaving(image)) await context.api.tags.delete(leaving, signal);
  const now = { ...image, tags: [...(image.tags ?? []), ...restored].filter((tag) => tag !== leaving) };
  context.watchers.of(String(image.id)).learn(now);
  return now;
}

/** What the image says to later runs: how many earlier versions are kept, and its digest. */
async function bringMarks(
  id: string,
  state: StoredImageImport,
  inputs: ImageImportInputs,
  context: ProviderContext,
  call: Call,
): Promise<void> {
  const { lineageTag: lineage } = state;
  if (lineage === undefined) return;
  const { digest } = digestOf(inputs);
  const [before, after] = [retainTag(lineage, state.retain), retainTag(lineage, inputs.retain)];
  const missing = [before === after ? undefined : after, digest === state.digest || digest === undefined ? undefined : digestTag(digest)];
  const image = [{ resource_id: id, resource_type: "image" as const }];
  for (const tag of missing) if (tag !== undefined) await context.api.tags.add(tag, image, call.signal);
  if (before !== undefined && before !== after) await context.api.tags.delete(before, call.signal);
  if ((inputs.retain ?? 0) >= (state.retain ?? 0)) return;
  const found = await findLineage(lineage, context, call.signal);
  await pruneAlong(found, past(found, Number(id), context), inputs.retain, context, call);
}

function digestOf({ source }: ImageImportInputs): { digest: string | undefined } {
  return { digest: source?.sha256 === undefined ? undefined : normalDigest(source.sha256) };
}
