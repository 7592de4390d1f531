import { orAborted } from "./orAborted";

/** Lets one thing happen after the other, in the order in which they were asked for. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects with the signal's reason where it aborts before the turn has come. */
  async runExclusive<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let end = (): void => undefined;
    this.#last = new Promise<void>((resolve) => (end = resolve)).then(() => before);
    try {
      await orAborted(before, signal);
      return await work();
    } finally {
      end();
    }
  }
}
