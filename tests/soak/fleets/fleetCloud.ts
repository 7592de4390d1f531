import { createHash } from "node:crypto";
import { Faults, type Fault } from "../../../emulator/faults";
import { seededRandom } from "../../../emulator/ids";
import type { DropletWire } from "../../../provider/api/wire";
import { creationTagOf, fleetIdOf, servingTag } from "../../../provider/rollout/fleetTags";
import type { NoAnswer } from "../../../provider/world";
import { VirtualProcess } from "../../../virtual/virtualProcess";
import { VirtualService } from "../../../virtual/virtualService";
import type { FleetTrial, OtherWork } from "./fleetTrial";

const key = "AAAAC3NzaC1lZDI1NTE5AAAAIE1hZGVGb3JUZXN0c09ubHlBbmROb3RoaW5nRWxzZQ";
const [good, broken] = ["a".repeat(64), "b".repeat(64)];

export const region = "ams3";
export const sshKey = (createHash("md5").update(Buffer.from(key, "base64")).digest("hex").match(/../g) ?? []).join(":");

/** How many may be available at least and exist at most. */
export interface FleetBounds {
  readonly least: number;
  readonly most: number;
  readonly count: number;
  /** How many may exist until its create is over: what a killed one had made of another template is replaced, not rebuilt. */
  readonly mostAtFirst: number;
}

/** The account of a trial, with a provider's process at a time, and somebody who watches every write. */
export class FleetCloud {
  readonly service: VirtualService;
  /** What a write did that it may never do, one sentence each. */
  readonly wrongs: string[] = [];
  /** By their ids, fleets that somebody else has made smaller than they were to be, until they are whole again; from then on at the earliest. */
  readonly disturbed = new Map<string, number>();
  offline = false;
  /** What goes wrong with requests of the provider, and of nobody else. */
  readonly #faults = new Faults();
  process: VirtualProcess;
  readonly #trial: FleetTrial;
  /** Ids are the same in all trials: fingerprints of templates are slow to make, and remembered. */
  readonly #random = seededRandom(1);
  #images: readonly string[] = [];
  #history: readonly { readonly at: number; readonly droplets: readonly DropletWire[] }[] = [];
  #followedUntil = 0;
  #isFollowing = false;
  /** Fleets that were whole at some time. */
  readonly #whole = new Set<string>();
  readonly #boundsOf: (name: string) => FleetBounds;

  /** `boundsOf` says the bounds of a fleet by its name. */
  constructor(trial: FleetTrial, boundsOf: (name: string) => FleetBounds) {
    this.#trial = trial;
    this.#boundsOf = boundsOf;
    this.service = new VirtualService(1, {
      options: trial.options,
      seed: {
        sshKeys: [{ name: "key", publicKey: `ssh-ed25519 ${key} test` }],
        workloads: [{ sha256: broken, listen: [] }],
        images: [good, good, broken].map((sha256, at) => ({ name: `image-${at}`, regions: [region], sha256 })),
      },
    });
    this.process = this.#start();
  }

  get clock() {
    return this.service.clock;
  }

  restart(): VirtualProcess {
    this.process.kill();
    return (this.process = this.#start());
  }

  /** Asks beside the provider. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.service.askBeside(method, path, body);
    const text = await response.text();
    return (text === "" ? {} : JSON.parse(text)) as T;
  }

  async control(path: string, body: unknown): Promise<void> {
    await this.service.ask("POST", `/_emulator/${path}`, body);
  }

  async fault(fault: Fault): Promise<void> {
    if (fault.on === "request") this.#faults.add(fault);
    else await this.control("faults", fault);
  }

  async droplets(): Promise<readonly DropletWire[]> {
    return (await this.ask<{ droplets: readonly DropletWire[] }>("GET", "/v2/droplets?per_page=200")).droplets;
  }

  async image(index: number): Promise<string> {
    if (this.#images.length === 0) {
      const { images } = await this.ask<{ images: { id: number; name: string }[] }>("GET", "/v2/images?private=true");
      this.#images = [0, 1, 2].map((at) => String(images.find(({ name }) => name === `image-${at}`)!.id));
    }
    return this.#images[index]!;
  }

  /** What somebody else does. */
  async meddle(work: OtherWork): Promise<void> {
    if (work.kind === "full") {
      const { length } = await this.droplets();
      await this.control("options", { dropletLimit: length });
      void this.clock.sleep(work.lasting * 1_000).then(() => this.control("options", { dropletLimit: 100 }));
    } else if (work.kind === "spend") {
      const { requestsPerHour = 5_000 } = this.#trial.options;
      if (requestsPerHour > 1_000) return;
      for (let at = 0; at < work.requests; at += 1) await this.service.ask("GET", "/v2/sizes", undefined, this.service.token);
    } else {
      const own = (await this.droplets()).filter(({ tags }) => fleetIdOf(tags) !== undefined);
      const chosen = own[Math.floor(work.at * own.length)];
      if (chosen === undefined) return;
      if (work.kind !== "lock") this.disturbed.set(fleetIdOf(chosen.tags)!, this.clock.now() + 60_000);
      if (work.kind === "vanish") await this.ask("DELETE", `/v2/droplets/${chosen.id}`);
      if (work.kind === "powerOff") await this.ask("POST", `/v2/droplets/${chosen.id}/actions`, { type: "power_off" });
      if (work.kind === "lock") {
        await this.control("faults", { on: "droplet", type: "snapshot", seconds: 120 });
        await this.ask("POST", `/v2/droplets/${chosen.id}/actions`, { type: "snapshot", name: "backup" });
      }
      void this.#follow();
    }
  }

  #start(): VirtualProcess {
    const { service } = this;
    const listens = (address: string, port: number): boolean =>
      service.network
        .listening()
        .get(address)
        ?.some((listen) => listen.port === port) === true;
    const refused: NoAnswer = { reason: "the connection was refused", reached: true };
    return new VirtualProcess(service, {
      random: this.#random,
      answer: (request) => this.#answer(request),
      probe: {
        http: ({ address, port }) => Promise.resolve(listens(address, port) ? { status: 200 } : refused),
        tcp: ({ address, port }) => Promise.resolve(listens(address, port) ? { banner: "" } : refused),
      },
    });
  }

  async #answer(request: Request): Promise<Response> {
    if (this.offline) throw new TypeError("fetch failed");
    const { method, url } = request;
    const isWrite = method !== "GET";
    const tag = isWrite ? null : new URL(url).searchParams.get("tag_name");
    const before = isWrite ? await this.droplets() : [];
    const fault = this.#faults.ofRequest(method, new URL(url).pathname);
    if (fault?.delaySeconds !== undefined) await this.clock.sleep(fault.delaySeconds * 1_000);
    const headers: Record<string, string> =
      fault?.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) };
    const failure = (): Response => {
      if (fault?.drop === true) throw new TypeError("terminated");
      return Response.json({ id: "failed", message: fault?.message ?? "It failed." }, { status: fault?.status, headers });
    };
    const fails = fault?.drop === true || fault?.status !== undefined;
    if (fails && fault.when !== "after") return failure();
    try {
      const answer = await this.service.emulator.fetch(request);
      if (fails) return failure();
      return tag === null || !answer.ok ? answer : await this.#lagging(tag, answer);
    } finally {
      if (isWrite) {
        this.#judge(`${method} ${decodeURIComponent(new URL(url).pathname)}`, before, await this.droplets());
        void this.#follow();
      }
    }
  }

  /** The list as it was `listLag` seconds ago. */
  async #lagging(tag: string, answer: Response): Promise<Response> {
    if (this.#trial.listLag === 0) return answer;
    this.#remember(await this.droplets());
    const then = this.#history.findLast(({ at }) => at <= this.#shownFrom);
    const droplets = (then?.droplets ?? []).filter(({ tags }) => tags.includes(tag));
    return Response.json({ droplets, links: {}, meta: { total: droplets.length } });
  }

  /** What could be seen then is what lists show now: the service's own reads are behind, too, and are part of the lag. */
  get #shownFrom(): number {
    const { listLag, options } = this.#trial;
    return this.clock.now() - Math.max(0, listLag - (options.lagSeconds ?? 0)) * 1_000;
  }

  #remember(droplets: readonly DropletWire[]): void {
    if (this.#trial.listLag === 0) return;
    const shown = this.#history.findLastIndex(({ at }) => at <= this.#shownFrom);
    this.#history = [...this.#history.slice(Math.max(0, shown)), { at: this.clock.now(), droplets }];
  }

  /** Looks on after a write, from when the service's own reads show it, until no work is under way: that ends without another write. */
  async #follow(): Promise<void> {
    const { listLag, options } = this.#trial;
    if (listLag === 0) return;
    this.#followedUntil = this.clock.now() + (options.lagSeconds ?? 0) * 1_000;
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    for (let isWorking = true; isWorking;) {
      await this.clock.sleep(1_000);
      const droplets = await this.droplets();
      this.#remember(droplets);
      isWorking = this.clock.now() <= this.#followedUntil || droplets.some(({ locked, status }) => locked || status === "new");
    }
    this.#isFollowing = false;
  }

  #judge(write: string, before: readonly DropletWire[], droplets: readonly DropletWire[]): void {
    this.#remember(droplets);
    for (const [id, own] of byFleet(droplets)) {
      const name = own[0]!.name.split("-")[0]!;
      const { least, count, ...bounds } = this.#boundsOf(name);
      const isBeingCreated = own.some(({ tags }) => creationTagOf(tags) !== undefined);
      const most = isBeingCreated ? Math.max(bounds.most, bounds.mostAtFirst) : bounds.most;
      const serving = own.filter(({ tags, status }) => status === "active" && tags.includes(servingTag(id)));
      const wrong = (what: string) => this.wrongs.push(`${write} at ${this.clock.now() / 1_000}: ${name} ${what}.`);
      if (serving.length >= count && this.clock.now() >= (this.disturbed.get(id) ?? 0)) this.disturbed.delete(id);
      else if (!this.#whole.has(id)) this.disturbed.set(id, this.disturbed.get(id) ?? 0);
      if (serving.length >= count) this.#whole.add(id);
      if (serving.length < least && !this.disturbed.has(id)) wrong(`has ${serving.length} that serve, fewer than ${least}`);
      const existed = byFleet(before).get(id)?.length ?? 0;
      if (own.length > Math.max(existed, most)) wrong(`has ${own.length} Droplets, more than ${most}`);
      const bad = serving.find(({ image, status }) => image.name === "image-2" && status === "active");
      if (bad !== undefined) wrong(`serves image 2 with ${bad.name}`);
    }
  }
}

/** The Droplets of each fleet by its id, without those that no fleet made. */
export function byFleet(droplets: readonly DropletWire[]): ReadonlyMap<string, readonly DropletWire[]> {
  const fleets = new Map<string, DropletWire[]>();
  for (const droplet of droplets) {
    const id = fleetIdOf(droplet.tags);
    if (id === undefined || droplet.name.startsWith("stranger")) continue;
    fleets.set(id, [...(fleets.get(id) ?? []), droplet]);
  }
  return fleets;
}
