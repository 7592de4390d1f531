import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Emulator, EmulatorArgs } from "../../emulator/emulator";
import type { Fault } from "../../emulator/faults";
import { seededRandom } from "../../emulator/ids";
import type { EmulatorOptions } from "../../emulator/options";
import type { RecordedNetwork } from "../../emulator/network";
import { Interrupted } from "../../provider/host/fault";
import type { Call } from "../../provider/host/resource";
import type { ProviderContext } from "../../provider/providerContext";
import type { StagingWorld } from "../../provider/source/stagingWorld";
import type { Probe } from "../../provider/world";
import { bootableDisk } from "./bootableDisk";
import { FakeObjectStore } from "./fakeObjectStore";
import { filesOutsideTime } from "./filesOutsideTime";
import { LaggingLists } from "./laggingLists";
import { mortalStore } from "./mortalStore";
import type { VirtualClock } from "../../virtual/virtualClock";
import { VirtualProcess } from "../../virtual/virtualProcess";
import { endpoint, VirtualService } from "../../virtual/virtualService";

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
  readonly context: ProviderContext;
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
  readonly context: ProviderContext;
  readonly call: (urn?: string) => RecordedCall;
  /** What Spaces holds. */
  readonly bucket: FakeObjectStore;
  /** Another run of the provider, at the same service. */
  restart(token?: string, namespace?: string): SimulatedProcess;
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
  /** Seconds by which lists of images and tags lag behind what was done, tags included. */
  listLag: number;
  /** What sources say of themselves to the provider: a version as the ETag, undefined for none; `gone` for a server that answers nothing. */
  served: string | undefined;
}

export interface SimulationArgs extends Partial<EmulatorArgs> {
  /** Whether the provider's configuration names a Spaces bucket. Default: false. */
  readonly spaces?: boolean;
}

/**
 * Every URL serves a small bootable disk, in xz where it ends so, but for those that end in `.txt`. Requests of a source are no requests of the service: they are
 * neither logged nor counted.
 */
export function simulate(seed: number, { spaces = false, ...args }: SimulationArgs = {}): Simulation {
  const fileAt = (url: string): Buffer | undefined =>
    url.startsWith(bucket.urlOf("")) && bucket.served(url) === undefined ? undefined : bytesAt(url);
  const service = new VirtualService(seed, { token: simulationToken, fileAt, ...args });
  const { clock, emulator } = service;
  const bucket = new FakeObjectStore({ clock });
  const random = seededRandom(seed + 1);
  const lists = new LaggingLists(service);
  const probe = recordedProbe(service.network);
  const given = spaces ? { accessId: "DO00", secretKey: "a-secret-key", bucket: "images" } : {};

  const answer = (request: Request): Promise<Response> => {
    if (simulation.offline) return Promise.reject(new TypeError("fetch failed"));
    if (request.url.startsWith(`${endpoint}/`))
      return simulation.listLag === 0 ? emulator.fetch(request) : lists.answer(request, simulation.listLag);
    simulation.asked.push(request);
    return Promise.resolve().then(() => answerOf(request, simulation.served));
  };
  const staging = (process: VirtualProcess): StagingWorld => {
    const store = mortalStore(
      bucket,
      (request) => process.pass(request),
      () => !process.isDead(),
    );
    return { files: filesOutsideTime(clock, process.life), objectStore: () => store, randomBytes };
  };
  const restart = (token = simulationToken, namespace = ""): SimulatedProcess => {
    const process = new VirtualProcess(service, { random, token, namespace, answer, probe, staging, spaces: given });
    return {
      context: process.context,
      dead: process.dead,
      kill: () => process.kill(),
      killAt: (at, when) => process.killAt({ at, when }),
      jump: (milliseconds) => {
        process.clock.offset += milliseconds;
      },
      call: (urn = "urn:pulumi:test::web::any::thing") => recordedCall(urn, clock),
      get timers() {
        return process.clock.timers;
      },
    };
  };

  const ask = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await clock.run(service.ask(method, path, body));
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
    get context() {
      return first.context;
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
    listLag: 0,
    served: undefined,
  };
  const first = restart();
  return simulation;
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
