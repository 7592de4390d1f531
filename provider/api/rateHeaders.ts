/** What an answer says about the rate limit; undefined where it says nothing that can be read. */
export interface RateHeaders {
  /** Requests an hour. */
  readonly limit?: number;
  /** Requests left of the hour. */
  readonly remaining?: number;
  /** When the oldest counted request expires, in milliseconds since the epoch. */
  readonly reset?: number;
  /** Milliseconds. */
  readonly retryAfter?: number;
}

export function readRateHeaders(headers: Headers): RateHeaders {
  const number = (name: string, factor: number): number | undefined => {
    const text = headers.get(name)?.trim();
    return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) * factor : undefined;
  };
  return {
    limit: number("ratelimit-limit", 1),
    remaining: number("ratelimit-remaining", 1),
    reset: number("ratelimit-reset", 1_000),
    retryAfter: number("retry-after", 1_000),
  };
}
