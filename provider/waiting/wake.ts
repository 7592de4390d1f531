import type { Clock } from "../world";

/** Lets one waiter sleep until something happens that it should know. */
export class Wake {
  readonly #clock: Clock;
  /** Something has happened since the last wait. */
  #hasNews = false;
  #ring: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  notify(): void {
    this.#hasNews = true;
    this.#ring();
  }

  /** Resolves after so many milliseconds, or as soon as there is news; rejects with the signal's reason. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const sleep = new AbortController();
    const aborted = (): void => sleep.abort(signal.reason);
    signal.addEventListener("abort", aborted, { once: true });
    const news = new Promise<void>((resolve) => (this.#ring = resolve));
    if (this.#hasNews) this.#ring();
    try {
      await Promise.race([this.#clock.sleep(Math.max(0, milliseconds), sleep.signal), news]);
    } finally {
      signal.removeEventListener("abort", aborted);
      sleep.abort();
      this.#hasNews = false;
    }
  }
}
