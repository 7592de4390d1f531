import type { Clock } from "../world";
import type { Listener } from "./listener";
import { orAborted } from "./orAborted";
import { StatusLine } from "./statusLine";
import { waitFor, Waits } from "./waits";

/** What is looked at again and again. */
export interface Watched {
  /** One look. A rejection that `endsWait` ends the wait of everyone; after any other it looks again. */
  look(signal: AbortSignal): Promise<void>;
  endsWait(error: unknown): boolean;
  /** In milliseconds. */
  untilNextLook(): number;
  /** The status line after `silence` milliseconds without an answer; lines with the same key are said every 30 s only. */
  status(silence: number): { readonly key: string; readonly line: string };
}

interface Waiter {
  /** True when it has what it waits for. */
  readonly check: () => boolean;
  readonly fail: (error: unknown) => void;
  readonly status: StatusLine;
}

/** One loop of looks for all who wait for the same thing. It makes no request and sets no timer while nobody waits. */
export class SharedWait {
  readonly #clock: Clock;
  readonly #watched: Watched;
  readonly #waiters = new Set<Waiter>();
  /** What a look waits for, and with it everyone. */
  readonly #waits = new Waits();
  #loop: AbortController | undefined;
  #silentSince: number | undefined;

  constructor(clock: Clock, watched: Watched) {
    this.#clock = clock;
    this.#watched = watched;
  }

  /** Resolves with the first value that `ended` gives, asked now and after each look. Rejects with the listener's reason if it aborts. */
  async until<T>(ended: () => T | undefined, listener: Listener): Promise<T> {
    listener.signal.throwIfAborted();
    const already = ended();
    if (already !== undefined) return already;
    const { promise, waiter } = this.#join(ended, listener);
    try {
      return await waitFor(this.#waits, orAborted(promise, listener.signal));
    } finally {
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) this.#end();
    }
  }

  /** Computes the time of the next look again, if someone waits. */
  reschedule(): void {
    if (this.#loop !== undefined) this.#begin();
  }

  #join<T>(ended: () => T | undefined, listener: Listener): { promise: Promise<T>; waiter: Waiter } {
    const { promise, resolve, reject } = withResolvers<T>();
    const check = (): boolean => {
      const value = ended();
      if (value !== undefined) resolve(value);
      return value !== undefined;
    };
    const waiter: Waiter = { status: new StatusLine(listener, this.#clock), check, fail: reject };
    this.#waiters.add(waiter);
    if (this.#loop === undefined) this.#begin();
    else this.#report();
    return { promise, waiter };
  }

  #begin(): void {
    this.#end();
    const loop = (this.#loop = new AbortController());
    this.#run(loop.signal).catch((error: unknown) => {
      if (loop.signal.aborted) return;
      this.#loop = undefined;
      for (const waiter of this.#waiters) waiter.fail(error);
    });
  }

  #end(): void {
    this.#loop?.abort();
    this.#loop = undefined;
    this.#silentSince = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (this.#waiters.size > 0) {
      this.#report();
      await this.#clock.sleep(this.#watched.untilNextLook(), signal);
      const asked = this.#clock.now();
      try {
        await this.#waits.during(() => this.#watched.look(signal));
        this.#silentSince = undefined;
      } catch (error) {
        if (signal.aborted || this.#watched.endsWait(error)) throw error;
        this.#silentSince ??= asked;
      }
      for (const waiter of this.#waiters) if (waiter.check()) this.#waiters.delete(waiter);
    }
    this.#end();
  }

  #report(): void {
    const now = this.#clock.now();
    const { key, line } = this.#watched.status(this.#silentSince === undefined ? 0 : now - this.#silentSince);
    for (const { status } of this.#waiters) status.say(key, line);
  }
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
