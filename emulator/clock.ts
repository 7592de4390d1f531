/** The clock that the emulator's entry passes in: real in the server, virtual in a simulation. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Ends after `ms` milliseconds, or early (either way of settling) once `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The emulator's own time: the handed-in clock, which the control interface may stop or move forward. */
export class EmulatedClock implements Clock {
  readonly #base: Clock;
  #offset = 0;
  #frozenAt: number | undefined;
  readonly #wakes = new Set<() => void>();

  constructor(base: Clock) {
    this.#base = base;
  }

  get frozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  now(): number {
    return this.#frozenAt ?? this.#base.now() + this.#offset;
  }

  /** Moves time forward by `ms` milliseconds and ends every wait whose time has passed. */
  advance(ms: number): void {
    if (this.#frozenAt === undefined) this.#offset += ms;
    else this.#frozenAt += ms;
    this.#wakeAll();
  }

  /** Stops time, or lets it continue from where it stopped. */
  freeze(frozen: boolean): void {
    const now = this.now();
    this.#offset = now - this.#base.now();
    this.#frozenAt = frozen ? now : undefined;
    this.#wakeAll();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const due = this.now() + ms;
    while (this.now() < due && signal?.aborted !== true) {
      const early = new AbortController();
      const wake = (): void => early.abort();
      this.#wakes.add(wake);
      signal?.addEventListener("abort", wake);
      // A wait may end early: the loop reads the clock again. It waits for whole milliseconds because less may not move the clock.
      if (this.frozen) await new Promise<unknown>((resolve) => early.signal.addEventListener("abort", resolve));
      else await this.#base.sleep(Math.min(Math.ceil(due - this.now()), longestTimer), early.signal).catch(() => undefined);
      this.#wakes.delete(wake);
      signal?.removeEventListener("abort", wake);
    }
  }

  #wakeAll(): void {
    for (const wake of [...this.#wakes]) wake();
  }
}

/** Milliseconds, a day. A timer of Node.js fires at once when it is set to more than 2^31 - 1 ms. */
const longestTimer = 86_400_000;

/** A moment as the API writes it: RFC 3339 in UTC, whole seconds. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
