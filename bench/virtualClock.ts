import type { Clock } from "../provider/world";

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Turns of the event loop that handlers and emulator may need between two timers. */
const turns = 4;

/** A clock that jumps to the next timer once nothing else can happen: an hour of copying takes as long as its requests do. */
export class VirtualClock implements Clock {
  #now = Date.UTC(2030, 0, 1);
  /** In the order in which they were set. */
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const end = () => {
        this.#timers.delete(timer);
        signal?.removeEventListener("abort", abort);
      };
      const abort = () => {
        end();
        reject(signal?.reason as Error);
      };
      const fire = () => {
        end();
        resolve();
      };
      const timer = { at: this.#now + Math.max(0, milliseconds), fire };
      this.#timers.add(timer);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Moves time on until the promise is settled. Rejects where it waits for something that no timer brings. */
  async run<T>(promise: Promise<T>): Promise<T> {
    const state = { settled: false };
    const settle = () => (state.settled = true);
    promise.then(settle, settle);
    for (;;) {
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (state.settled) return promise;
      const next = this.#earliest();
      if (next === undefined) throw new Error("Virtual time stands still: no timer is set, and the promise isn't settled.");
      this.#now = next.at;
      next.fire();
    }
  }

  #earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.at < first.at) first = timer;
    return first;
  }
}
