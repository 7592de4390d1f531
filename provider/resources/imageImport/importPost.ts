import { isUnprocessable, mayHaveTakenEffect } from "../../api/errors";
import type { ImageWire } from "../../api/wire";
import type { ProviderContext } from "../../providerContext";
import { requireImageRegion } from "../regionCheck";
import type { ImageImportInputs } from "./imageImportTable";

/** Looks for an import whose POST got no answer, and the pause between them in milliseconds. */
const looks = 10;
const pause = 3_000;

/** Asks for the import from the URL, once. An answer that was lost is looked up by the import's tag before anyone could ask again. */
export async function post(
  inputs: ImageImportInputs,
  url: string,
  importTag: string,
  tags: readonly string[],
  context: ProviderContext,
  signal: AbortSignal,
): Promise<ImageWire> {
  const { region, name, description, distribution } = inputs;
  const marked = [...(inputs.tags ?? []), ...tags];
  const { images } = context.api;
  try {
    return { ...(await images.create({ name, url, region, description, distribution, tags: marked }, signal)), tags: marked };
  } catch (error) {
    signal.throwIfAborted();
    // The service says of an unknown region only that it isn't available; asked in vain here alone, so that no import pays for it.
    if (isUnprocessable(error) && /region/i.test(error.text)) await requireImageRegion(region, context, signal);
    if (!mayHaveTakenEffect(error)) throw error;
    for (let look = 0; look < looks; look += 1) {
      await context.world.clock.sleep(pause, signal);
      const found = await images.listByTag(importTag, signal);
      const image = found.reduce<ImageWire | undefined>((newest, one) => (one.id > (newest?.id ?? 0) ? one : newest), undefined);
      if (image !== undefined) return image;
    }
    throw new Error(
      "The request for the import got no answer, and no image of it has shown up since. Run `pulumi up` again: it looks for the image once more before it asks for another.",
      { cause: error },
    );
  }
}
