import { createHash } from "node:crypto";
import { seededRandom } from "../../../../emulator/ids";
import type { RecordedNetwork } from "../../../../emulator/network";
import type { EmulatorOptions } from "../../../../emulator/options";
import type { DropletWire } from "../../../../provider/api/wire";
import { Unfinished } from "../../../../provider/host/fault";
import { effectsByTable } from "../../../../provider/host/diff";
import type { Call, Effects } from "../../../../provider/host/resource";
import { fleet } from "../../../../provider/resources/fleet/fleet";
import type { FleetInputs, FleetState, StoredFleet } from "../../../../provider/resources/fleet/fleetState";
import type { ProviderContext } from "../../../../provider/providerContext";
import type { NoAnswer, Probe } from "../../../../provider/world";
import type { VirtualClock } from "../../../../virtual/virtualClock";
import { VirtualProcess, type Death } from "../../../../virtual/virtualProcess";
import { VirtualService } from "../../../../virtual/virtualService";

const key = "AAAAC3NzaC1lZDI1NTE5AAAAIE1hZGVGb3JUZXN0c09ubHlBbmROb3RoaW5nRWxzZQ";
const broken = "b".repeat(64);
const good = "a".repeat(64);

export const urn = "urn:pulumi:dev::shop::imagefleet:index:Fleet::web";
export const sshKey = (createHash("md5").update(Buffer.from(key, "base64")).digest("hex").match(/../g) ?? []).join(":");

/** Where nobody watches, nothing is asked: a list after each request is half of a test's time. */
const unwatched = (): void => undefined;

export type Trouble = "lostBefore" | "lostAfter" | "failsBefore" | "failsAfter";

/** How one operation ended. */
export interface Ended {
  readonly id: string;
  readonly state: StoredFleet;
  /** Empty where it ended well. */
  readonly reasons: readonly string[];
}

/** The Fleet's handlers over the emulator, in one process on virtual time. */
export class FleetRig {
  readonly clock: VirtualClock;
  /** Methods and paths of what the provider sent, and when. */
  readonly sent: string[] = [];
  readonly sentAt: number[] = [];
  /** What was asked for by each POST that makes Droplets. */
  readonly bodies: Readonly<Record<string, unknown>>[] = [];
  readonly said: string[] = [];
  readonly warned: string[] = [];
  /** After each request, what there is. */
  watch: (droplets: readonly DropletWire[]) => void = unwatched;
  interrupt = new AbortController();
  /** The engine's name for the fleet. */
  urn = urn;
  /** Droplets that answer no probe, whatever they listen on. */
  probeFails: (droplet: DropletWire) => boolean = () => false;
  /** Droplets that take a question and never answer. */
  probeHangs: (droplet: DropletWire) => boolean = () => false;
  /** Droplets from which nothing comes back at all. */
  outOfReach: (droplet: DropletWire) => boolean = () => false;
  /** Seconds by which lists of the fleet lag behind what was done, tags included; from the start, for what was is remembered from then on. */
  listLag = 0;
  /** What goes wrong with the next request. */
  trouble: () => Trouble | undefined = () => undefined;
  readonly #history: { readonly at: number; readonly droplets: readonly DropletWire[] }[] = [];
  #crashing = false;
  #process: VirtualProcess;
  readonly #service: VirtualService;

  /** Images 0 and 1 answer on 8080, image 2 doesn't listen, image 3 is in another region. */
  constructor(options: Partial<EmulatorOptions> = {}, seed = 1) {
    this.#service = new VirtualService(seed, {
      options: { requestsPerMinute: 100_000, requestsPerHour: 1_000_000, ...options },
      seed: {
        tokens: [{ token: "watcher" }],
        sshKeys: [{ name: "key", publicKey: `ssh-ed25519 ${key} test` }],
        workloads: [{ sha256: broken, listen: [] }],
        images: [
          { name: "web-1", regions: ["ams3"], sha256: good },
          { name: "web-2", regions: ["ams3"], sha256: good },
          { name: "web-3", regions: ["ams3"], sha256: broken },
          { name: "web-4", regions: ["nyc3"], sha256: good },
        ],
      },
    });
    this.clock = this.#service.clock;
    this.#process = this.#start(seed);
  }

  get context(): ProviderContext {
    return this.#process.context;
  }

  /** Where the load balancer at an address sends the next connection, and whether anything listens there. */
  get network(): RecordedNetwork {
    return this.#service.network;
  }

  async image(index: number): Promise<string> {
    const { images } = (await this.ask("GET", "/v2/images?private=true")) as { images: { id: number; name: string }[] };
    return String(images.find(({ name }) => name === `web-${index + 1}`)!.id);
  }

  async inputs(image: number, changes: Partial<FleetInputs> = {}): Promise<FleetInputs> {
    return {
      image: await this.image(image),
      region: "ams3",
      size: "s-1vcpu-1gb",
      count: 3,
      sshKeys: [sshKey],
      name: "web",
      gate: {
        http: { port: 8080, path: "/", status: ["200-399"], https: false },
        address: "public",
        successThreshold: 2,
        intervalSeconds: 1,
        deadlineSeconds: 30,
        timeoutSeconds: 5,
        bakeSeconds: 0,
      },
      rollout: { maxSurge: "1", maxUnavailable: "0", maxFailures: "10%", drainSeconds: 2, shutdownSeconds: 10 },
      ...changes,
    };
  }

  create(inputs: FleetInputs): Promise<Ended> {
    return this.#end(() => fleet.create(inputs, this.context, this.call()));
  }

  update({ id, state }: Ended, inputs: FleetInputs): Promise<Ended> {
    return this.#end(async () => ({ id, state: await fleet.update(id, state, inputs, this.context, this.call()) }));
  }

  read({ id, state }: Ended, inputs: Partial<FleetInputs>): Promise<Ended> {
    return this.#end(async () => ({ id, state: (await fleet.read(id, { state, inputs }, this.context, this.call()))!.state }));
  }

  /** What the engine would be told to change. */
  async diff({ id, state }: Ended, before: FleetInputs, after: FleetInputs): Promise<Effects> {
    return await fleet.diff!({ id, state, before, after, effects: effectsByTable(fleet.inputs, before, after) }, this.context, this.call());
  }

  delete({ id, state }: Ended): Promise<void> {
    return this.clock.run(fleet.delete(id, state, this.context, this.call()));
  }

  call(): Call {
    return {
      urn: this.urn,
      signal: this.interrupt.signal,
      progress: (text) => this.said.push(text) > 0,
      warn: (text) => this.warned.push(text),
      info: (text) => this.said.push(text),
    };
  }

  forgetSent(): void {
    this.sent.length = 0;
    this.sentAt.length = 0;
  }

  /** Asks the emulator beside the provider. */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.#service.ask(method, path, body, "watcher");
    const text = await response.text();
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Arms a fault or sets an option of the emulator. */
  async control(path: string, body: unknown): Promise<void> {
    await this.#service.ask("POST", `/_emulator/${path}`, body);
  }

  async droplets(): Promise<readonly DropletWire[]> {
    return ((await this.ask("GET", "/v2/droplets?per_page=200")) as { droplets: DropletWire[] }).droplets;
  }

  async tags(): Promise<readonly string[]> {
    return ((await this.ask("GET", "/v2/tags?per_page=200")) as { tags: { name: string }[] }).tags.map(({ name }) => name);
  }

  /** The engine and the provider die at a request; resolves to undefined when that came before the operation's end. */
  async untilCrash(crash: Death, operation: () => Promise<Ended>): Promise<Ended | undefined> {
    this.forgetSent();
    this.#process.killAt(crash);
    this.#crashing = true;
    const ended = await this.clock.run(Promise.race([operation(), this.#process.dead.then(() => undefined)]));
    this.#crashing = false;
    this.#process = this.#start();
    return ended;
  }

  async #end(operation: () => Promise<{ readonly id: string; readonly state: StoredFleet | FleetState }>): Promise<Ended> {
    const running = operation().catch((error: unknown): Ended => {
      if (error instanceof Unfinished) return { id: error.id, state: error.state, reasons: error.reasons };
      throw error;
    });
    const ended = await (this.#crashing ? running : this.clock.run(running));
    return { reasons: [], ...ended };
  }

  #start(seed = 7): VirtualProcess {
    const probe: Probe = {
      http: ({ address, port }) => this.#probe(address, port, { status: 200 }),
      tcp: ({ address, port }) => this.#probe(address, port, { banner: port === 22 ? "SSH-2.0-emulator" : "" }),
    };
    return new VirtualProcess(this.#service, { random: seededRandom(seed), answer: (request) => this.#answer(request), probe });
  }

  async #answer(request: Request): Promise<Response> {
    this.sent.push(`${request.method} ${new URL(request.url).pathname}`);
    this.sentAt.push(this.clock.now());
    if (this.sent.at(-1) === "POST /v2/droplets") this.bodies.push((await request.clone().json()) as Record<string, unknown>);
    const trouble = this.trouble();
    const arrives = trouble === undefined || trouble.endsWith("After");
    const answer = arrives ? await this.#service.emulator.fetch(request) : undefined;
    if (this.watch !== unwatched || this.listLag > 0) {
      const droplets = await this.droplets();
      this.#history.push({ at: this.clock.now(), droplets });
      if (arrives) this.watch(droplets);
    }
    if (trouble?.startsWith("lost") === true) throw new Error("The connection was lost.");
    if (trouble !== undefined || answer === undefined) return new Response("{}", { status: 503 });
    return this.#lagging(request) ?? answer;
  }

  /** The list of the fleet as it was `listLag` seconds ago. */
  #lagging(request: Request): Response | undefined {
    const tag = new URL(request.url).searchParams.get("tag_name");
    if (this.listLag === 0 || request.method !== "GET" || tag === null) return undefined;
    const then = this.#history.findLast(({ at }) => at <= this.clock.now() - this.listLag * 1_000);
    const droplets = (then?.droplets ?? []).filter(({ tags }) => tags.includes(tag));
    return Response.json({ droplets, links: {}, meta: { total: droplets.length } });
  }

  async #probe<T extends object>(address: string, port: number, good: T): Promise<T | NoAnswer> {
    const asked = (await this.droplets()).find(({ networks }) => networks.v4.some(({ ip_address: ip }) => ip === address));
    const listens =
      this.#service.network
        .listening()
        .get(address)
        ?.some((listen) => listen.port === port) === true;
    if (asked !== undefined && this.probeHangs(asked)) return new Promise(() => undefined);
    if (asked !== undefined && this.outOfReach(asked)) return { reason: "it timed out", reached: false };
    if (asked !== undefined && listens && !this.probeFails(asked)) return good;
    return { reason: "the connection was refused", reached: true };
  }
}

export const servingTag = (id: string): string => `imagefleet:serving:${id}`;

/** How many existed at most and served at least, by all the tags that say so, from now on. */
export function bounds(rig: FleetRig, id: string, programs: readonly string[] = []): { exist: number; serve: number } {
  const seen = { exist: 0, serve: Infinity };
  rig.watch = (droplets) => {
    const all = [servingTag(id), ...programs];
    const serving = droplets.filter(({ tags, status }) => status === "active" && all.every((tag) => tags.includes(tag)));
    seen.exist = Math.max(seen.exist, droplets.length);
    seen.serve = Math.min(seen.serve, serving.length);
  };
  return seen;
}

export function imagesOf(droplets: readonly DropletWire[]): readonly string[] {
  return droplets.map(({ image }) => String(image.id));
}
