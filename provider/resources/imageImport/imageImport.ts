import type { ImageWire } from "../../api/wire";
import { Unfinished } from "../../host/fault";
import { isKnown } from "../../host/property";
import type { Call, Known, ReadAnswer, ResourceType } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { isImporting } from "../../watch/imageWatcher";
import { checkImport, completeImport } from "./importCheck";
import { removeImport } from "./importDelete";
import { diffImport } from "./importDiff";
import { importInputs, importOutputs, type StoredImageImport } from "./imageImportTable";
import { previewImport } from "./importPreview";
import { isGivenUp, liveInputs, outputsOf, sharedInputs, stateOf } from "./importState";
import { begunTagsOf, digestOf } from "../lineage/lineageTags";
import { requireTeam } from "../teamCheck";
import { createImport } from "./importCreate";
import { updateImport } from "./importUpdate";

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
  create: createImport,
  read,
  update: updateImport,
  delete: removeImport,
};

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
  const inputs = known === undefined ? liveInputs(image, undefined) : sharedInputs(image, known.inputs, known.state.ownerTag);
  const marks = outputsOf(known?.state ?? {});
  const state = stateOf(image, inputs, { ...marks, team: marks.team ?? (await context.team(call.signal)) });
  if (isImporting(image)) throw new Unfinished({ id, state, inputs, reasons: [`Image ${id} is still being imported.`] });
  const reason = known && interruption(image, known.state);
  // To call it finished would leave undone what an update has still to do.
  if (reason !== undefined) throw new Unfinished({ id, state: { ...state, status: "pending" }, inputs, reasons: [reason] });
  return { state, inputs };
}

/** Why the image's marks don't say what they should of this state: by them a delete would take it for nobody's, or others not find it. */
function interruption(image: ImageWire, state: StoredImageImport): string | undefined {
  if (begunTagsOf(image, state.lineageTag).length > 0)
    return `Image ${image.id} is imported, but the run that began it was interrupted before it had ended: the next \`pulumi up\` ends it.`;
  if (isGivenUp(image, state))
    return `Image ${image.id} is marked as if this resource had given it up: the next \`pulumi up\` marks it as its own.`;
  const lost = state.ownerTag !== undefined && state.digest !== undefined && digestOf(image) !== state.digest;
  return lost
    ? `Image ${image.id} has lost the tag of its digest, by which others find it: the next \`pulumi up\` gives it back.`
    : undefined;
}
