import type { ActionWire } from "../api/wire";

/** Large images took more than 20 minutes for 15 GB where someone measured. */
const millisecondsPerGigabyte = 80_000;

/**
 * How long a transfer usually takes, in milliseconds: as its siblings of the same image did, else as this account's other images did,
 * else by the image's stored size; undefined where nothing is known.
 */
export function expectedTransfer(
  own: readonly ActionWire[],
  account: readonly ActionWire[],
  sizeGigabytes: number | null | undefined,
): number | undefined {
  return (
    median(durations(own)) ?? median(durations(account)) ?? (sizeGigabytes == null ? undefined : sizeGigabytes * millisecondsPerGigabyte)
  );
}

function durations(actions: readonly ActionWire[]): readonly number[] {
  return actions
    .filter(({ type, resource_type, status }) => type === "transfer" && resource_type === "image" && status === "completed")
    .map(({ started_at, completed_at }) => Date.parse(completed_at ?? "") - Date.parse(started_at))
    .filter((duration) => duration >= 0);
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
