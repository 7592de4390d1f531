import { setMaxListeners } from "node:events";
import type { Clock } from "./clock";

interface Entry {
  readonly at: number;
  readonly effect: () => void;
}

/**
 * Runs effects at their times, in the order of those times: when the clock gets there, or at the next request if that comes first.
 * So no answer shows a state that is overdue.
 */
export class Scheduler {
  readonly #clock: Clock;
  #entries: Entry[] = [];
  #abort = createAbort();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `effect` once the clock reads `at`, in milliseconds since the epoch. */
  at(at: number, effect: () => void): void {
    const later = this.#entries.findIndex((entry) => entry.at > at);
    this.#entries.splice(later < 0 ? this.#entries.length : later, 0, { at, effect });
    void this.#clock.sleep(at - this.#clock.now(), this.#abort.signal).then(() => this.runDue());
  }

  /** Runs everything that is due. */
  runDue(): void {
    for (let next = this.#entries[0]; next !== undefined && next.at <= this.#clock.now(); next = this.#entries[0]) {
      this.#entries.shift();
      next.effect();
    }
  }

  /** Drops every effect that has not run yet. */
  clear(): void {
    this.#entries = [];
    this.#abort.abort();
    this.#abort = createAbort();
  }
}

/** Aborts every wait. Each waiting effect listens to it, and Node.js warns about more than ten listeners by default. */
function createAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
