import type { Account, Answer } from "./account";
import type { Journal, JournalEntry } from "./journal";

/** What claims are played with: an image, a key, a VPC and a Droplet, each made when the first claim needs it. */
export interface StageArgs {
  readonly account: Account;
  readonly journal: Journal;
  /** The tag of all that is made, and the beginning of its names. */
  readonly run: string;
  readonly region: string;
  /** Where the image is copied to. */
  readonly otherRegion: string;
  readonly size: string;
  readonly imageUrl: string;
  /** TCP port on which a Droplet of the image answers. */
  readonly imagePort: number;
  /** An address that redirects to an image. */
  readonly redirectUrl: string | undefined;
  /** An address of an image whose host answers GET alone. */
  readonly getOnlyUrl: string | undefined;
  /** Half of an SSH key. */
  readonly publicKey: string;
  /** Seconds between two looks at something that takes its time. */
  readonly lookSeconds: number;
}

const longestWaitSeconds = 1_800;

export class Stage {
  readonly #args: StageArgs;
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(args: StageArgs) {
    this.#args = args;
  }

  get run(): string {
    return this.#args.run;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#args.account.clock.now();
  }

  get otherRegion(): string {
    return this.#args.otherRegion;
  }

  get region(): string {
    return this.#args.region;
  }

  get redirectUrl(): string | undefined {
    return this.#args.redirectUrl;
  }

  get getOnlyUrl(): string | undefined {
    return this.#args.getOnlyUrl;
  }

  get imagePort(): number {
    return this.#args.imagePort;
  }

  get imageUrl(): string {
    return this.#args.imageUrl;
  }

  ask(method: string, path: string, body?: object, token?: string): Promise<Answer> {
    return this.#args.account.ask(method, path, body, token);
  }

  askOnce(method: string, path: string): Promise<Answer> {
    return this.#args.account.askOnce(method, path);
  }

  list<T>(path: string, key: string): Promise<readonly T[]> {
    return this.#args.account.list(path, key);
  }

  /** Asks for something new, which the journal knows of before. */
  async make(kind: JournalEntry["kind"], path: string, body: object): Promise<Answer> {
    const { journal, run } = this.#args;
    journal.write({ run, kind });
    const answer = await this.ask("POST", path, body);
    const ip = (answer.body?.["reserved_ip"] as { readonly ip?: string } | undefined)?.ip;
    if (ip !== undefined) journal.write({ run, kind, id: ip });
    return answer;
  }

  /** The answer to an import of the run's own image; it is `available` once `image` says so. */
  importAnswer(): Promise<Answer> {
    return this.once("import", () => this.importFrom(this.#args.imageUrl));
  }

  importFrom(url: string): Promise<Answer> {
    const { run, region } = this.#args;
    return this.make("image", "/v2/images", { name: run, url, region, distribution: "Unknown", tags: [run] });
  }

  /** An image that is in the run's region alone. */
  async image(): Promise<number> {
    const { body } = await this.importAnswer();
    return this.once("image", () => this.available(idIn(body, "image")));
  }

  /** Waits for an image to be usable. */
  async available(id: number): Promise<number> {
    const { status, error_message: message } = await this.until(
      `/v2/images/${id}`,
      "image",
      ({ status: of }) => of === "available" || of === "deleted",
    );
    if (status !== "available") throw new Error(`Image ${id} ended as ${String(status)}: ${String(message)}.`);
    return id;
  }

  /** The id of the run's SSH key. */
  key(): Promise<number> {
    const { run, publicKey } = this.#args;
    return this.once("key", async () => {
      return idIn(demand(await this.make("key", "/v2/account/keys", { name: run, public_key: publicKey }), 201), "ssh_key");
    });
  }

  /** The answer to the POST of the run's VPC; undefined where that would become the region's default one, which can't be deleted. */
  vpcAnswer(): Promise<Answer | undefined> {
    const { run, region } = this.#args;
    return this.once("vpcAnswer", async () => {
      const hasDefault = (await this.defaultVpcs()).length > 0;
      return hasDefault ? this.make("vpc", "/v2/vpcs", { name: run, region }) : undefined;
    });
  }

  /** Ids of the region's default VPCs. */
  async defaultVpcs(): Promise<readonly string[]> {
    const vpcs = await this.list<{ readonly id: string; readonly region: string; readonly default: boolean }>("/v2/vpcs", "vpcs");
    return vpcs.filter((vpc) => vpc.default && vpc.region === this.#args.region).map(({ id }) => id);
  }

  /** Id of the run's VPC; undefined where it has none and uses the region's default one. */
  async vpc(): Promise<string | undefined> {
    const answer = await this.vpcAnswer();
    return answer?.status === 201 ? uuidIn(answer.body, "vpc") : undefined;
  }

  /** The answer to the POST of the run's Droplet, which runs its image. */
  dropletAnswer(): Promise<Answer> {
    return this.once("dropletAnswer", async () => {
      const [image, key, vpc] = [await this.image(), await this.key(), await this.vpc()];
      return this.makeDroplet({ image, ssh_keys: [key], vpc_uuid: vpc });
    });
  }

  makeDroplet(changes: object): Promise<Answer> {
    const { run, region, size } = this.#args;
    return this.make("droplet", "/v2/droplets", { name: run, region, size, tags: [run], ...changes });
  }

  /** A Droplet that is active. */
  async droplet(): Promise<number> {
    const { body } = await this.dropletAnswer();
    return this.once("droplet", async () => {
      const id = idIn(body, "droplet");
      await this.until(`/v2/droplets/${id}`, "droplet", ({ status, locked }) => status === "active" && locked === false);
      return id;
    });
  }

  /** Acts on the run's Droplet, and waits for its end. */
  async act(id: number, body: object): Promise<Answer> {
    const answer = await this.ask("POST", `/v2/droplets/${id}/actions`, body);
    if (answer.status === 201) await this.ended(idIn(answer.body, "action"));
    return answer;
  }

  async ended(action: number): Promise<Readonly<Record<string, unknown>>> {
    return this.until(`/v2/actions/${action}`, "action", ({ status }) => status !== "in-progress");
  }

  /** Looks at one thing until it is as wanted. */
  async until(
    path: string,
    key: string,
    isWanted: (thing: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { clock } = this.#args.account;
    const deadline = clock.now() + longestWaitSeconds * 1_000;
    for (;;) {
      const { status, body } = await this.ask("GET", path);
      const thing = body?.[key] as Readonly<Record<string, unknown>> | undefined;
      if (thing !== undefined && isWanted(thing)) return thing;
      if (clock.now() > deadline) throw new Error(`${path} was answered ${status} for ${longestWaitSeconds} s, and was not as wanted.`);
      await this.pause();
    }
  }

  /** Looks for something, for so many seconds; resolves to it and to how long that took, or to undefined. */
  async within<T>(seconds: number, look: () => Promise<T | undefined>): Promise<{ readonly found: T; readonly after: number } | undefined> {
    const begun = this.now();
    for (;;) {
      const found = await look();
      const after = Math.round((this.now() - begun) / 1_000);
      if (found !== undefined) return { found, after };
      if (after >= seconds) return undefined;
      await this.pause();
    }
  }

  pause(): Promise<void> {
    const { clock, signal } = this.#args.account;
    return clock.sleep(this.#args.lookSeconds * 1_000, signal);
  }

  /** What is made once a run, by its name. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = (this.#made.get(name) as Promise<T> | undefined) ?? make();
    this.#made.set(name, made);
    return made;
  }
}

/** An answer of this status; throws the service's own words where it has another. */
export function demand(answer: Answer, status: number): Answer["body"] {
  if (answer.status !== status) throw new Error(`The answer was ${answer.status}: ${String(answer.body?.["message"])}`);
  return answer.body;
}

/** The id of what a body holds, where that is a number. */
export function idIn(body: Answer["body"], key: string): number {
  return Number(uuidIn(body, key));
}

/** The id of what a body holds, where that is a text. */
export function uuidIn(body: Answer["body"], key: string): string {
  const { id } = (body?.[key] ?? {}) as { readonly id?: number | string };
  if (id === undefined) throw new Error(`The answer has no \`${key}\`: ${String(body?.["message"])}`);
  return String(id);
}
