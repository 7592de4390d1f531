import type { Clock } from "../world";

/** Work took longer than it may. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";

  constructor(milliseconds: number) {
    super(`nothing came back within ${Math.round(milliseconds / 1_000)} s`);
  }
}

/**
 * Runs work that may take so many milliseconds. Rejects with the signal's reason as soon as it aborts, with a `TimeoutError` when
 * the time is over, whether or not the work listens to its signal.
 */
export async function withTimeout<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const inner = new AbortController();
  const timer = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const finish = (): void => {
      signal.removeEventListener("abort", abort);
      timer.abort();
    };
    const stop = (reason: Error): void => {
      finish();
      inner.abort(reason);
      reject(reason);
    };
    const abort = (): void => stop(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    clock.sleep(milliseconds, timer.signal).then(
      () => stop(new TimeoutError(milliseconds)),
      () => undefined,
    );
    work(inner.signal).finally(finish).then(resolve, reject);
  });
}
