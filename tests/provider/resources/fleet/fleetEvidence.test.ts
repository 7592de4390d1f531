import type { DropletWire } from "../../../../provider/api/wire";
import { changeTag } from "../../../../provider/rollout/fleetTags";
import { bounds, FleetRig, imagesOf } from "./fleetRig";

test("counts a gate's deadline from when the Droplet is active, however long that took", async () => {
  const rig = new FleetRig({ dropletSeconds: 200 });
  const made = await rig.create(await rig.inputs(0));
  expect(made.reasons).toEqual([]);
  expect((await rig.inputs(0)).gate.deadlineSeconds).toBeLessThan(200);
});

test("a Droplet that takes a question and never answers holds up no other, and is replaced", async () => {
  const rig = new FleetRig();
  const served = new Map<number, number>();
  const began = rig.clock.now();
  rig.watch = (droplets) => {
    for (const { id, tags } of droplets) {
      if (tags.some((tag) => tag.startsWith("imagefleet:serving:")) && !served.has(id)) served.set(id, rig.clock.now() - began);
    }
  };
  const hanging = new Set<number>();
  rig.probeHangs = ({ id, name }) => {
    if (hanging.size === 0 && name.startsWith("web-1-")) hanging.add(id);
    return hanging.has(id);
  };
  const made = await rig.create(await rig.inputs(0));
  expect(made.reasons).toEqual([]);
  const [first, second, third] = [...served.values()].sort((one, other) => one - other);
  expect([first! < 5_000, second! < 5_000]).toEqual([true, true]);
  // Six questions of 5 s each, a second apart, pass the deadline of 30 s.
  expect(third).toBeGreaterThan(30_000);
  expect((await rig.droplets()).some(({ id }) => hanging.has(id))).toBe(false);
});

/** Lets the first Droplet whose name starts so answer nothing. */
function oneBad(rig: FleetRig, prefix: string): Set<number> {
  const bad = new Set<number>();
  rig.probeFails = ({ id, name }) => {
    if (bad.size === 0 && name.startsWith(prefix)) bad.add(id);
    return bad.has(id);
  };
  return bad;
}

test("replaces one bad Droplet of a first create, and keeps the good ones", async () => {
  const rig = new FleetRig();
  const bad = oneBad(rig, "web-0-");
  const made = await rig.create(await rig.inputs(0));
  expect([made.reasons, bad.size, made.state.live!.length]).toEqual([[], 1, 3]);
  expect(rig.bodies.map(({ names }) => (names as string[]).length)).toEqual([3, 1]);
});

test("replaces one bad Droplet that a larger count brings, and touches no other", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const bad = oneBad(rig, "web-4-");
  const seen = bounds(rig, before.id);
  const grown = await rig.update(before, await rig.inputs(0, { count: 5 }));
  expect([grown.reasons, bad.size]).toEqual([[], 1]);
  expect(grown.state.live!.slice(0, 3)).toEqual(before.state.live);
  expect(seen).toEqual({ exist: 6, serve: 3 });
});

test("replaces a Droplet that stopped after the rollout, which a refresh sees", async () => {
  const rig = new FleetRig();
  const inputs = await rig.inputs(0);
  const before = await rig.create(inputs);
  const stopped = before.state.live![2]!.id;
  await rig.ask("POST", `/v2/droplets/${stopped}/actions`, { type: "power_off" });
  await rig.clock.advance(5_000);
  const read = await rig.read(before, inputs);
  expect(read.reasons).toEqual(["2 of 3 Droplets serve; run `pulumi up` to fix the fleet."]);
  const healed = await rig.update(read, inputs);
  expect(healed.reasons).toEqual([]);
  expect(healed.state.live!.slice(0, 2)).toEqual(before.state.live!.slice(0, 2));
  expect(healed.state.live!.map(({ id }) => id)).not.toContain(stopped);
});

describe("while reads lag behind", () => {
  const lagging = { lagSeconds: 20 };
  const isMade = (request: Request | undefined) => request?.method === "POST" && request.url.endsWith("/v2/droplets");

  test("a create that was killed after its POST and is run again at once makes no second fleet", async () => {
    const rig = new FleetRig(lagging);
    const inputs = await rig.inputs(0);
    expect(await rig.untilCrash({ at: 1, when: "after", matches: isMade }, () => rig.create(inputs))).toBeUndefined();
    const made = await rig.create(inputs);
    await rig.clock.advance(30_000);
    const droplets = await rig.droplets();
    expect([made.reasons, droplets.length]).toEqual([[], 3]);
    expect(droplets.map(({ id }) => String(id))).toEqual(made.state.live!.map(({ id }) => id));
  });

  test("a create that was killed after it had replaced a Droplet doesn't replace it once more", async () => {
    const rig = new FleetRig();
    rig.listLag = 20;
    const gate = { ...(await rig.inputs(0)).gate, bakeSeconds: 120 };
    const inputs = await rig.inputs(0, { gate, rollout: { ...(await rig.inputs(0)).rollout, maxSurge: "0", maxUnavailable: "1" } });
    let [exist, hasVanished] = [0, false];
    rig.watch = (droplets) => {
      exist = Math.max(exist, droplets.length);
      if (hasVanished || !droplets.some(({ status }) => status === "active")) return;
      hasVanished = true;
      void rig.ask("DELETE", `/v2/droplets/${droplets[0]!.id}`);
    };
    expect(await rig.untilCrash({ at: 2, when: "after", matches: isMade }, () => rig.create(inputs))).toBeUndefined();
    expect([hasVanished, (await rig.droplets()).length]).toEqual([true, 3]);
    expect((await rig.create(inputs)).reasons).toEqual([]);
    expect(exist).toBe(3);
  });

  test("a change that was killed after it had withdrawn a Droplet, and is run again at once, withdraws no other", async () => {
    const rig = new FleetRig();
    rig.listLag = 20;
    const rollout = { ...(await rig.inputs(0)).rollout, maxSurge: "0", maxUnavailable: "1" };
    const before = await rig.create(await rig.inputs(0, { rollout }));
    await rig.clock.advance(30_000);
    const seen = bounds(rig, before.id);
    const inputs = await rig.inputs(1, { rollout });
    const isWithdrawn = (request: Request | undefined) => request?.method === "DELETE" && request.url.includes("/resources");
    expect(await rig.untilCrash({ at: 1, when: "after", matches: isWithdrawn }, () => rig.update(before, inputs))).toBeUndefined();
    expect(await rig.tags()).toContain(changeTag(before.id));
    expect((await rig.update(before, inputs)).reasons).toEqual([]);
    expect(rig.said).toContainEqual(expect.stringContaining("; waiting until lists show what an earlier run did"));
    expect([seen, imagesOf(await rig.droplets())]).toEqual([{ exist: 3, serve: 2 }, Array(3).fill(inputs.image)]);
    expect(await rig.tags()).not.toContain(changeTag(before.id));
  });

  test("a create that was interrupted leaves its change's tag, by which the next run waits, and one that was given up doesn't", async () => {
    const rig = new FleetRig();
    const broken = await rig.create(await rig.inputs(2));
    expect([broken.reasons.length > 0, (await rig.tags()).includes(changeTag(broken.id))]).toEqual([true, false]);
    const other = new FleetRig();
    other.watch = (droplets) => {
      if (droplets.some(({ status }) => status === "active")) other.interrupt.abort(new Error("interrupted"));
    };
    const stopped = await other.create(await other.inputs(0));
    expect([stopped.reasons[0], (await other.tags()).includes(changeTag(stopped.id))]).toEqual(["interrupted", true]);
  });

  test("no more exist than may, across an interrupt and the run after it", async () => {
    const rig = new FleetRig(lagging);
    const before = await rig.create(await rig.inputs(0));
    let exist = 0;
    const count = (droplets: readonly DropletWire[]) => (exist = Math.max(exist, droplets.length));
    rig.watch = (droplets) => {
      count(droplets);
      if (rig.sent.at(-1) === "POST /v2/droplets") rig.interrupt.abort(new Error("interrupted"));
    };
    const inputs = await rig.inputs(1);
    const stopped = await rig.update(before, inputs);
    expect(stopped.reasons[0]).toBe("interrupted");
    rig.interrupt = new AbortController();
    rig.watch = count;
    const after = await rig.update(stopped, inputs);
    await rig.clock.advance(30_000);
    expect([after.reasons, imagesOf(await rig.droplets()), exist]).toEqual([[], Array(3).fill(inputs.image), 4]);
  });
});
