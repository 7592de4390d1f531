import type { EmulatorOptions } from "./options";

/** The rate-limit headers of one answer, and whether the request is over a limit. */
export interface RateLimitResult {
  readonly headers: Readonly<Record<string, string>>;
  readonly refused: boolean;
}

interface Window {
  readonly milliseconds: number;
  readonly limit: (options: EmulatorOptions) => number;
  readonly counts: (method: string, path: string) => boolean;
}

const hour: Window = { milliseconds: 3_600_000, limit: (options) => options.requestsPerHour, counts: () => true };

const windows: readonly Window[] = [
  hour,
  { milliseconds: 60_000, limit: (options) => options.requestsPerMinute, counts: () => true },
  {
    milliseconds: 60_000,
    limit: (options) => options.keyListsPerMinute,
    counts: (method, path) => method === "GET" && path === "/v2/account/keys",
  },
];

/** Sliding windows over the requests of each token. A refused request does not count. */
export class RateLimits {
  readonly #moments = new Map<string, number[][]>();

  /** Counts a request of `token` at `now` (milliseconds since the epoch), or refuses it. */
  admit(token: string, method: string, path: string, now: number, options: EmulatorOptions): RateLimitResult {
    const moments = this.#moments.get(token) ?? windows.map(() => []);
    this.#moments.set(token, moments);
    const counting = windows.flatMap((window, at) => (window.counts(method, path) ? [{ window, past: moments[at] ?? [] }] : []));
    for (const { window, past } of counting) {
      while (past[0] !== undefined && past[0] <= now - window.milliseconds) past.shift();
    }
    const full = counting.find(({ window, past }) => past.length >= window.limit(options));
    if (full === undefined) for (const { past } of counting) past.push(now);

    const lastHour = moments[0] ?? [];
    const reset = (lastHour[0] ?? now) + hour.milliseconds;
    const headers = {
      "ratelimit-limit": String(options.requestsPerHour),
      "ratelimit-remaining": String(Math.max(0, options.requestsPerHour - lastHour.length)),
      "ratelimit-reset": String(Math.ceil(reset / 1000)),
    };
    if (full === undefined) return { headers, refused: false };
    // Only the limits of a minute set `retry-after`: for the hourly limit there is `ratelimit-reset`.
    if (full.window === hour) return { headers, refused: true };
    const wait = (full.past[0] ?? now) + full.window.milliseconds - now;
    return { headers: { ...headers, "retry-after": String(Math.max(1, Math.ceil(wait / 1000))) }, refused: true };
  }
}
