import type { ActionWire } from "../api/wire";

/** What is known of how long a transfer takes, in milliseconds. */
export interface Expectation {
  /** Before this age nothing is expected to finish. */
  readonly soonest: number;
  /** Undefined where none has ended yet: the size says too little to tell a person. */
  readonly usual?: number;
}

/** Large images took more than 20 minutes for 15 GB where someone measured. */
const millisecondsPerGigabyte = 80_000;

/**
 * How long a transfer takes: as others of the same image did, else as those of this account's other images did, else by the image's
 * stored size, which says little. Undefined where nothing is known.
 */
export function expectedTransfer(
  own: readonly ActionWire[],
  account: readonly ActionWire[],
  sizeGigabytes: number | null | undefined,
): Expectation | undefined {
  const known = durations(own).length > 0 ? durations(own) : durations(account);
  const [quick, usual] = [quantile(known, 0.1), quantile(known, 0.5)];
  if (quick !== undefined && usual !== undefined) return { soonest: 0.8 * quick, usual };
  if (sizeGigabytes === undefined || sizeGigabytes === null) return undefined;
  return { soonest: 0.25 * sizeGigabytes * millisecondsPerGigabyte };
}

function durations(actions: readonly ActionWire[]): readonly number[] {
  return actions
    .filter(({ type, resource_type, status }) => type === "transfer" && resource_type === "image" && status === "completed")
    .map(({ started_at, completed_at }) => Date.parse(completed_at ?? "") - Date.parse(started_at))
    .filter((duration) => duration >= 0);
}

/** The value below which that part of them lies; undefined of none. */
export function quantile(values: readonly number[], part: number): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)];
}
