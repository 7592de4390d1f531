import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createEmulator, type Emulator, type EmulatorArgs } from "../../emulator/emulator";
import type { Fault } from "../../emulator/faults";
import { seededRandom } from "../../emulator/ids";
import type { EmulatorOptions } from "../../emulator/options";
import { RecordedNetwork } from "../../emulator/network";
import { createApi } from "../../provider/api/digitalOcean";
import { Interrupted } from "../../provider/host/fault";
import type { Call } from "../../provider/host/resource";
import { createContext, type ProviderContext } from "../../provider/providerContext";
import type { Clock, Probe, World } from "../../provider/world";
import { bootableDisk } from "./bootableDisk";
import { FakeObjectStore } from "./fakeObjectStore";
import { filesOutsideTime } from "./filesOutsideTime";
import { mortalStore } from "./mortalStore";
import { VirtualClock } from "./virtualClock";

export const simulationToken = "dop_v1_simulated";

/** A call that remembers what was said, and that the test can interrupt. */
export interface RecordedCall extends Call {
  readonly progressLines: readonly { readonly at: number; readonly text: string }[];
  readonly infos: readonly string[];
  readonly warnings: readonly string[];
  interrupt(by?: "cancel" | "timeLimit"): void;
}

/** One run of the provider process: what it remembers ends with it. */
export interface SimulatedProcess {
  readonly session: ProviderContext;
  /** Timers of the provider that are running; 0 when it is at rest. */
  readonly timers: number;
  readonly call: (urn?: string) => RecordedCall;
  /** Sets the clock of its machine, so many milliseconds forward or back. */
  readonly jump: (milliseconds: number) => void;
  /** From here on nothing that it sends arrives, and nothing comes back: kill -9. */
  kill(): void;
  /** Dies at its n-th request to the service or to Spaces from now, before it arrives or after it took effect. */
  killAt(request: number, when: "before" | "after"): void;
  /** Resolves when it has died. */
  readonly dead: Promise<void>;
}

/** Provider handlers and emulator in one process, on virtual time, from one seed. */
export interface Simulation {
  readonly clock: VirtualClock;
  readonly emulator: Emulator;
  /** The first process. */
  readonly process: SimulatedProcess;
  readonly session: ProviderContext;
  readonly call: (urn?: string) => RecordedCall;
  /** What Spaces holds. */
  readonly bucket: FakeObjectStore;
  /** Another run of the provider, at the same service. */
  restart(token?: string): SimulatedProcess;
  /** Advances virtual time until the promise is settled. */
  run<T>(promise: Promise<T>): Promise<T>;
  /** `METHOD path` of every request so far, or of those that match. */
  requests(matching?: RegExp): readonly string[];
  fault(fault: Fault): Promise<void>;
  options(options: Partial<EmulatorOptions>): Promise<void>;
  /** A request of somebody else's; the answer's JSON. */
  ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** The provider's requests of sources so far. */
  readonly asked: Request[];
  /** While true, the provider's network is gone. */
  offline: boolean;
  /** What sources say of themselves to the provider: a version as the ETag, undefined for none; `gone` for a server that answers nothing. */
  served: string | undefined;
}

export interface SimulationArgs extends Partial<EmulatorArgs> {
  /** Whether the provider's configuration names a Spaces bucket. Default: false. */
  readonly spaces?: boolean;
}

const endpoint = "http://127.0.0.1:1";

/**
 * Every URL serves a small bootable disk, in xz where it ends so, but for those that end in `.txt`. Requests of a source are no requests of the service: they are
 * neither logged nor counted.
 */
export function simulate(seed: number, { spaces = false, ...args }: SimulationArgs = {}): Simulation {
  const clock = new VirtualClock();
  const network = new RecordedNetwork();
  const bucket = new FakeObjectStore({ clock });
  const source: EmulatorArgs["source"] = {
    request: (_, url) => {
      const hidden = url.startsWith(bucket.urlOf("")) && bucket.served(url) === undefined;
      return Promise.resolve({ status: hidden ? 403 : 200, body: once(bytesAt(url)) });
    },
  };
  const emulator = createEmulator({ clock, random: seededRandom(seed), source, network, token: simulationToken, ...args });
  const random = seededRandom(seed + 1);
  const probe = recordedProbe(network);

  const restart = (token = simulationToken): SimulatedProcess => {
    const life = new AbortController();
    const dead = new Promise<void>((resolve) => life.signal.addEventListener("abort", () => resolve()));
    const kill = (): void => life.abort();
    const alive = (): boolean => !life.signal.aborted;
    let [left, last] = [Infinity, "before"];
    const pass = async <T>(counts: boolean, act: () => Promise<T> | T): Promise<T> => {
      if (counts) left -= 1;
      const final = left <= 0;
      if (final && last === "before") kill();
      if (!alive()) return never();
      const answer = await act();
      if (final) kill();
      return alive() ? answer : never();
    };
    const send = (request: Request): Promise<Response> => {
      const toService = request.url.startsWith(`${endpoint}/`);
      return pass(toService, () => {
        if (simulation.offline) return Promise.reject(new TypeError("fetch failed"));
        if (!toService) simulation.asked.push(request);
        return toService ? emulator.fetch(request) : answerOf(request, simulation.served);
      });
    };
    const mortal = new MortalClock(clock, life.signal);
    const store = mortalStore(bucket, (request) => pass(true, request), alive);
    const staging = { files: filesOutsideTime(clock, life.signal), objectStore: () => store, randomBytes };
    const world: World = { clock: mortal, random, send, probe };
    const given = spaces ? { accessId: "DO00", secretKey: "a-secret-key", bucket: "images" } : {};
    const session = createContext({ api: createApi({ token, endpoint, world }), world, namespace: "", spaces: given, staging });
    const killAt = (request: number, when: "before" | "after"): void => {
      [left, last] = [request, when];
    };
    return {
      ...{ session, kill, killAt, dead },
      jump: (milliseconds) => {
        mortal.offset += milliseconds;
      },
      call: (urn = "urn:pulumi:test::web::any::thing") => recordedCall(urn, clock),
      get timers() {
        return mortal.timers;
      },
    };
  };

  const ask = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${simulationToken}`, "content-type": "application/json" };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await clock.run(emulator.fetch(new Request(`${endpoint}${path}`, init)));
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  };

  const simulation: Simulation = {
    clock,
    emulator,
    get process() {
      return first;
    },
    get session() {
      return first.session;
    },
    call: (urn) => first.call(urn),
    restart,
    run: (promise) => clock.run(promise),
    requests: (matching = /./) =>
      emulator.requests
        .list()
        .map(({ method, path }) => `${method} ${path}`)
        .filter((line) => matching.test(line)),
    fault: async (fault) => {
      await ask("POST", "/_emulator/faults", fault);
    },
    options: async (options) => {
      await ask("POST", "/_emulator/options", options);
    },
    ask,
    bucket,
    asked: [],
    offline: false,
    served: undefined,
  };
  const first = restart();
  return simulation;
}

/** A process's clock: what sleeps when it dies never wakes. */
class MortalClock implements Clock {
  timers = 0;
  offset = 0;
  readonly #clock: VirtualClock;
  readonly #life: AbortSignal;

  constructor(clock: VirtualClock, life: AbortSignal) {
    this.#clock = clock;
    this.#life = life;
  }

  now(): number {
    return this.#clock.now() + this.offset;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.timers += 1;
    try {
      await this.#clock.sleep(milliseconds, signal);
    } finally {
      this.timers -= 1;
    }
    if (this.#life.aborted) await never();
  }
}

function recordedCall(urn: string, clock: VirtualClock): RecordedCall {
  const controller = new AbortController();
  const progressLines: { at: number; text: string }[] = [];
  const infos: string[] = [];
  const warnings: string[] = [];
  return {
    urn,
    signal: controller.signal,
    progressLines,
    infos,
    warnings,
    progress: (text) => void progressLines.push({ at: clock.now(), text }),
    info: (text) => void infos.push(text),
    warn: (text) => void warnings.push(text),
    interrupt: (by = "cancel") => controller.abort(new Interrupted(by, "stopped by the test.")),
  };
}

function recordedProbe(network: RecordedNetwork): Probe {
  const listenerOf = (address: string, port: number) =>
    network
      .listening()
      .get(address)
      ?.find((listen) => listen.port === port);
  const refused = { reason: "the connection was refused", reached: true };
  return {
    http: ({ address, port }) => {
      const listener = listenerOf(address, port);
      return Promise.resolve(listener?.kind === "http" ? { status: listener.status ?? 200 } : refused);
    },
    tcp: ({ address, port }) => {
      const listener = listenerOf(address, port);
      return Promise.resolve(listener === undefined ? refused : { banner: listener.kind === "ssh" ? "SSH-2.0-emulator" : "" });
    },
  };
}

/** What a source answers to the provider's inspection. */
function answerOf({ method, url }: Request, version: string | undefined): Response {
  if (version === "gone") throw new TypeError("fetch failed");
  const bytes = bytesAt(url);
  const headers = { "content-length": String(bytes.length), ...(version !== undefined && { etag: `"${version}"` }) };
  return new Response(method === "HEAD" ? null : new Uint8Array(bytes), { headers });
}

function bytesAt(url: string): Buffer {
  if (url.endsWith(".txt")) return Buffer.from("no disk");
  return url.endsWith(".xz") ? execFileSync("xz", ["--stdout"], { input: bootableDisk(url) }) : bootableDisk(url);
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}
