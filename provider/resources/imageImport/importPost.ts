import { isUnprocessable } from "../../api/errors";
import type { ImageWire } from "../../api/wire";
import type { ProviderContext } from "../../providerContext";
import { tagsWithout } from "../../rules/tag";
import { requireImageRegion } from "../regionCheck";
import type { ImageImportInputs } from "./imageImportTable";

/**
 * Asks for the import from the URL. Where the answer is lost, the image is looked for by the import's tag before it is asked for again. What
 * was `seen` before isn't it: lists may still show an earlier import that has failed.
 */
export async function post(
  inputs: ImageImportInputs,
  url: string,
  importTag: string,
  tags: readonly string[],
  seen: ReadonlySet<number>,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<ImageWire> {
  const { region, name, description, distribution } = inputs;
  const marked = [...(inputs.tags ?? []), ...tags];
  const { images } = context.api;
  let found: ImageWire | undefined;
  const find = async (inner: AbortSignal): Promise<ImageWire | undefined> => {
    const listed = (await images.listByTag(importTag, inner)).filter(({ id }) => !seen.has(id));
    const [newest] = listed.sort((a, b) => b.id - a.id);
    return newest && (found = await images.get(String(newest.id), inner));
  };
  try {
    const image = await images.create({ name, url, region, description, distribution, tags: marked }, find, signal);
    // What was found may have lost a tag since it was made: it is as it shows itself.
    return image === found ? image : { ...image, tags: [...marked, ...tagsWithout(image.tags ?? [], marked)] };
  } catch (error) {
    signal.throwIfAborted();
    // The service says of an unknown region only that it isn't available. It is asked for its regions here alone, so that no import pays for it.
    if (isUnprocessable(error) && /region/i.test(error.text)) await requireImageRegion(region, context, signal);
    throw error;
  }
}
