import { numberOf, retryAfter, serverTime } from "../rules/retryAfter";

/** What an answer says about the rate limit; undefined where it says nothing that can be true. */
export interface RateHeaders {
  /** Requests an hour. */
  readonly limit?: number;
  /** Requests left of the hour. */
  readonly remaining?: number;
  /** Milliseconds until the oldest counted request expires. */
  readonly untilReset?: number;
  /** Milliseconds until the service wants to be asked again. */
  readonly retryAfter?: number;
}

const hour = 3_600_000;

/** `now` is our own time in milliseconds since the epoch. */
export function readRateHeaders(headers: Headers, now: number): RateHeaders {
  const limit = numberOf(headers.get("ratelimit-limit"));
  const remaining = numberOf(headers.get("ratelimit-remaining"));
  const reset = numberOf(headers.get("ratelimit-reset"));
  const untilReset = reset === undefined ? undefined : reset * 1_000 - serverTime(headers, now);
  const isSane = limit !== 0 && (remaining ?? 0) <= (limit ?? Infinity);
  return {
    ...(isSane ? { limit, remaining } : {}),
    untilReset: untilReset === undefined || Math.abs(untilReset) > 1.5 * hour ? undefined : Math.max(0, untilReset),
    retryAfter: retryAfter(headers, now),
  };
}
