import type { Api } from "../api/api";
import { ApiError, isUnprocessable } from "../api/errors";
import type { ActionWire } from "../api/wire";

/** A running transfer, or a clause that says why there is no transfer. */
export type TransferOutcome = { readonly action: ActionWire } | { readonly refused: string };

/**
 * Asks for one transfer. Where the answer is lost, the image's actions are read before anything is repeated. Rejects only with what ends
 * everything: the signal's reason, or an answer that no other region would get differently.
 */
export async function requestTransfer(
  api: Api,
  imageId: string,
  region: string,
  before: readonly ActionWire[],
  signal: AbortSignal,
): Promise<TransferOutcome> {
  const known = new Set(before.map(({ id }) => id));
  const find = (inner: AbortSignal): Promise<ActionWire | undefined> => findTransfer(api, imageId, region, known, inner);
  try {
    return { action: await api.images.transfer(imageId, region, find, signal) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error) || isDecisive(error)) throw error;
    // A refusal may mean that another run was faster.
    const action = isUnprocessable(error) ? await find(signal) : undefined;
    return action === undefined ? { refused: clause(error) } : { action };
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
