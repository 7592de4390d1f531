import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../world";
import { duration } from "./duration";

/** Something that somebody waits for. */
export interface Wait {
  /** Completes "waiting for". */
  readonly what: string;
  /** In milliseconds of the clock. */
  readonly since: number;
  /** When it ends, undefined where nobody knows. */
  readonly until?: () => number | undefined;
}

/** What is being waited for in one piece of work; others who need that work wait for the same. */
export class Waits {
  readonly #noted = new Set<Wait | Waits>();

  /** Runs the work and notes here what it waits for, however deep down. */
  during<T>(work: () => T): T {
    return running.run(this, work);
  }

  /** Notes it until the promise has settled. */
  async note<T>(wait: Wait | Waits, promise: Promise<T>): Promise<T> {
    this.#noted.add(wait);
    try {
      return await promise;
    } finally {
      this.#noted.delete(wait);
    }
  }

  /** What has been waited for longest; undefined while everything goes on. */
  get longest(): Wait | undefined {
    const all = [...this.#noted].flatMap((noted) => (noted instanceof Waits ? (noted.longest ?? []) : noted));
    return all.reduce<Wait | undefined>((first, wait) => (first !== undefined && first.since <= wait.since ? first : wait), undefined);
  }
}

const running = new AsyncLocalStorage<Waits>();

/** Waits for the promise, and lets the status line of the operation that it belongs to say so. */
export function waitFor<T>(wait: Wait | Waits, promise: Promise<T>): Promise<T> {
  return running.getStore()?.note(wait, promise) ?? promise;
}

/** Sleeps, and lets the status line say what for. */
export function pause(clock: Clock, milliseconds: number, what: string, signal: AbortSignal): Promise<void> {
  const since = clock.now();
  return waitFor({ what, since, until: () => since + milliseconds }, clock.sleep(milliseconds, signal));
}

/** `waiting for a turn to upload (2 min 5 s, 40 s left)`. */
export function describe({ what, since, until }: Wait, now: number): string {
  const end = until?.();
  const left = end === undefined || end <= now ? "" : `, ${duration(end - now)} left`;
  return `waiting for ${what} (${duration(now - since)}${left})`;
}
