import type { ImageWire } from "../../api/wire";
import { Unfinished } from "../../host/fault";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { marksOf } from "./importDelete";
import { importFailure } from "./importFailure";
import { type ImageImportInputs, type ImageImportState, type StoredImageImport } from "./imageImportTable";
import { stateOf, type Marks } from "./importState";
import { cleanUpAfter, findLineage, settle } from "../lineage/lineage";
import { begunTagsOf, isMark, ownTags } from "../lineage/lineageTags";

/** Waits for the import to end. What can still become good is kept as unfinished; what can't leaves nothing behind. */
export async function untilAvailable(
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
export async function end(image: ImageWire, state: ImageImportState, context: ProviderContext, call: Call): Promise<void> {
  try {
    await settle(image, state.lineageTag, context, call.signal);
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
  const lineage = await findLineage(tag, context, signal);
  const left = [...marksOf(state, tag), ...begunTagsOf(image, state.lineageTag), ...ownTags(image).filter((own) => !isMark(own))];
  await cleanUpAfter(String(image.id), left, lineage, "", context, signal);
}

export function gone(id: string): string {
  return `Image ${id} was deleted while it was being imported. Run \`pulumi up\` again to import it anew.`;
}
