import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createEmulator } from "../../emulator/emulator";
import { seededRandom } from "../../emulator/ids";
import { LoopbackNetwork } from "../../emulator/network";
import { createApi } from "../../provider/api/digitalOcean";
import type { Call } from "../../provider/host/resource";
import { Unfinished } from "../../provider/host/fault";
import { createContext, type ProviderContext } from "../../provider/providerContext";
import { fleet } from "../../provider/resources/fleet/fleet";
import type { FleetInputs, StoredFleet } from "../../provider/resources/fleet/fleetState";
import { throwawayPublicKey } from "../../cli/demo/sshKey";
import { VirtualClock } from "../../virtual/virtualClock";

/**
 * Provider and emulator live up to so many times as fast as the clients: what takes minutes takes seconds, in the same order. Their time stands
 * still while this process does, or a busy machine would end a drain before the requests in it.
 */
const speed = 20;
const stride = 5;
const clock = new VirtualClock(Date.now());

/** What a test has started, to be ended whatever becomes of it. */
const ends: (() => Promise<void>)[] = [];

beforeEach(() => {
  const ended = new AbortController();
  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await sleep(stride);
      await clock.advance(stride * speed);
    }
  };
  const running = run();
  ends.push(() => (ended.abort(), running));
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const endpoint = "https://api.test";
const token = "dop_v1_test";

const [good, other, broken] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [string, string, string];
/** What is asked for, and what the load balancer checks: so a Droplet's count of the first is of clients alone. */
const [port, healthPort] = [8080, 8081];
const noProbe = () => Promise.reject(new Error("The load balancer alone is the gate."));

/** DigitalOcean with Droplets and load balancers on sockets of this machine. */
function startService(loadBalancerLagSeconds: number) {
  const network = new LoopbackNetwork(Math.random, () => undefined);
  const source = { request: () => Promise.reject(new Error("There is nothing to import.")) };
  const listen = [port, healthPort].map((one) => ({ port: one, kind: "http" as const }));
  const seed = {
    sshKeys: [{ name: "key", publicKey: throwawayPublicKey() }],
    images: [good, other, broken].map((sha256, at) => ({ name: `web-${at + 1}`, regions: ["ams3"], sha256 })),
    workloads: [...[good, other].map((sha256) => ({ sha256, listen })), { sha256: broken, listen: listen.slice(0, 1) }],
  };
  const options = { requestsPerMinute: 100_000, requestsPerHour: 1_000_000, loadBalancerLagSeconds };
  const emulator = createEmulator({ clock, random: seededRandom(1), source, network, token, options, seed });
  const ask = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const request = new Request(`${endpoint}${path}`, { method, headers, body: body && JSON.stringify(body) });
    return (await (await emulator.fetch(request)).json()) as Body;
  };
  const stop = async (): Promise<void> => {
    emulator.close();
    await network.closeAll();
  };
  return { emulator, network, ask, stop };
}

/** A provider's process; `dead` resolves once it has sent so many requests, after which it gets no answer any more. */
function startProvider({ emulator }: Service, lives = Number.POSITIVE_INFINITY) {
  let left = lives;
  let die = (): void => undefined;
  const dead = new Promise<void>((resolve) => (die = resolve));
  const send = async (request: Request): Promise<Response> => {
    left -= 1;
    if (left < 0) return new Promise(() => undefined);
    const answer = await emulator.fetch(request);
    if (left === 0) die();
    return left > 0 ? answer : new Promise(() => undefined);
  };
  const world = { clock, random: Math.random, send, probe: { http: noProbe, tcp: noProbe } };
  return { context: createContext({ api: createApi({ token, endpoint, world }), world, namespace: "" }), dead };
}

type Service = ReturnType<typeof startService>;

/** What clients got, by the words of the Droplet that answered; and what failed. */
interface Load {
  readonly answered: Map<string, number>;
  readonly failed: string[];
  readonly asked: () => number;
  readonly stop: () => Promise<void>;
}

/** 200 requests a second: one half over connections that are kept, the other over one of its own each. */
function load(host: string): Load {
  const kept = new Agent({ keepAlive: true });
  const answered = new Map<string, number>();
  const failed: string[] = [];
  const asking: Promise<void>[] = [];
  const ended = new AbortController();
  const ask = async (agent: Agent | false): Promise<void> => {
    const text = await new Promise<string>((resolve) => {
      get({ host, port, agent }, (response) => {
        const chunks: string[] = [];
        response.setEncoding("utf8").on("data", (chunk: string) => {
          chunks.push(chunk);
        });
        response.on("end", () => resolve(response.statusCode === 200 ? chunks.join("") : `failed: ${response.statusCode}`));
        response.on("error", (error) => resolve(`failed: ${error.message}`));
      }).on("error", (error) => resolve(`failed: ${error.message}`));
    });
    if (text.startsWith("failed")) failed.push(text);
    else answered.set(text, (answered.get(text) ?? 0) + 1);
  };
  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      for (let at = 0; at < 5; at += 1) asking.push(ask(kept), ask(false));
      await sleep(50);
    }
  };
  const running = run();
  const stop = async (): Promise<void> => {
    ended.abort();
    await running;
    await Promise.all(asking);
    kept.destroy();
  };
  return { answered, failed, asked: () => asking.length, stop };
}

type Rollout = Partial<FleetInputs["rollout"]>;

/** Two Droplets behind a load balancer that is asked all the time. */
class Balanced {
  readonly #service: Service;
  readonly #loadBalancer: string;
  readonly #sshKeys: readonly string[];
  readonly #images: readonly string[];
  readonly #ended = new AbortController();
  #made: { readonly id: string; readonly state: StoredFleet } | undefined;
  #load: Load | undefined;

  private constructor(service: Service, loadBalancer: string, sshKeys: readonly string[], images: readonly string[]) {
    [this.#service, this.#loadBalancer, this.#sshKeys, this.#images] = [service, loadBalancer, sshKeys, images];
  }

  static async start(lateSeconds: number): Promise<Balanced> {
    const service = startService(lateSeconds);
    const { load_balancer } = await service.ask<{ load_balancer: { id: string } }>("POST", "/v2/load_balancers", {
      ...{ name: "web", region: "ams3", tag: "web" },
      forwarding_rules: [{ entry_protocol: "http", entry_port: port, target_protocol: "http", target_port: port }],
      health_check: {
        protocol: "http",
        port: healthPort,
        path: "/",
        check_interval_seconds: 3,
        healthy_threshold: 2,
        unhealthy_threshold: 3,
      },
    });
    const { images } = await service.ask<{ images: { id: number }[] }>("GET", "/v2/images?private=true");
    const { ssh_keys: keys } = await service.ask<{ ssh_keys: { fingerprint: string }[] }>("GET", "/v2/account/keys");
    const ids = images.map(({ id }) => String(id));
    const balanced = new Balanced(service, load_balancer.id, [keys[0]!.fingerprint], ids);
    ends.push(() => balanced.#end());
    balanced.#made = await fleet.create(balanced.#inputs(0), startProvider(service).context, balanced.#call());
    const { ip } = (await service.ask<{ load_balancer: { ip: string } }>("GET", `/v2/load_balancers/${load_balancer.id}`)).load_balancer;
    balanced.#load = load(ip);
    return balanced;
  }

  get load(): Load {
    return this.#load!;
  }

  /** Rolls to an image, and lets some more requests be made; resolves to what the provider says where it ends badly. */
  async roll(image: number, rollout?: Rollout): Promise<readonly string[]> {
    const reasons = await this.#update(image, rollout, startProvider(this.#service).context);
    await this.#more();
    return reasons;
  }

  /** A run that dies after so many requests, and the one that resumes it; whether it had not ended before. */
  async rollKilled(image: number, requests: number): Promise<boolean> {
    const { context, dead } = startProvider(this.#service, requests);
    const ended = await Promise.race([this.#update(image, {}, context).then(() => true), dead.then(() => false)]);
    if (!ended) await this.roll(image);
    return !ended;
  }

  /** How many answers clients have of each Droplet and image, and how many requests that one has counted itself. */
  async stop(): Promise<{ readonly got: readonly number[]; readonly counted: readonly number[] }> {
    await this.#more();
    await this.load.stop();
    const words = [...this.load.answered.keys()];
    const counted = words.map((text) => this.#service.network.taken(port, text.trim()));
    return { got: words.map((text) => this.load.answered.get(text)!), counted };
  }

  async #end(): Promise<void> {
    this.#ended.abort();
    await this.#load?.stop();
    await this.#service.stop();
  }

  async #update(image: number, rollout: Rollout | undefined, context: ProviderContext): Promise<readonly string[]> {
    const { id, state } = this.#made!;
    try {
      this.#made = { id, state: await fleet.update(id, state, this.#inputs(image, rollout), context, this.#call()) };
      return [];
    } catch (error) {
      if (!(error instanceof Unfinished)) throw error;
      this.#made = { id, state: error.state };
      return error.reasons;
    }
  }

  async #more(): Promise<void> {
    const before = this.load.asked();
    while (this.load.asked() < before + 50) await sleep(10);
  }

  #inputs(image: number, rollout: Rollout = {}): FleetInputs {
    const gate = { address: "public", successThreshold: 2, intervalSeconds: 1, deadlineSeconds: 60, timeoutSeconds: 5, bakeSeconds: 0 };
    const drained = { maxSurge: "1", maxUnavailable: "0", maxFailures: "0", drainSeconds: 10, shutdownSeconds: 10 };
    return {
      ...{ image: this.#images[image]!, region: "ams3", size: "s-1vcpu-1gb", count: 2, sshKeys: this.#sshKeys, name: "web" },
      ...{ servingTags: ["web"], gate: { ...gate, loadBalancer: this.#loadBalancer }, rollout: { ...drained, ...rollout } },
    };
  }

  #call(): Call {
    const ignored = () => undefined;
    const urn = "urn:pulumi:dev::shop::imagefleet:index:Fleet::web";
    return { urn, signal: this.#ended.signal, progress: () => true, warn: ignored, info: ignored };
  }
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

test("no roll behind a load balancer loses a request on real connections, kept or not, whatever its strategy and its end", async () => {
  const balanced = await Balanced.start(5);
  const { failed, asked } = balanced.load;

  const strategies: readonly (readonly [number, Rollout])[] = [
    [1, {}],
    [0, { canary: [{ count: "1", bakeSeconds: 10, pause: false }] }],
    [1, { blueGreen: { keepSeconds: 0 } }],
    [0, { rebuild: true, maxSurge: "0", maxUnavailable: "1" }],
  ];
  for (const [image, rollout] of strategies) expect([await balanced.roll(image, rollout), failed]).toEqual([[], []]);
  expect([await balanced.roll(2), failed]).toEqual([
    [expect.stringMatching(/calls it unhealthy/), expect.stringMatching(/^1 Droplet failed/), expect.stringMatching(/^Rolled back/)],
    [],
  ]);
  for (const [image, requests] of [
    [1, 12],
    [0, 25],
  ] as const)
    expect([await balanced.rollKilled(image, requests), failed]).toEqual([true, []]);

  const { got, counted } = await balanced.stop();
  expect(failed).toEqual([]);
  expect(sum(got)).toBe(asked());
  expect(counted).toEqual(got);
});

test("and loses some where nothing drains, for the load balancer notices late", async () => {
  const balanced = await Balanced.start(30);
  const { failed, asked } = balanced.load;
  await balanced.roll(1, { drainSeconds: 0 });

  const { got } = await balanced.stop();
  expect(failed.length).toBeGreaterThan(0);
  expect(sum(got) + failed.length).toBe(asked());
});
