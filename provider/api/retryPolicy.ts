import { ApiError, type NetworkError } from "./errors";

/** A failing service or network is tried five times, for at most 60 s of requests and pauses together. */
const failingTries = 5;
const failingTime = 60_000;
/** One request may take 30 s. */
const requestTime = 30_000;

/** The longest window of the rate limit: a request that is refused for longer is refused for another reason. */
const limitedTime = 3_600_000;

/** 422 answers that pass by themselves, and for how long they are believed to. */
const passing: readonly { readonly text: RegExp; readonly retryFor: number }[] = [
  { text: /please try again(?! with)/i, retryFor: 300_000 },
  { text: /already has a pending event/i, retryFor: 300_000 },
  // A key that was added a moment ago is unknown to Droplet creation for up to 45 s.
  { text: /invalid key identifiers/i, retryFor: 60_000 },
];
const passingPause = 10_000;

/** A service that says how long it will be away is believed up to five minutes. */
const longestAway = 300_000;

/** When a request is sent again that may be. All times in milliseconds. */
export class RetryPolicy {
  readonly #random: () => number;
  readonly #started: number;
  #failures = 0;
  #failed = 0;

  constructor(random: () => number, now: number) {
    this.#random = random;
    this.#started = now;
  }

  /** How long the next try may take. */
  get timeLimit(): number {
    return Math.min(requestTime, failingTime - this.#failed);
  }

  /**
   * The pause after a try that took so long, undefined where there must not be another. A 429 was not carried out and costs no pause
   * here: the rate budget holds everyone back.
   */
  pauseAfter(error: ApiError | NetworkError, took: number, now: number): number | undefined {
    const elapsed = now - this.#started;
    if (error instanceof ApiError) {
      if (error.status === 429) return elapsed < limitedTime ? 0 : undefined;
      if (error.status === 422) {
        const retryFor = passing.find(({ text }) => text.test(error.text))?.retryFor ?? 0;
        return elapsed + passingPause <= retryFor ? passingPause : undefined;
      }
      // 501 says that the service doesn't have it, not that it failed.
      if (error.status < 500 || error.status === 501) return undefined;
    }
    const away = error instanceof ApiError ? error.retryAfter : undefined;
    this.#failures += 1;
    const pause = 1_000 * 2 ** (this.#failures - 1) * (0.5 + this.#random() / 2);
    this.#failed += took + pause;
    if (this.#failures >= failingTries || this.#failed >= failingTime) return undefined;
    return Math.max(pause, Math.min(away ?? 0, longestAway));
  }
}
