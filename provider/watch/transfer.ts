import type { Api } from "../api/api";
import { ApiError, isUnprocessable, mayHaveTakenEffect } from "../api/errors";
import type { ActionWire } from "../api/wire";
import type { Clock } from "../world";

/** A transfer that runs, or why there is none: a clause. */
export type TransferOutcome = { readonly action: ActionWire } | { readonly refused: string };

/** Looks for a transfer whose POST got no answer, and the pause between them in milliseconds. */
const looks = 3;
const pause = 2_000;

/**
 * Asks for one transfer. Where the answer is lost, the image's actions are read before anything is repeated, and it is repeated once.
 * Rejects only with what ends everything: the signal's reason, or an answer that no other region would get differently.
 */
export async function requestTransfer(
  { api, clock }: { readonly api: Api; readonly clock: Clock },
  imageId: string,
  region: string,
  before: readonly ActionWire[],
  signal: AbortSignal,
): Promise<TransferOutcome> {
  const known = new Set(before.map(({ id }) => id));
  for (let repeated = false; ; repeated = true) {
    try {
      return { action: await api.images.transfer(imageId, region, signal) };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Error) || isDecisive(error)) throw error;
      const lost = mayHaveTakenEffect(error);
      // A refusal may mean that another run was faster.
      for (let look = 0; look < (lost ? looks : isUnprocessable(error) ? 1 : 0); look += 1) {
        if (look > 0) await clock.sleep(pause, signal);
        const action = await findTransfer(api, imageId, region, known, signal);
        if (action !== undefined) return { action };
      }
      if (!lost || repeated) return { refused: clause(error) };
    }
  }
}

/** The running transfer to a region, among an image's actions. */
export function runningTransfer(actions: readonly ActionWire[], region: string): ActionWire | undefined {
  return actions.find((action) => isTransferTo(action, region) && action.status === "in-progress");
}

/** Whether a transfer to a region has ended well, among an image's actions; the copy may be lost since. */
export function hasCompleted(actions: readonly ActionWire[], region: string): boolean {
  return actions.some((action) => isTransferTo(action, region) && action.status === "completed");
}

/** An answer after which asking again, or for another region, is of no use. */
export function isDecisive(error: unknown): boolean {
  return error instanceof ApiError && [401, 403, 404].includes(error.status);
}

async function findTransfer(
  api: Api,
  imageId: string,
  region: string,
  known: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<ActionWire | undefined> {
  const actions = await api.images.actions(imageId, signal);
  return runningTransfer(actions, region) ?? actions.find((action) => isTransferTo(action, region) && !known.has(action.id));
}

function isTransferTo({ type, region_slug }: ActionWire, region: string): boolean {
  return type === "transfer" && region_slug === region;
}

function clause(error: Error): string {
  return `its transfer was refused: ${error.message.replace(/\.+$/, "")}`;
}
