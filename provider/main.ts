import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { serve } from "./host/serve";
import { imagefleet } from "./imagefleet";
import { digestFolder } from "./source/staging/digestFolder";
import { asServed } from "./source/bytes/asServed";
import { nodeFiles } from "./source/bytes/nodeFiles";
import type { StagingWorld } from "./source/stagingWorld";
import { nodeProbe } from "./nodeProbe";
import type { Clock, World } from "./world";

/** The plugin's entry: the real clock, random source, network and process are taken here and nowhere else. */
export async function main(): Promise<void> {
  // The S3 client would print on stderr that it will leave Node 20.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  await serve(imagefleet(staging), realWorld, process);
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

/** A request that nobody holds is collected as garbage, and from then on its signal aborts nothing: neither the wait nor the body. */
const held = new WeakMap<object, Request>();

const fetchAsServed = asServed(globalThis);

async function send(request: Request): Promise<Response> {
  const response = await fetchAsServed(request);
  held.set(response.body ?? response, request);
  return response;
}

const staging: StagingWorld = {
  files: nodeFiles,
  digests: digestFolder(join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "imagefleet", "digests"), randomBytes),
  // Most runs stage nothing, and start quicker without it.
  objectStore: (settings) =>
    (require("./source/spaces/spaces") as typeof import("./source/spaces/spaces")).createSpaces(settings, { clock, send }),
  randomBytes,
};

const realWorld: World = { clock, random: () => Math.random(), send, probe: nodeProbe };
