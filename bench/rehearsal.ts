import type { EmulatorArgs } from "../emulator/emulator";
import { seededRandom } from "../emulator/ids";
import type { LoggedRequest } from "../emulator/requestLog";
import type { Call } from "../provider/host/resource";
import { imageReplica } from "../provider/resources/imageReplica/imageReplica";
import type { ProviderContext } from "../provider/providerContext";
import type { VirtualClock } from "../virtual/virtualClock";
import { VirtualProcess } from "../virtual/virtualProcess";
import { endpoint, VirtualService } from "../virtual/virtualService";
import { publicKey } from "./cloud";
import { bootableDisk } from "./imageSource";

/**
 * Where images are imported to, and the regions that they are copied to, in the order in which rows take them. Those that start no new
 * Droplets stand where no row ends, since rows run their Droplet in the last region that they take.
 */
export const home = "nyc3";
export const otherRegions = "ams3 fra1 lon1 sgp1 tor1 blr1 syd1 sfo3 sfo2 ams2 nyc2 sfo1 nyc1 atl1 ric1".split(" ");

/** Of a usual server image, in GB: what the provider expects a transfer to take comes from it where nothing else is known. */
const sizeGigabytes = 2.5;

const key = publicKey("rehearsal");
/** Fingerprint of a key that the account has. */
export const sshKey = key.fingerprint;

/** Provider handlers and emulator in one process, on virtual time: what they do, and when, depends on the seed alone. */
export interface Rehearsal {
  readonly clock: VirtualClock;
  readonly context: ProviderContext;
  /** Ids of the images that are there from the start, each in its home region only. */
  readonly images: readonly string[];
  /** Every request so far, oldest first. */
  requests(): readonly LoggedRequest[];
  /** The provider's next process: it remembers nothing. The one before is cut off from the network for good. */
  restart(): ProviderContext;
  /** Cuts the process off as it sends the n-th request from now that matches: that one and all after it never arrive. Resolves then. */
  killAt(occasion: number, matches: (request: Request) => boolean): Promise<void>;
  fault(fault: object): Promise<void>;
  run<T>(promise: Promise<T>): Promise<T>;
}

/** Rehearses with so many images, and what differs from the emulator's default options. */
export async function rehearse(seed: number, images: number, options: EmulatorArgs["options"] = {}): Promise<Rehearsal> {
  const seeded = Array.from({ length: images }, (_, at) => ({ name: `image-${at}`, regions: [home], tags: ["rehearsal"], sizeGigabytes }));
  const service = new VirtualService(seed, {
    fileAt: bootableDisk,
    options,
    seed: { images: seeded, sshKeys: [{ name: "bench", publicKey: key.text }] },
  });
  const { clock, emulator } = service;
  const random = seededRandom(seed + 1);
  const answer = (request: Request): Promise<Response> =>
    request.url.startsWith(`${endpoint}/`) ? emulator.fetch(request) : Promise.resolve(new Response(new Uint8Array(bootableDisk())));

  let process = new VirtualProcess(service, { random, answer });
  const found = await clock.run(process.context.api.images.listByTag("rehearsal", silentCall("").signal));
  return {
    clock,
    get context() {
      return process.context;
    },
    images: found.map(({ id }) => String(id)),
    requests: () => emulator.requests.list(),
    restart: () => {
      process.kill();
      process = new VirtualProcess(service, { random, answer });
      return process.context;
    },
    killAt: (at, matches) => {
      process.killAt({ at, when: "before", matches: (request) => request !== undefined && matches(request) });
      return process.dead;
    },
    fault: async (fault) => {
      await clock.run(service.ask("POST", "/_emulator/faults", fault));
    },
    run: (promise) => clock.run(promise),
  };
}

/** An operation that nobody watches. */
export function silentCall(urn: string): Call {
  const nothing = () => undefined;
  return { urn, signal: new AbortController().signal, progress: nothing, warn: nothing, info: nothing };
}

/** Creates the replicas of one image, as the engine does where each has a slot; each resolves to the moment its copy was there. */
export function replicate(
  { context, clock }: Pick<Rehearsal, "context" | "clock">,
  imageId: string,
  regions: readonly string[],
): Promise<number>[] {
  return regions.map(async (region) => {
    await imageReplica.create({ imageId, region, siblingRegions: regions, wait: true }, context, silentCall(`${imageId}/${region}`));
    return clock.now();
  });
}
