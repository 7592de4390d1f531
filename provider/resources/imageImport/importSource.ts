import { mayHaveTakenEffect } from "../../api/errors";
import { Unfinished } from "../../host/fault";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { stagingNeed } from "../../source/staging/stagingNeed";
import type { StagedObject } from "../../source/staging/staging";
import type { ImageImportInputs } from "./imageImportTable";
import { normalUrl, type Source } from "./sourceIdentity";

/** The image whose bits may be in Spaces. */
export type MaybeStaged = Pick<Partial<ImageImportInputs>, "source" | "region">;

/** Where DigitalOcean can fetch the image from. */
export interface FetchableImage {
  readonly url: string;
  /**
   * The import's outcome. By then the copy in Spaces, where there is one, is removed, whether the import went well or not. It stays where
   * the import goes on at DigitalOcean without us, and, in private, where DigitalOcean didn't answer the request for it: for the run that comes back.
   */
  removedAfter<T>(importing: Promise<T>): Promise<T>;
}

/**
 * The source's own URL, or that of a copy in Spaces where `need` says why. Others can read that copy until `removedAfter` has removed it.
 * `lineage` tells the copies of this resource's images from all others.
 */
export async function makeFetchable(
  { source, region }: { readonly source: Source; readonly region: string },
  need: string | undefined,
  lineage: string,
  context: ProviderContext,
  call: Call,
): Promise<FetchableImage> {
  const { path, headers, sha256 } = source;
  const url = normalUrl(source.url ?? "");
  if (need === undefined) {
    // A run that was killed may have had a source that went through Spaces.
    await clearStaged({ source, region }, lineage, context, call);
    return { url, removedAfter: (importing) => importing };
  }
  const recompress = source.recompress === "never" ? "never" : "auto";
  const request = { source: path === undefined ? { url, headers } : { path }, sha256, recompress, correlation: lineage } as const;
  const staged = await context.sources.staging(region, need).stage(request, call);
  try {
    await staged.publish(call.signal);
  } catch (error) {
    await remove(staged, call);
    throw error;
  }
  return {
    url: staged.url,
    removedAfter: (importing) => {
      const withdraw = () => staged.withdraw(call.signal).catch(() => remove(staged, call));
      return after(importing, call, () => remove(staged, call), withdraw);
    },
  };
}

/** The outcome of an import that an earlier run began. By then what that run may have left in Spaces is removed. */
export function clearedAfter<T>(
  importing: Promise<T>,
  image: MaybeStaged,
  lineage: string,
  context: ProviderContext,
  call: Call,
): Promise<T> {
  return after(importing, call, () => clearStaged(image, lineage, context, call));
}

/** Removes what runs have left of a resource's images in Spaces. What can't be removed is a warning: the image is what was asked for. */
export async function clearStaged(
  { source = {}, region = "" }: MaybeStaged,
  lineage: string,
  context: ProviderContext,
  call: Call,
): Promise<void> {
  const need = stagingNeed(source);
  // Where only the bits could say whether they needed Spaces, they were in it if it was configured.
  if (need === undefined && !context.sources.hasSpaces) return;
  try {
    await context.sources.staging(region, need ?? "What was staged").clear(lineage, call.signal);
  } catch (error) {
    call.warn(`What an earlier run may have left of the image in Spaces could not be removed: ${messageOf(error)}`);
  }
}

/** Cleans up once the import has ended, not where the service may still fetch the bits: because the wait for it was interrupted, or the request. */
async function after<T>(
  importing: Promise<T>,
  { signal }: Call,
  cleanUp: () => Promise<void>,
  keep: () => Promise<void> = cleanUp,
): Promise<T> {
  const failure = await importing.then(
    () => undefined,
    (error: unknown) => error,
  );
  const goesOn = failure instanceof Unfinished || (failure !== undefined && signal.aborted);
  // A service that fails takes the import later: the next run finds the copy, and needs no second upload.
  if (!goesOn) await (mayHaveTakenEffect(failure) ? keep() : cleanUp());
  return importing;
}

async function remove(staged: StagedObject, call: Call): Promise<void> {
  await staged.remove().catch((reason: unknown) => call.warn(messageOf(reason)));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
