import type { Clock } from "../provider/world";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Turns of the event loop that code may need between two timers: promises need one, streams and sockets in one process a few. */
const turns = 4;

/**
 * A clock that moves only when nothing else can: `run` lets everything happen that is due, then jumps to the next timer. Hours pass in
 * milliseconds, and the same program takes the same steps each time.
 */
export class VirtualClock implements Clock {
  readonly #start: number;
  #set = 0;
  #elapsed = 0;
  #order = 0;
  #outside = 0;
  readonly #timers = new Set<Timer>();

  /** Starts at 2030-01-01, or at so many milliseconds since the epoch. */
  constructor(start = Date.UTC(2030, 0, 1)) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#set + this.#elapsed;
  }

  /** Timers that nobody has fired or cancelled: 0 when a program has tidied up. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const finish = (): void => {
        this.#timers.delete(timer);
        signal?.removeEventListener("abort", abort);
      };
      const abort = (): void => {
        finish();
        reject(signal?.reason as Error);
      };
      const fire = (): void => {
        finish();
        resolve();
      };
      const timer: Timer = { at: this.#elapsed + Math.max(0, milliseconds), order: ++this.#order, fire };
      this.#timers.add(timer);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Work that takes real time (a socket, a file): virtual time stands still until it has ended. */
  async outside<T>(work: Promise<T>): Promise<T> {
    this.#outside += 1;
    try {
      return await work;
    } finally {
      this.#outside -= 1;
    }
  }

  /** Waits for the promise, moving time as often as that takes. Throws where it waits for something that no timer brings. */
  async run<T>(promise: Promise<T>): Promise<T> {
    const state = { settled: false };
    const settle = (): void => {
      state.settled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      await this.#settle();
      if (state.settled) return promise;
      const timer = this.#earliest();
      if (timer === undefined) throw new Error("Virtual time stands still: no timer is set, and the promise isn't settled.");
      this.#elapsed = timer.at;
      timer.fire();
    }
  }

  /** Moves time on by so many milliseconds, firing on the way what is due. */
  async advance(milliseconds: number): Promise<void> {
    await this.run(this.sleep(milliseconds));
    await this.#settle();
  }

  /** Sets the clock, as a person or a time server does: sleepers sleep as long as they would have. */
  jump(milliseconds: number): void {
    this.#set += milliseconds;
  }

  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < turns; quiet = this.#outside > 0 ? 0 : quiet + 1) await new Promise((resolve) => setImmediate(resolve));
  }

  #earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }
}
