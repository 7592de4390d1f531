import { randomBytes } from "node:crypto";
import type { Server as Listener } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { honourProxies } from "./honourProxies";
import { serve } from "./host/serve";
import type { Construction } from "./host/constructCalls";
import { imagefleet } from "./imagefleet";
import type { Proxies } from "./proxies";
import { digestFolder } from "./source/staging/digestFolder";
import { asServed } from "./source/bytes/asServed";
import { nodeFiles } from "./source/bytes/nodeFiles";
import type { StagingWorld } from "./source/stagingWorld";
import { nodeProbe } from "./nodeProbe";
import { steadyClock } from "./steadyClock";
import type { World } from "./world";

/**
 * The plugin's entry: the real clock, random source, network and process are taken here and nowhere else. Where the port is printed before
 * this is loaded, `listener` is who listens there.
 */
export async function main(listener?: Listener): Promise<void> {
  // The S3 client would print on stderr that it will leave Node 20.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const proxies = honourProxies(process.env);
  const world: World = { clock: steadyClock, random: () => Math.random(), send, probe: nodeProbe };
  await serve(imagefleet(stagingThrough(proxies)), world, process, construction, listener);
}

/** Most runs construct nothing: Pulumi's SDK takes longer to load than all the rest. */
const construction: Construction = {
  faults: (request) => loadConstruction().faults(request),
  construct: (request, engineAddress) => loadConstruction().construct(request, engineAddress),
  call: (request, engineAddress, of) => loadConstruction().call(request, engineAddress, of),
};
const loadConstruction = (): Construction => require("../construct/main") as typeof import("../construct/main");

/** A request that nothing references is collected as garbage, and from then on its signal aborts nothing, neither the wait nor the body. */
const held = new WeakMap<object, Request>();

const fetchAsServed = asServed(globalThis);

async function send(request: Request): Promise<Response> {
  const response = await fetchAsServed(request);
  held.set(response.body ?? response, request);
  return response;
}

const stagingThrough = (proxies: Proxies | undefined): StagingWorld => ({
  files: nodeFiles,
  digests: digestFolder(join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "imagefleet", "digests"), randomBytes),
  // Most runs stage nothing, and start quicker without it.
  objectStore: (settings) =>
    (require("./source/spaces/spaces") as typeof import("./source/spaces/spaces")).createSpaces(settings, {
      clock: steadyClock,
      send,
      agentFor: proxies?.agentFor,
    }),
  randomBytes,
});
