import { serve } from "./host/serve";
import { imagefleet } from "./imagefleet";
import type { Clock, Probe, World } from "./world";

/** The plugin's entry: the real clock, random source, network and process are taken here and nowhere else. */
export async function main(): Promise<void> {
  await serve(imagefleet, realWorld, process);
  process.exit(0);
}

const clock: Clock = {
  now: () => Date.now(),
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

const probe: Probe = {
  async http(address, port, path, signal) {
    try {
      const answer = await fetch(`http://${address}:${port}${path}`, { signal, redirect: "manual" });
      await answer.body?.cancel();
      return answer.status >= 200 && answer.status < 400 ? { healthy: true } : { healthy: false, reason: `it answered ${answer.status}` };
    } catch (error) {
      return { healthy: false, reason: whatFailed(error) };
    }
  },
};

const realWorld: World = { clock, random: () => Math.random(), send: (request) => fetch(request), probe };

/** `fetch failed` says nothing; the error behind it does. */
function whatFailed(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
