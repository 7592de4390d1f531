import "./smallHeap";
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { serve } from "./host/serve";
import type { Construct } from "./host/server";
import { imagefleet } from "./imagefleet";
import { digestFolder } from "./source/staging/digestFolder";
import { nodeFiles } from "./source/bytes/nodeFiles";
import type { StagingWorld } from "./source/stagingWorld";
import type { Clock, Probe, World } from "./world";

/** The plugin's entry: the real clock, random source, network and process are taken here and nowhere else. */
export async function main(): Promise<void> {
  // The S3 client would print on stderr that it will leave Node 20.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  await serve(imagefleet(staging), realWorld, process, construct);
}

/** Most runs construct nothing: Pulumi's SDK takes longer to load than all the rest. */
const construct: Construct = (request, engineAddress) =>
  (require("../construct/main") as typeof import("../construct/main")).construct(request, engineAddress);

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
      const isGood = answer.status >= 200 && answer.status < 400;
      return isGood ? { healthy: true } : { healthy: false, reason: `it answered ${answer.status}`, reached: true };
    } catch (error) {
      const reason = whatFailed(error);
      return { healthy: false, reason, reached: /ECONNREFUSED|ECONNRESET|socket hang up|other side closed/.test(reason) };
    }
  },
};

/** A request that nobody holds is collected as garbage, and from then on its signal aborts nothing: neither the wait nor the body. */
const held = new WeakMap<object, Request>();

async function send(request: Request): Promise<Response> {
  const response = await fetch(request);
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

const realWorld: World = { clock, random: () => Math.random(), send, probe };

/** `fetch failed` says nothing; the error behind it does. */
function whatFailed(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
