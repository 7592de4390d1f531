import type { Target } from "../../emulator/balancing";
import type { FleetInputs } from "../../provider/resources/fleet/fleetState";
import { FleetRig, imagesOf, type Ended } from "../provider/resources/fleet/fleetRig";

/** What clients got of a load balancer. */
interface Load {
  /** By the Droplet's private address. */
  readonly answered: ReadonlyMap<string, number>;
  /** What happened to each request that was lost, and when, in seconds. */
  readonly lost: readonly string[];
  /** How many requests clients have made. */
  readonly asked: () => number;
  readonly stop: () => void;
}

const requestsPerSecond = 200;
/** So many are made at the same moment: one timer for all of them. */
const batch = 10;
/** A request is in flight this long: a Droplet that stops meanwhile loses it. */
const requestSeconds = 1;

/** Asks an address 200 times a second of virtual time, until it is stopped. */
function load({ network, clock }: FleetRig, address: string): Load {
  const answered = new Map<string, number>();
  const lost: string[] = [];
  const ended = new AbortController();
  let count = 0;
  const began = clock.now();
  const listens = ({ address: at, port }: Target): boolean =>
    network
      .listening()
      .get(at)
      ?.some((listen) => listen.port === port) === true;
  const ask = async (): Promise<void> => {
    count += batch;
    const routed = Array.from({ length: batch }, () => network.route(address, 80));
    const reached = routed.map((target) => target !== undefined && listens(target));
    await clock.sleep(requestSeconds * 1_000);
    const losses = routed.flatMap((target, at) => {
      if (target === undefined) return ["no Droplet to send it to"];
      if (!reached[at]) return ["refused"];
      if (!listens(target)) return ["cut off"];
      answered.set(target.address, (answered.get(target.address) ?? 0) + 1);
      return [];
    });
    lost.push(...losses.map((loss) => `${loss} by ${clock.now() - began} ms`));
  };
  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      void ask();
      await clock.sleep((batch * 1_000) / requestsPerSecond);
    }
  };
  void run();
  return { answered, lost, asked: () => count, stop: () => ended.abort() };
}

const check = { protocol: "http", port: 8080, path: "/", check_interval_seconds: 3, healthy_threshold: 2, unhealthy_threshold: 3 };
const rule = { entry_protocol: "http", entry_port: 80, target_protocol: "http", target_port: 8080 };

/** Three Droplets of image 0 behind a load balancer that answers, and what leads to any image. */
class Balanced {
  readonly rig = new FleetRig();
  readonly #changes: Partial<FleetInputs["rollout"]>;
  #id = "";

  constructor(changes: Partial<FleetInputs["rollout"]> = {}) {
    this.#changes = changes;
  }

  async inputs(image: number): Promise<FleetInputs> {
    const inputs = await this.rig.inputs(image, { servingTags: ["web"] });
    const rollout = { ...inputs.rollout, drainSeconds: 8, ...this.#changes };
    return { ...inputs, gate: { ...inputs.gate, deadlineSeconds: 60, loadBalancer: this.#id }, rollout };
  }

  async start(): Promise<{ readonly before: Ended; readonly load: Load }> {
    const asked = { name: "shop", region: "ams3", tag: "web", forwarding_rules: [rule], health_check: check };
    this.#id = ((await this.rig.ask("POST", "/v2/load_balancers", asked)) as BalancerAnswer).load_balancer.id;
    await this.rig.clock.advance(3_000);
    const before = await this.rig.create(await this.inputs(0));
    expect(before.reasons).toEqual([]);
    const { ip } = ((await this.rig.ask("GET", `/v2/load_balancers/${this.#id}`)) as BalancerAnswer).load_balancer;
    return { before, load: load(this.rig, ip) };
  }
}

interface BalancerAnswer {
  readonly load_balancer: { readonly id: string; readonly ip: string };
}

/** Lets what is in flight come to its end. */
async function settle({ rig }: Balanced, { stop, ...load }: Load): Promise<void> {
  await rig.clock.advance(2_000);
  stop();
  await rig.clock.advance(2_000);
  const answers = [...load.answered.values()].reduce((sum, count) => sum + count, 0);
  expect(answers + load.lost.length).toBe(load.asked());
}

/** Every Droplet that is there has answered. */
async function everyDropletAnswered({ rig }: Balanced, { answered }: Load): Promise<void> {
  const here = (await rig.droplets()).map(({ networks }) => networks.v4.find(({ type }) => type === "private")!.ip_address);
  for (const address of here) expect(answered.get(address)).toBeGreaterThan(0);
}

const strategies: Readonly<Record<string, Partial<FleetInputs["rollout"]>>> = {
  rolling: {},
  "rolling by all at once": { maxSurge: "100%" },
  "rolling without surge": { maxSurge: "0", maxUnavailable: "1" },
  canary: { canary: [{ count: "1", bakeSeconds: 20, pause: false }] },
  "blue and green": { blueGreen: { keepSeconds: 0 } },
  "rebuilding in place": { rebuild: true, maxUnavailable: "1" },
};

describe.each(Object.entries(strategies))("%s, asked 200 times a second through the load balancer", (_, changes) => {
  test("loses no request while it changes the image, and on the way back", async () => {
    const balanced = new Balanced(changes);
    const { before, load: asked } = await balanced.start();

    const after = await balanced.rig.update(before, await balanced.inputs(1));
    expect(after.reasons).toEqual([]);
    expect(asked.lost).toEqual([]);
    await everyDropletAnswered(balanced, asked);
    expect((await balanced.rig.update(after, await balanced.inputs(0))).reasons).toEqual([]);
    await settle(balanced, asked);

    expect(asked.lost).toEqual([]);
    await everyDropletAnswered(balanced, asked);
  });

  test("loses no request while a broken image is tried and rolled back", async () => {
    const balanced = new Balanced(changes);
    const { before, load: asked } = await balanced.start();

    const after = await balanced.rig.update(before, await balanced.inputs(2));
    await settle(balanced, asked);

    expect(after.reasons.at(-1)).toMatch(/^Rolled back/);
    expect(new Set(imagesOf(await balanced.rig.droplets()))).toEqual(new Set([await balanced.rig.image(0)]));
    expect(asked.lost).toEqual([]);
  });

  test("loses requests where a Droplet goes before the load balancer has noticed", async () => {
    const balanced = new Balanced({ ...changes, drainSeconds: 0 });
    const { before, load: asked } = await balanced.start();

    await balanced.rig.update(before, await balanced.inputs(1));
    await settle(balanced, asked);

    expect(asked.lost.length).toBeGreaterThan(0);
  });

  test.each([3, 15, 27])("loses no request where the run is killed at its request %d and resumed", async (at) => {
    const balanced = new Balanced(changes);
    const { before, load: asked } = await balanced.start();
    const wanted = await balanced.inputs(1);

    const ended = await balanced.rig.untilCrash({ at, when: "after" }, () => balanced.rig.update(before, wanted));
    const resumed = ended ?? (await balanced.rig.update(before, wanted));
    await settle(balanced, asked);

    expect(resumed.reasons).toEqual([]);
    expect(new Set(imagesOf(await balanced.rig.droplets()))).toEqual(new Set([await balanced.rig.image(1)]));
    expect(asked.lost).toEqual([]);
  });
});
