import type { ImageWire } from "../../api/wire";
import { Unfinished } from "../../host/fault";
import { isKnown } from "../../host/property";
import type { Call, Existing, Known, ReadAnswer, ResourceType } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { isImporting } from "../../watch/imageWatcher";
import { firstLook, lookAt } from "./followedSource";
import { reconcile } from "./importChanges";
import { checkImport, completeImport } from "./importCheck";
import { marksOf, removeImport } from "./importDelete";
import { diffImport } from "./importDiff";
import { importFailure } from "./importFailure";
import { inspectSource } from "./importInspection";
import { importInputs, importOutputs, type ImageImportInputs, type ImageImportState, type StoredImageImport } from "./imageImportTable";
import { post } from "./importPost";
import { previewImport } from "./importPreview";
import { clearedAfter, makeFetchable } from "./importSource";
import { liveInputs, marksAmong, marksOn, outputsOf, stateOf, type Marks } from "./importState";
import { claim, cleanUpAfter, findLineage, type Lineage, nextOwnerTag, past, settle, versionOf, without } from "../lineage/lineage";
import { begunTag, digestTag, importTag, isBegun, isRetiredTag, lineageTag, ownersTurn, ownTags, retainTag } from "../lineage/lineageTags";
import { prune } from "../lineage/prune";
import { normalDigest, sourceIdentity } from "./sourceIdentity";
import { requireTeam } from "../teamCheck";

export const imageImport: ResourceType<ProviderContext, typeof importInputs, typeof importOutputs> = {
  token: "imagefleet:index:ImageImport",
  doc: "One custom image, brought to its home region from a URL or a local file. Its id is the image's number, the same in all regions. An import that was interrupted is found again and waited for, never started twice. While an import is unfinished, a diff asks whether it can still succeed.",
  inputs: importInputs,
  outputs: importOutputs,
  timeoutSeconds: { create: 3_600, update: 3_600, delete: 300 },
  check: (inputs, previous) => (isKnown(inputs) ? checkImport(inputs, previous) : []),
  complete: completeImport,
  diff: diffImport,
  preview: previewImport,
  create,
  read,
  update,
  delete: removeImport,
};

async function create(
  inputs: ImageImportInputs,
  context: ProviderContext,
  call: Call,
): Promise<Existing<typeof importInputs, typeof importOutputs>> {
  const { namespace } = context;
  const { source, retain } = inputs;
  const team = await context.team(call.signal);
  const followed = source?.follow === true ? await firstLook(source, context, call) : undefined;
  const lineage = await findLineage(lineageTag(namespace, call.urn), context, call.signal);
  const correlationTag = importTag(lineage.tag, source === undefined ? "" : sourceIdentity(source, followed));
  const marks = {
    correlationTag,
    ownerTag: nextOwnerTag(lineage, correlationTag, context),
    lineageTag: lineage.tag,
    followed,
    team,
  } satisfies Marks;
  const tags = tagsOf(inputs, marks);
  const begun = versionOf(lineage, correlationTag);
  const arrive = (image: ImageWire, live: ImageImportInputs): Promise<ImageWire> => {
    context.watchers.of(String(image.id)).learn(image);
    context.current.set(lineage.tag, { ...image, tags: [...tags, ...ownTags(image).filter(isRetiredTag)] });
    context.standing.set(String(image.id), marks);
    return untilAvailable(image, live, marks, context, call);
  };
  const image = begun === undefined ? await importAnew() : await takeOver(begun);
  const now = { ...lineage, versions: [{ ...image, tags }, ...without(lineage, image.id)] };
  await pruneAlong(now, past(now, image.id, context), retain, context, call);
  // Last, so that a kill leaves either an image that is taken over or a state.
  await end(image, stateOf(image, inputs, marks), context, call);
  return { id: String(image.id), state: stateOf(image, inputs, marks) };

  async function importAnew(): Promise<ImageWire> {
    if (source === undefined) throw new Error("`source` must be given for an image that doesn't exist yet: set `source.url`.");
    const need = await inspectSource(source, inputs.region, "up", context, call);
    const fetchable = await makeFetchable({ ...inputs, source }, need, lineage.tag, context, call);
    return fetchable.removedAfter(importFrom(fetchable.url));
  }

  async function importFrom(url: string): Promise<ImageWire> {
    const posted = await post(inputs, url, marks.correlationTag, [...tags, begunTag(marks.ownerTag)], context, call.signal);
    return arrive(posted, inputs);
  }

  async function takeOver(version: ImageWire): Promise<ImageWire> {
    call.info(takenOver(version));
    await claim(version, tags, context, call.signal);
    const live = { ...inputs, ...liveInputs(version, inputs) };
    const arriving = arrive(version, live);
    const wasBegun = ownersTurn(version) !== undefined;
    const available = await (wasBegun ? clearedAfter(arriving, inputs, lineage.tag, context, call) : arriving);
    await reconcile(String(version.id), live, inputs, context, call.signal);
    return available;
  }
}

async function read(
  id: string,
  known: Known<typeof importInputs, typeof importOutputs> | undefined,
  context: ProviderContext,
  call: Call,
): Promise<ReadAnswer<typeof importInputs, typeof importOutputs> | undefined> {
  if (!/^\d+$/.test(id)) throw new Error(`The id of an image must be its number, such as \`38413969\`, got \`${id}\`.`);
  const image = await context.watchers.of(id).image(call.signal);
  if (image === undefined || image.status === "deleted") {
    await requireTeam(known?.state.team, `Image ${id}`, context, call.signal);
    return undefined;
  }
  const inputs = liveInputs(image, known?.inputs);
  const marks = { ...marksOn(image, lineageTag(context.namespace, call.urn)), ...outputsOf(known?.state ?? {}) };
  const state = stateOf(image, inputs, { ...marks, team: marks.team ?? (await context.team(call.signal)) });
  if (isImporting(image)) throw new Unfinished({ id, state, inputs, reasons: [`Image ${id} is still being imported.`] });
  if (known !== undefined && isBegun(image)) {
    // To call it finished would leave undone what its create has still to do, and the mark by which a delete takes it for nobody's.
    const reason = `Image ${id} is imported, but the run that began it was interrupted before it had ended: the next \`pulumi up\` ends it.`;
    throw new Unfinished({ id, state: { ...state, status: "pending" }, inputs, reasons: [reason] });
  }
  return { state, inputs };
}

async function update(
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
  const marks: Marks = { ...marksAmong(state), followed, team };
  const unfinished = isImporting({ status: state.status });
  const image = unfinished ? await context.watchers.of(id).image(call.signal) : undefined;
  if (unfinished && image === undefined) throw new Error(gone(id));
  // Until it is available it stays as the last run described it.
  const { name = inputs.name, description, distribution, tags, retain } = state;
  const asBefore = { ...inputs, name, description, distribution, tags, retain };
  const wait = (begun: ImageWire): Promise<ImageWire> => untilAvailable(begun, asBefore, marks, context, call);
  const tag = state.lineageTag ?? lineageTag(context.namespace, call.urn);
  const available = image && (await clearedAfter(wait(image), state, tag, context, call));
  if (available !== undefined) await end(available, stateOf(available, asBefore, marks), context, call);
  await reconcile(id, state, inputs, context, call.signal);
  await bringMarks(id, state, inputs, context, call);
  if (available !== undefined) return stateOf(available, inputs, marks);
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

/** Prunes beside something that has succeeded: what fails here is left to a later run, and said. */
async function pruneAlong(
  lineage: Lineage,
  versions: readonly ImageWire[],
  retain = 0,
  context: ProviderContext,
  call: Call,
): Promise<void> {
  try {
    await prune({ lineage, past: versions, retain, forceDelete: false }, context, call);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    call.warn(`Earlier versions of the image were not all deleted; a later create or delete of this resource goes on with it: ${reason}`);
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

function takenOver(image: ImageWire): string {
  return ownersTurn(image) === undefined
    ? `Image ${image.id}, an earlier version that is made of this source, is taken back.`
    : `Image ${image.id} was begun by an earlier run and is taken over; change \`source.generation\` for a new import.`;
}

/** Waits for the import to end. What can still become good is kept as unfinished; what can't leaves nothing behind. */
async function untilAvailable(
  begun: ImageWire,
  inputs: ImageImportInputs,
  marks: Marks,
  context: ProviderContext,
  call: Call,
): Promise<ImageWire> {
  const id = String(begun.id);
  let image: ImageWire | undefined;
  try {
    image = await context.watchers.of(id).imported(call);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Unfinished({
      id,
      state: stateOf(begun, inputs, marks),
      reasons: [`The import of image ${id} goes on at DigitalOcean, and the next \`pulumi up\` waits for it: ${reason}`],
    });
  }
  if (image === undefined) throw new Error(gone(id));
  if (image.status !== "deleted") return image;
  // It is never adopted, whether or not its tags can be taken away.
  await dropMarks(begun, stateOf(begun, inputs, marks), context, call.signal).catch(() => undefined);
  throw new Error(importFailure(id, image.error_message, inputs.source?.url));
}

/** Takes the mark off the image that its create has not ended. Where that fails, the next update has still to do it. */
async function end(image: ImageWire, state: ImageImportState, context: ProviderContext, call: Call): Promise<void> {
  try {
    await settle(image, context, call.signal);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const id = String(image.id);
    throw new Unfinished({
      id,
      state: { ...state, status: "pending" },
      reasons: [`Image ${id} is imported, but not yet marked so: ${reason}`],
    });
  }
}

/** A failed import leaves no tag: of what it carried, that goes which no other image carries. */
async function dropMarks(image: ImageWire, state: StoredImageImport, context: ProviderContext, signal: AbortSignal): Promise<void> {
  const { lineageTag: tag } = state;
  if (tag === undefined) return;
  context.current.delete(tag);
  const lineage = await findLineage(tag, context, signal);
  await cleanUpAfter(String(image.id), [...marksOf(state, tag), ...ownTags(image)], lineage, context, signal);
}

function gone(id: string): string {
  return `Image ${id} was deleted while it was being imported. Run \`pulumi up\` again to import it anew.`;
}

function digestOf({ source }: ImageImportInputs): { digest: string | undefined } {
  return { digest: source?.sha256 === undefined ? undefined : normalDigest(source.sha256) };
}
