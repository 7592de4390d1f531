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

/** `now` is our own time in milliseconds since the epoch. The service's own, of the header `date`, is preferred: clocks differ. */
export function readRateHeaders(headers: Headers, now: number): RateHeaders {
  const servicesNow = dateOf(headers.get("date")) ?? now;
  const limit = numberOf(headers.get("ratelimit-limit"));
  const remaining = numberOf(headers.get("ratelimit-remaining"));
  const reset = numberOf(headers.get("ratelimit-reset"));
  const untilReset = reset === undefined ? undefined : reset * 1_000 - servicesNow;
  const isSane = limit !== 0 && (remaining ?? 0) <= (limit ?? Infinity);
  return {
    ...(isSane ? { limit, remaining } : {}),
    untilReset: untilReset === undefined || Math.abs(untilReset) > 1.5 * hour ? undefined : Math.max(0, untilReset),
    retryAfter: retryAfter(headers.get("retry-after"), servicesNow),
  };
}

function retryAfter(text: string | null, now: number): number | undefined {
  const [seconds, date] = [numberOf(text), dateOf(text)];
  if (seconds !== undefined) return seconds * 1_000;
  return date === undefined ? undefined : Math.max(0, date - now);
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

/** Of a date as HTTP spells it, milliseconds since the epoch. */
function dateOf(text: string | null): number | undefined {
  return text !== null && /^[A-Za-z]+, .* GMT$/.test(text.trim()) && !Number.isNaN(Date.parse(text)) ? Date.parse(text) : undefined;
}
