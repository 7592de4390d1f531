import type { Clock } from "./world";

/** Right when the process starts, and steady from then on, whoever sets the machine's clock. */
export const steadyClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  async sleep(milliseconds, signal) {
    for (let left = milliseconds; left > 0; left -= longestTimer) await timer(Math.min(left, longestTimer), signal);
  },
};

/** In milliseconds, a day: a timer of 25 days or more would fire at once. */
const longestTimer = 86_400_000;

function timer(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const fired = () => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    };
    const started = setTimeout(fired, milliseconds);
    const aborted = () => {
      clearTimeout(started);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
