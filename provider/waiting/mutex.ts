import type { Clock } from "../world";
import { orAborted } from "./orAborted";
import { waitFor } from "./waits";

/** Lets one thing happen after the other, in the order in which they were asked for. */
export class Mutex {
  readonly #clock: Clock;
  readonly #turn: string;
  #last: Promise<unknown> = Promise.resolve();

  /** `turn` is what everyone waits for, such as "a turn to upload". */
  constructor(clock: Clock, turn: string) {
    this.#clock = clock;
    this.#turn = turn;
  }

  /** Rejects with the signal's reason where it aborts before the turn has come. */
  async runExclusive<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let end = (): void => undefined;
    this.#last = new Promise<void>((resolve) => (end = resolve)).then(() => before);
    try {
      await waitFor({ what: this.#turn, since: this.#clock.now() }, orAborted(before, signal));
      return await work();
    } finally {
      end();
    }
  }
}
