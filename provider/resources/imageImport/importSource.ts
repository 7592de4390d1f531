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
   * the import goes on at DigitalOcean without us: for the run that comes back, and `clearedAfter`.
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
  session: ProviderContext,
  call: Call,
): Promise<FetchableImage> {
  const { path, headers, sha256 } = source;
  const url = normalUrl(source.url ?? "");
  if (need === undefined) {
    // A run that was killed may have had a source that went through Spaces.
    await clearStaged({ source, region }, lineage, session, call);
    return { url, removedAfter: (importing) => importing };
  }
  const recompress = source.recompress === "never" ? "never" : "auto";
  const request = { source: path === undefined ? { url, headers } : { path }, sha256, recompress, correlation: lineage } as const;
  const staged = await session.sources.staging(region, need).stage(request, call);
  try {
    await staged.publish(call.signal);
  } catch (error) {
    await remove(staged, call);
    throw error;
  }
  return { url: staged.url, removedAfter: (importing) => after(importing, call, () => remove(staged, call)) };
}

/** The outcome of an import that an earlier run began. By then what that run may have left in Spaces is removed. */
export function clearedAfter<T>(
  importing: Promise<T>,
  image: MaybeStaged,
  lineage: string,
  session: ProviderContext,
  call: Call,
): Promise<T> {
  return after(importing, call, () => clearStaged(image, lineage, session, call));
}

/** Removes what runs have left of a resource's images in Spaces. What can't be removed is a warning: the image is what was asked for. */
export async function clearStaged(
  { source = {}, region = "" }: MaybeStaged,
  lineage: string,
  session: ProviderContext,
  call: Call,
): Promise<void> {
  const need = stagingNeed(source);
  // Where only the bits could say whether they needed Spaces, they were in it if it was configured.
  if (need === undefined && !session.sources.hasSpaces) return;
  try {
    await session.sources.staging(region, need ?? "What was staged").clear(lineage, call.signal);
  } catch (error) {
    call.warn(`What an earlier run may have left of the image in Spaces could not be removed: ${messageOf(error)}`);
  }
}

/** Cleans up once the import has ended, not where the service may still fetch the bits: because the wait for it was interrupted, or the request. */
async function after<T>(importing: Promise<T>, { signal }: Call, cleanUp: () => Promise<void>): Promise<T> {
  const goesOn = await importing.then(
    () => false,
    (error: unknown) => error instanceof Unfinished || signal.aborted,
  );
  if (!goesOn) await cleanUp();
  return importing;
}

async function remove(staged: StagedObject, call: Call): Promise<void> {
  await staged.remove().catch((reason: unknown) => call.warn(messageOf(reason)));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
