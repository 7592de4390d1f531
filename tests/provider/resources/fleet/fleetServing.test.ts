import type { DropletWire } from "../../../../provider/api/wire";
import { fleet } from "../../../../provider/resources/fleet/fleet";
import { bounds, FleetRig, imagesOf, servingTag } from "./fleetRig";

const own = (droplets: readonly DropletWire[]) => droplets.map(({ tags }) => tags.filter((tag) => !tag.startsWith("imagefleet:")).sort());

test("gives and takes the program's serving tags with its own: no Droplet that serves is ever without", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0, { tags: ["shop"], servingTags: ["web", "edge"] }));
  expect(own(await rig.droplets())).toEqual(Array(3).fill(["edge", "shop", "web"]));
  const seen = bounds(rig, before.id, ["web", "edge"]);
  const watched = rig.watch;
  const partial: string[] = [];
  rig.watch = (droplets) => {
    watched(droplets);
    for (const { tags } of droplets) {
      if (tags.includes(servingTag(before.id)) && !["web", "edge"].every((tag) => tags.includes(tag))) partial.push(rig.sent.at(-1)!);
    }
  };
  const after = await rig.update(before, await rig.inputs(1, { tags: ["shop"], servingTags: ["web", "edge"] }));
  expect(after.reasons).toEqual([]);
  expect([seen, partial]).toEqual([{ exist: 4, serve: 3 }, []]);
  expect(own(await rig.droplets())).toEqual(Array(3).fill(["edge", "shop", "web"]));
});

test("changes serving tags in place, and puts back one that somebody took off", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0, { tags: ["one"], servingTags: ["two"] }));
  rig.forgetSent();
  const inputs = await rig.inputs(0, { tags: [], servingTags: ["one", "three"] });
  const changed = await rig.update(made, inputs);
  expect(own(await rig.droplets())).toEqual(Array(3).fill(["one", "three"]));
  expect(changed.state.live).toEqual(made.state.live);
  expect(rig.sent.filter((request) => request === "POST /v2/droplets")).toEqual([]);

  const [first] = await rig.droplets();
  await rig.ask("DELETE", "/v2/tags/three/resources", { resources: [{ resource_id: String(first!.id), resource_type: "droplet" }] });
  const read = await rig.clock.run(fleet.read(made.id, { state: changed.state, inputs }, rig.context, rig.call()));
  expect(read!.inputs.servingTags).toEqual(["one"]);
  await rig.update(changed, inputs);
  expect(own(await rig.droplets())).toEqual(Array(3).fill(["one", "three"]));
});

describe("behind a load balancer", () => {
  const check = { protocol: "http", port: 8080, path: "/", check_interval_seconds: 10, healthy_threshold: 3, unhealthy_threshold: 3 };

  /** A load balancer that selects by `web`, with another health check if one is given; active. */
  async function balance(rig: FleetRig, changes: object = {}): Promise<string> {
    const rule = { entry_protocol: "http", entry_port: 80, target_protocol: "http", target_port: 8080 };
    const asked = { name: "shop", region: "ams3", tag: "web", forwarding_rules: [rule], health_check: { ...check, ...changes } };
    const { load_balancer: made } = (await rig.ask("POST", "/v2/load_balancers", asked)) as { load_balancer: { id: string } };
    await rig.clock.advance(3_000);
    return made.id;
  }

  async function wanted(rig: FleetRig, image: number, loadBalancer: string | undefined, changes: object = {}) {
    const inputs = await rig.inputs(image, { count: 2, servingTags: ["web"] });
    return { ...inputs, gate: { ...inputs.gate, deadlineSeconds: 60, loadBalancer, ...changes } };
  }

  /** Seconds from the first serving tag of a rollout to the first that is taken off. */
  async function handover(loadBalancer: (rig: FleetRig) => Promise<string | undefined>) {
    const rig = new FleetRig();
    const before = await rig.create(await wanted(rig, 0, undefined));
    const id = await loadBalancer(rig);
    rig.forgetSent();
    const after = await rig.update(before, await wanted(rig, 1, id));
    expect(after.reasons).toEqual([]);
    const at = (method: string) => rig.sentAt[rig.sent.indexOf(`${method} /v2/tags/${servingTag(before.id)}/resources`)]! / 1_000;
    return { rig, id, seconds: at("DELETE") - at("POST") };
  }

  test("an old Droplet goes only after the load balancer has called a new one healthy, and one request tells of all", async () => {
    const without = await handover(() => Promise.resolve(undefined));
    expect(without.seconds).toBeLessThan(5);
    const { rig, id, seconds } = await handover((rig) => balance(rig));
    expect(seconds).toBeGreaterThanOrEqual(20);
    expect(seconds).toBeLessThan(45);
    expect(rig.said).toContainEqual(
      expect.stringMatching(`^1 of 2 serving image \\d+; web-\\d-[0-9a-f]{4} waits for load balancer ${id}, 2 s$`),
    );
    const asked = rig.sent.filter((request) => request.includes("/monitoring/"));
    expect(asked.length).toBeLessThan((2 * 45) / 5);
  });

  test("a Droplet that passes every other question, and that the load balancer calls unhealthy, has failed", async () => {
    const rig = new FleetRig();
    const before = await rig.create(await wanted(rig, 0, undefined));
    const id = await balance(rig, { port: 9_090 });
    const after = await rig.update(before, await wanted(rig, 1, id));
    expect(after.reasons[0]).toMatch(
      new RegExp(
        `^Droplet web-\\d-[0-9a-f]{4} \\(\\d+, image \\d+\\) failed: load balancer ${id} calls it unhealthy 60 s after it began to serve\\.$`,
      ),
    );
    expect(after.reasons.at(-1)).toBe(`Rolled back: 2 of 2 Droplets serve image ${await rig.image(0)}.`);
    expect(after.state.live).toEqual(before.state.live);
  });

  test("no word of a Droplet is no verdict: it is waited for, and nothing is rolled back", async () => {
    const rig = new FleetRig({ loadBalancerLagSeconds: 1_000_000 });
    const before = await rig.create(await wanted(rig, 0, undefined));
    const id = await balance(rig);
    const after = await rig.update(before, await wanted(rig, 1, id));
    expect(after.reasons).toEqual([
      expect.stringMatching(/^There was no progress for 16 min\./),
      expect.stringMatching(`^It stopped at: 1 of 2 serving image \\d+; web-\\d-[0-9a-f]{4} waits for load balancer ${id}\\.$`),
    ]);
    const [old, next] = [await rig.image(0), await rig.image(1)];
    expect([...imagesOf(await rig.droplets())].sort()).toEqual([old, old, next].sort());
  });

  test("time in which the load balancer can't be asked doesn't count, and a refusal ends the rollout", async () => {
    const rig = new FleetRig();
    const one = async (image: number, id?: string) => ({ ...(await wanted(rig, image, id)), count: 1 });
    const before = await rig.create(await one(0));
    const id = await balance(rig, { healthy_threshold: 8 });
    let since: number | undefined;
    rig.trouble = () => {
      if (!rig.sent.at(-1)!.includes("/monitoring/")) return undefined;
      since ??= rig.clock.now();
      return rig.clock.now() - since < 60_000 ? "failsBefore" : undefined;
    };
    const after = await rig.update(before, await one(1, id));
    expect(after.reasons).toEqual([]);
    expect(rig.clock.now() - since!).toBeGreaterThan(80_000);

    rig.trouble = () => undefined;
    await rig.control("faults", { on: "request", path: "/v2/monitoring/metrics/load_balancer/droplets_health_checks", status: 403 });
    const refused = await rig.update(after, await one(0, id));
    expect(refused.reasons[0]).toMatch(/^`gate\.loadBalancer` can't be asked for the health of its Droplets: .*403/);
  });

  test("a load balancer that can never have the Droplets is refused before anything is spent", async () => {
    const rig = new FleetRig();
    const create = async (loadBalancer: string, changes: object = {}) =>
      rig.create({ ...(await wanted(rig, 0, loadBalancer)), ...changes });
    const id = await balance(rig);
    await expect(create("4f6a9a6e-0000-0000-0000-000000000000")).rejects.toThrow(
      "`gate.loadBalancer` must be the id of a load balancer that this token can see, got `4f6a9a6e-0000-0000-0000-000000000000`; `doctl compute load-balancer list` shows them.",
    );
    await expect(create(id, { servingTags: ["edge"] })).rejects.toThrow(
      "`gate.loadBalancer` must be in the fleet's region and select by a tag that its Droplets carry, but shop selects by `web`; add it to `servingTags`.",
    );
    await expect(create(id, { region: "nyc3", image: await rig.image(3) })).rejects.toThrow(
      "but shop is in ams3 and the fleet in nyc3; choose a load balancer there.",
    );
    expect(await rig.droplets()).toEqual([]);
  });
});
