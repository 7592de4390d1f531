import { setMaxListeners } from "node:events";
import type { Clock } from "./clock";

interface Entry {
  readonly at: number;
  readonly effect: () => void;
}

/**
 * What is going to happen, and when. Effects run in the order of their moments, each with the clock at or past its moment:
 * when the clock gets there, or at the next request if that comes first. So an answer never shows a past that is overdue.
 */
export class Agenda {
  readonly #clock: Clock;
  #entries: Entry[] = [];
  #life = life();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `effect` once the clock reads `at` (milliseconds since the epoch). */
  at(at: number, effect: () => void): void {
    const later = this.#entries.findIndex((entry) => entry.at > at);
    this.#entries.splice(later < 0 ? this.#entries.length : later, 0, { at, effect });
    void this.#clock.sleep(at - this.#clock.now(), this.#life.signal).then(() => this.settle());
  }

  /** Runs everything that is due. */
  settle(): void {
    for (let next = this.#entries[0]; next !== undefined && next.at <= this.#clock.now(); next = this.#entries[0]) {
      this.#entries.shift();
      next.effect();
    }
  }

  /** Forgets everything that has not happened yet. */
  clear(): void {
    this.#entries = [];
    this.#life.abort();
    this.#life = life();
  }
}

/** Ends all that waits. Each effect to come listens to it, and Node.js warns of more than ten listeners unless it is told. */
function life(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
