import type { ImageWire } from "../api/wire";
import { mayHaveTakenEffect } from "../api/errors";
import { Unfinished, type Fault } from "../host/fault";
import { isKnown, type WithUnknowns } from "../host/property";
import type { Call, Existing, Known, ReadAnswer, ResourceType } from "../host/resource";
import type { Session } from "../session";
import { isImporting } from "../watch/imageWatcher";
import { correlationTag, isOwnerTag, newOwnerTag } from "./correlation";
import { diffImport } from "./importDiff";
import { importFailure } from "./importFailure";
import { inspectSource } from "./importInspection";
import { importInputs, importOutputs, type ImageImportInputs, type ImageImportState, type StoredImageImport } from "./imageImportTables";
import { bring } from "./importChanges";
import { liveInputs, marksOn, outputsOf, stateOf, type Marks } from "./importState";
import { requireImageRegion } from "./regionCheck";
import { normalDigest, sourceIdentity } from "./sourceIdentity";
import { requireTeam } from "./teamCheck";

/** Looks for an import whose POST got no answer, and the pause between them in milliseconds. */
const looks = 10;
const pause = 3_000;

export const imageImport: ResourceType<Session, typeof importInputs, typeof importOutputs> = {
  token: "imagefleet:index:ImageImport",
  doc: "One custom image, brought to its home region from a URL. An import that was interrupted is found again and waited for, never begun twice. While one is unfinished, a diff looks whether it can still become good.",
  inputs: importInputs,
  outputs: importOutputs,
  timeoutSeconds: { create: 3_600, update: 3_600, delete: 300 },
  check,
  diff: diffImport,
  preview,
  create,
  read,
  update,
  delete: remove,
};

function check(inputs: WithUnknowns<ImageImportInputs>, previous: StoredImageImport | undefined): readonly Fault[] {
  if (!isKnown(inputs) || inputs.source !== undefined || previous !== undefined) return [];
  return [{ property: "source", expectation: "must be given for an image that doesn't exist yet", remedy: "Set `source.url`." }];
}

async function preview(
  inputs: WithUnknowns<ImageImportInputs>,
  state: StoredImageImport | undefined,
  session: Session,
  call: Call,
): Promise<WithUnknowns<Partial<ImageImportState>>> {
  if (!isKnown(inputs)) return {};
  const digest = knownDigest(inputs);
  if (state === undefined) {
    if (isKnown(inputs.region)) await requireImageRegion(inputs.region, session, call.signal);
    const { source } = inputs;
    if (isKnown(source) && source !== undefined && isKnown(source.url)) await inspectSource(source.url, "preview", session, call);
    return { ...inputs, ...digest };
  }
  const { imageId, correlationTag, ownerTag, team, ...rest } = outputsOf(state);
  const settled = isImporting({ status: rest.status }) ? {} : rest;
  return { imageId, correlationTag, ownerTag, team, ...settled, ...inputs, ...digest };
}

async function create(
  inputs: ImageImportInputs,
  session: Session,
  call: Call,
): Promise<Existing<typeof importInputs, typeof importOutputs>> {
  const marks = {
    correlationTag: correlationTag(session.namespace, call.urn, inputs.source === undefined ? "" : sourceIdentity(inputs.source)),
    ownerTag: newOwnerTag(session.world.random),
    team: await session.team(call.signal),
  } satisfies Marks;
  const begun = await findBegun(marks.correlationTag, session, call.signal);
  if (begun === undefined && inputs.source !== undefined) await inspectSource(inputs.source.url, "up", session, call);
  const image = begun ?? (await post(inputs, marks, session, call.signal));
  const id = String(image.id);
  session.watchers.of(id).learn(image);
  if (begun !== undefined) {
    call.info(`Image ${id} was begun by an earlier run and is taken over; change \`source.generation\` for a new import.`);
    await own(begun, marks, session, call.signal);
  }
  const live = begun === undefined ? inputs : { ...inputs, ...liveInputs(begun, inputs) };
  const available = await untilAvailable(image, live, marks, session, call);
  if (begun !== undefined) await bring(id, live, inputs, session, call.signal);
  return { id, state: stateOf(available, inputs, marks) };
}

async function read(
  id: string,
  known: Known<typeof importInputs, typeof importOutputs> | undefined,
  session: Session,
  call: Call,
): Promise<ReadAnswer<typeof importInputs, typeof importOutputs> | undefined> {
  if (!/^\d+$/.test(id)) throw new Error(`The id of an image must be its number, such as \`38413969\`, got \`${id}\`.`);
  const image = await session.watchers.of(id).image(call.signal);
  if (image === undefined || image.status === "deleted") {
    await requireTeam(known?.state.team, `Image ${id}`, session, call.signal);
    return undefined;
  }
  const inputs = liveInputs(image, known?.inputs);
  const marks = { ...marksOn(image), ...outputsOf(known?.state ?? {}) };
  const state = stateOf(image, inputs, { ...marks, team: marks.team ?? (await session.team(call.signal)) });
  if (isImporting(image)) throw new Unfinished({ id, state, inputs, reasons: [`Image ${id} is still being imported.`] });
  return { state, inputs };
}

async function update(
  id: string,
  state: StoredImageImport,
  inputs: ImageImportInputs,
  session: Session,
  call: Call,
): Promise<ImageImportState> {
  const { correlationTag, ownerTag, team = await session.team(call.signal) } = state;
  const marks: Marks = { correlationTag, ownerTag, team };
  const unfinished = isImporting({ status: state.status });
  const image = unfinished ? await session.watchers.of(id).image(call.signal) : undefined;
  if (unfinished && image === undefined) throw new Error(gone(id));
  // Until it is available it stays as the last run described it.
  const { name = inputs.name, description, distribution, tags } = state;
  const available = image && (await untilAvailable(image, { ...inputs, name, description, distribution, tags }, marks, session, call));
  await bring(id, state, inputs, session, call.signal);
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

async function remove(id: string, state: StoredImageImport, session: Session, call: Call): Promise<void> {
  const { api, watchers } = session;
  watchers.of(id).forget();
  const image = await watchers.of(id).image(call.signal);
  if (image === undefined) await requireTeam(state.team, `Image ${id}`, session, call.signal);
  const tags = image?.tags ?? [];
  if (state.ownerTag !== undefined && !tags.includes(state.ownerTag) && tags.some(isOwnerTag)) {
    call.info(`Image ${id} stays: a later run has taken it over.`);
    return;
  }
  await api.images.delete(id, call.signal);
  watchers.of(id).forget();
  await dropMarks(id, state, session, call.signal);
}

/** The newest image that an interrupted run began for the same bits. */
async function findBegun(tag: string, session: Session, signal: AbortSignal): Promise<ImageWire | undefined> {
  const images = await session.api.images.listByTag(tag, signal);
  return images.filter(({ status }) => status !== "deleted").sort((a, b) => b.id - a.id)[0];
}

async function post(inputs: ImageImportInputs, marks: Marks, session: Session, signal: AbortSignal): Promise<ImageWire> {
  const { source, region, name, description, distribution, tags = [] } = inputs;
  if (source === undefined) throw new Error("`source` must be given for an image that doesn't exist yet: set `source.url`.");
  const marked = [...tags, marks.correlationTag, marks.ownerTag].filter((tag) => tag !== undefined);
  try {
    return await session.api.images.create({ name, url: source.url, region, description, distribution, tags: marked }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!mayHaveTakenEffect(error) || marks.correlationTag === undefined) throw error;
    for (let look = 0; look < looks; look += 1) {
      await session.world.clock.sleep(pause, signal);
      const image = await findBegun(marks.correlationTag, session, signal);
      if (image !== undefined) return image;
    }
    throw new Error(
      "The request for the import got no answer, and no image of it has shown up since. Run `pulumi up` again: it looks for the image once more before it asks for another.",
      { cause: error },
    );
  }
}

/** Marks an image that an earlier run began as this run's, so that no other state's delete can take it. */
async function own(image: ImageWire, { ownerTag }: Marks, session: Session, signal: AbortSignal): Promise<void> {
  const resource = [{ resource_id: String(image.id), resource_type: "image" as const }];
  if (ownerTag !== undefined) await session.api.tags.add(ownerTag, resource, signal);
  for (const tag of (image.tags ?? []).filter(isOwnerTag)) await session.api.tags.delete(tag, signal);
}

/** Waits for the import to end. What can still become good is kept as unfinished; what can't leaves nothing behind. */
async function untilAvailable(begun: ImageWire, inputs: ImageImportInputs, marks: Marks, session: Session, call: Call): Promise<ImageWire> {
  const id = String(begun.id);
  let image: ImageWire | undefined;
  try {
    image = await session.watchers.of(id).imported(call);
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
  // A failed import is never adopted, whether or not its tags could be taken away.
  await dropMarks(id, marks, session, call.signal).catch(() => undefined);
  throw new Error(importFailure(id, image.error_message));
}

/** Deletes the tags that only this image carried. */
async function dropMarks(
  id: string,
  { correlationTag, ownerTag }: StoredImageImport,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  if (ownerTag !== undefined) await session.api.tags.delete(ownerTag, signal);
  if (correlationTag === undefined) return;
  const others = await session.api.images.listByTag(correlationTag, signal);
  if (others.every((other) => String(other.id) === id)) await session.api.tags.delete(correlationTag, signal);
}

function gone(id: string): string {
  return `Image ${id} was deleted while it was being imported. Run \`pulumi up\` again to import it anew.`;
}

function digestOf({ source }: ImageImportInputs): { digest: string | undefined } {
  return { digest: source?.sha256 === undefined ? undefined : normalDigest(source.sha256) };
}

function knownDigest(inputs: Exclude<WithUnknowns<ImageImportInputs>, symbol>): { digest?: string } {
  const { source } = inputs;
  if (source === undefined || !isKnown(source) || source.sha256 === undefined || !isKnown(source.sha256)) return {};
  return { digest: normalDigest(source.sha256) };
}
