import { Unfinished } from "../../host/fault";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { stagingNeed } from "../../source/staging/stagingNeed";
import type { StageSource } from "../../source/staging/uploadSource";
import type { ImageImportInputs } from "./imageImportTable";
import type { Source } from "./sourceIdentity";

/** Of the image whose bits may be in Spaces. */
export type Staged = Pick<Partial<ImageImportInputs>, "source" | "region">;

/**
 * Has `work` import the source from where DigitalOcean can fetch it: its own URL, or, where `need` says why, a copy in Spaces. The copy can
 * be read by others only while `work` lasts, and is removed when that has ended, well or not. It stays where the import goes on at
 * DigitalOcean without us: for the run that comes back, `thenCleared`.
 *
 * `lineage` tells the copies of this resource's images from all others.
 */
export async function importedFrom<T>(
  { source, region }: { readonly source: Source; readonly region: string },
  need: string | undefined,
  lineage: string,
  context: ProviderContext,
  call: Call,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (need === undefined) {
    // A run that was killed may have had a source that went through Spaces.
    await clearStaged({ source, region }, lineage, context, call);
    return work(source.url ?? "");
  }
  const { sha256 } = source;
  const recompress = source.recompress === "never" ? "never" : "auto";
  const staging = context.sources.staging(region, need);
  const staged = await staging.stage({ source: stageSource(source), sha256, recompress, correlation: lineage }, call);
  let published = false;
  const end = async (error?: unknown): Promise<void> => {
    if (error !== undefined && published && goesOn(error, call)) return;
    await staged.remove().catch((reason: unknown) => call.warn(messageOf(reason)));
  };
  return ended(end, async () => {
    await staged.publish(call.signal);
    published = true;
    return work(staged.url);
  });
}

/** Waits by `work` for an import that an earlier run began, and then removes what that run may have left in Spaces. */
export async function thenCleared<T>(
  of: Staged,
  lineage: string,
  context: ProviderContext,
  call: Call,
  work: () => Promise<T>,
): Promise<T> {
  return ended(async (error) => {
    if (error === undefined || !goesOn(error, call)) await clearStaged(of, lineage, context, call);
  }, work);
}

/** Removes what runs have left of a resource's images in Spaces. What can't be removed is warned of: the image is what was asked for. */
export async function clearStaged(
  { source = {}, region = "" }: Staged,
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

/** Whether the service may still fetch the bits: the wait for it was interrupted, or the request that asked for it. */
function goesOn(error: unknown, { signal }: Call): boolean {
  return error instanceof Unfinished || signal.aborted;
}

/** Does `end` after the work, which it tells how that failed. */
async function ended<T>(end: (error?: unknown) => Promise<void>, work: () => Promise<T>): Promise<T> {
  let outcome: T;
  try {
    outcome = await work();
  } catch (error) {
    await end(error);
    throw error;
  }
  await end();
  return outcome;
}

function stageSource({ url, path, headers }: Source): StageSource {
  return path === undefined ? { url: url ?? "", headers } : { path };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
