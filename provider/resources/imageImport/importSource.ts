import { mayHaveTakenEffect } from "../../api/errors";
import { Unfinished } from "../../host/fault";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { stagingNeed } from "../../source/staging/stagingNeed";
import type { StageSource } from "../../source/staging/uploadSource";
import type { ImageImportInputs } from "./imageImportTable";
import type { Source } from "./sourceIdentity";

/** Of the image whose bits may be in Spaces. */
export type Staged = Pick<Partial<ImageImportInputs>, "source" | "region">;

/** Where DigitalOcean can fetch the bits from. */
export interface FetchableSource {
  readonly url: string;
  /**
   * To be called when the import has ended, with its error where it failed: removes a copy in Spaces. The copy stays where the import goes on
   * at DigitalOcean without us, and, in private, where DigitalOcean didn't answer the request for it: `thenCleared`.
   */
  release(error?: unknown): Promise<void>;
}

/**
 * Brings the source to where DigitalOcean can fetch it: its own URL, or, where `need` says why, a copy in Spaces that others can read until
 * `release`. `lineage` tells the copies of this resource's images from all others.
 */
export async function fetchableSource(
  { source, region }: { readonly source: Source; readonly region: string },
  need: string | undefined,
  lineage: string,
  context: ProviderContext,
  call: Call,
): Promise<FetchableSource> {
  if (need === undefined) {
    // A run that was killed may have had a source that went through Spaces.
    await clearStaged({ source, region }, lineage, context, call);
    return { url: source.url ?? "", release: () => Promise.resolve() };
  }
  const { sha256 } = source;
  const recompress = source.recompress === "never" ? "never" : "auto";
  const staging = context.sources.staging(region, need);
  const staged = await staging.stage({ source: stageSource(source), sha256, recompress, correlation: lineage }, call);
  const remove = () => staged.remove().catch((reason: unknown) => call.warn(messageOf(reason)));
  try {
    await staged.publish(call.signal);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    url: staged.url,
    async release(error) {
      if (goesOn(error, call)) return;
      // A service that fails takes the import later: the next run finds the copy, and needs no second upload.
      if (mayHaveTakenEffect(error)) await staged.withdraw(call.signal).catch(remove);
      else await remove();
    },
  };
}

/** Waits by `work` for an import that an earlier run began, and then removes what that run may have left in Spaces. */
export async function thenCleared<T>(
  of: Staged,
  lineage: string,
  context: ProviderContext,
  call: Call,
  work: () => Promise<T>,
): Promise<T> {
  return releasedAfter(work, async (error) => {
    if (error === undefined || !goesOn(error, call)) await clearStaged(of, lineage, context, call);
  });
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

/** Calls `release` when the work has ended, with the error where it failed. */
export async function releasedAfter<T>(work: () => Promise<T>, release: (error?: unknown) => Promise<void>): Promise<T> {
  const outcome = await work().catch(async (error: unknown) => {
    await release(error);
    throw error;
  });
  await release();
  return outcome;
}

function stageSource({ url, path, headers }: Source): StageSource {
  return path === undefined ? { url: url ?? "", headers } : { path };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
