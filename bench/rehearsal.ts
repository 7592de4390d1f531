import { createEmulator, type EmulatorArgs } from "../emulator/emulator";
import { seededRandom } from "../emulator/ids";
import { RecordedNetwork } from "../emulator/network";
import type { LoggedRequest } from "../emulator/requestLog";
import { createApi } from "../provider/api/digitalOcean";
import type { Call } from "../provider/host/resource";
import { imageReplica } from "../provider/resources/imageReplica/imageReplica";
import { createContext, type ProviderContext } from "../provider/providerContext";
import type { World } from "../provider/world";
import { bootableDisk } from "./imageSource";
import { VirtualClock } from "./virtualClock";

/**
 * Where images are imported to, and the regions that they are copied to, in the order in which rows take them. Those that start no new
 * Droplets stand where no row ends, since rows run their Droplet in the last region that they take.
 */
export const home = "nyc3";
export const otherRegions = "ams3 fra1 lon1 sgp1 tor1 blr1 syd1 sfo3 sfo2 ams2 nyc2 sfo1 nyc1 atl1 ric1".split(" ");

const token = "dop_v1_rehearsal";
const endpoint = "http://127.0.0.1:1";
/** Of a usual server image, in GB: what the provider expects a transfer to take comes from it where nothing else is known. */
const sizeGigabytes = 2.5;

/** Provider handlers and emulator in one process, on virtual time: what they do, and when, depends on the seed alone. */
export interface Rehearsal {
  readonly clock: VirtualClock;
  readonly session: ProviderContext;
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
  const clock = new VirtualClock();
  const planted = Array.from({ length: images }, (_, at) => ({ name: `image-${at}`, regions: [home], tags: ["rehearsal"], sizeGigabytes }));
  const source: EmulatorArgs["source"] = { request: () => Promise.resolve({ status: 200, body: chunks(bootableDisk()) }) };
  const network = new RecordedNetwork();
  const emulator = createEmulator({ clock, random: seededRandom(seed), source, network, token, options, seed: { images: planted } });
  const random = seededRandom(seed + 1);
  let kill: { left: number; readonly matches: (request: Request) => boolean; readonly done: () => void } | undefined;
  let life = new AbortController();

  const start = (): ProviderContext => {
    life.abort();
    const { signal } = (life = new AbortController());
    const isCutOff = (): boolean => signal.aborted;
    const send = async (request: Request): Promise<Response> => {
      if (isCutOff()) return never();
      if (kill?.matches(request) === true && --kill.left === 0) {
        life.abort();
        kill.done();
        return never();
      }
      const ofSource = !request.url.startsWith(`${endpoint}/`);
      const response = ofSource ? new Response(new Uint8Array(bootableDisk())) : await emulator.fetch(request);
      return isCutOff() ? never() : response;
    };
    // A clock of its own, since what a process keeps of the rate limit hangs on it; what sleeps when the process dies never wakes.
    const sleep = async (milliseconds: number, abort?: AbortSignal): Promise<void> => {
      await clock.sleep(milliseconds, abort);
      if (isCutOff()) await never();
    };
    const own = { now: () => clock.now(), sleep };
    const world: World = {
      clock: own,
      random,
      send,
      probe: { http: () => Promise.resolve({ status: 200 }), tcp: () => Promise.resolve({ banner: "" }) },
    };
    return createContext({ api: createApi({ token, endpoint, world }), world, namespace: "" });
  };

  let session = start();
  const found = await clock.run(session.api.images.listByTag("rehearsal", silentCall("").signal));
  return {
    clock,
    get session() {
      return session;
    },
    images: found.map(({ id }) => String(id)),
    requests: () => emulator.requests.list(),
    restart: () => (session = start()),
    killAt: (occasion, matches) => new Promise((done) => (kill = { left: occasion, matches, done })),
    fault: async (fault) => {
      await clock.run(emulator.fetch(new Request(`${endpoint}/_emulator/faults`, { method: "POST", body: JSON.stringify(fault) })));
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
  { session, clock }: Pick<Rehearsal, "session" | "clock">,
  imageId: string,
  regions: readonly string[],
): Promise<number>[] {
  return regions.map(async (region) => {
    await imageReplica.create({ imageId, region, siblingRegions: regions, wait: true }, session, silentCall(`${imageId}/${region}`));
    return clock.now();
  });
}

async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}
