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
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", wake);
        resolve();
      }, milliseconds);
      const wake = () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener("abort", wake, { once: true });
    }),
};

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
