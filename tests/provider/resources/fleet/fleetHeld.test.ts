import { unknownValue } from "../../../../provider/host/property";
import { fleet } from "../../../../provider/resources/fleet/fleet";
import type { FleetInputs, StoredFleet } from "../../../../provider/resources/fleet/fleetState";
import { bounds, type Ended, FleetRig, imagesOf } from "./fleetRig";

test("keeps its template while an earlier fleet holds it, heals and grows meanwhile, and rolls when it is let go", async () => {
  const rig = new FleetRig();
  const [old, next] = [await rig.image(0), await rig.image(1)];
  const before = await rig.create(await rig.inputs(0, { heldBy: "0123456789ab/1" }));
  const [gone] = await rig.droplets();
  await rig.ask("DELETE", `/v2/droplets/${gone!.id}`);
  const held = await rig.update(before, await rig.inputs(1, { count: 4, heldBy: "0123456789ab/1" }));
  expect(held.reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).toEqual(Array(4).fill(old));
  expect(held.state).toMatchObject({ image: old, count: 4, heldBy: "0123456789ab/1", template: before.state.template });
  expect(rig.said).toContain(`The fleet keeps image ${old} and all else of its template while \`heldBy\` is \`0123456789ab/1\`.`);

  const seen = bounds(rig, before.id);
  const after = await rig.update(held, await rig.inputs(1, { count: 4, heldBy: "" }));
  expect(imagesOf(await rig.droplets())).toEqual(Array(4).fill(next));
  expect([after.state.image, seen]).toEqual([next, { exist: 5, serve: 4 }]);
});

test("previews a fleet that is held with what it has, and one that may be let go as rolling", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0));
  const preview = async (heldBy: unknown) => {
    const inputs = { ...(await rig.inputs(1)), heldBy };
    return (await rig.clock.run(fleet.preview!(inputs as never, made.state, rig.context, rig.call()))) as StoredFleet;
  };
  expect(await preview("0123456789ab/1")).toEqual({ ...made.state, heldBy: "0123456789ab/1" });
  expect((await preview(unknownValue)).droplets).toBe(unknownValue);
});

describe("behind a canary that pauses", () => {
  const canary = [{ count: "1", bakeSeconds: 0, pause: true }];
  const usual = { maxSurge: "1", maxUnavailable: "0", maxFailures: "0", drainSeconds: 2, shutdownSeconds: 10 };

  /** A canary, and a fleet that waits for it as `heldBy: first.rollout.awaiting` does. */
  class Waves {
    readonly rig = new FleetRig();
    first: Ended | undefined;
    second: Ended | undefined;

    async run(image: number, approved?: string, second: Partial<FleetInputs> = {}): Promise<void> {
      const wave = { ...(await this.rig.inputs(image, { rollout: { ...usual, canary, approved } })), name: "one" };
      this.first = this.first === undefined ? await this.rig.create(wave) : await this.rig.update(this.first, wave);
      const heldBy = this.first.state.rollout?.awaiting ?? "";
      const next = { ...(await this.rig.inputs(image, { rollout: usual, heldBy, ...second })), name: "two" };
      this.second = this.second === undefined ? await this.rig.create(next) : await this.rig.update(this.second, next);
    }

    async images(prefix: string): Promise<readonly string[]> {
      return imagesOf((await this.rig.droplets()).filter(({ name }) => name.startsWith(`${prefix}-`)));
    }
  }

  test("the next wave begins only when the last stage is approved, and heals meanwhile", async () => {
    const waves = new Waves();
    const { rig } = waves;
    const [old, next] = [await rig.image(0), await rig.image(1)];
    await waves.run(0);
    await waves.run(1);
    const { awaiting } = waves.first!.state.rollout!;
    expect([await waves.images("one"), await waves.images("two")]).toEqual([[old, old, next].sort(), [old, old, old]]);
    await rig.ask("DELETE", `/v2/droplets/${waves.second!.state.droplets![1]!.id}`);
    await waves.run(1, undefined, { count: 4 });
    expect([(await waves.images("two")).length, new Set(await waves.images("two"))]).toEqual([4, new Set([old])]);
    await waves.run(1, awaiting, { count: 4 });
    expect([new Set(await waves.images("one")), new Set(await waves.images("two"))]).toEqual([new Set([next]), new Set([next])]);
    expect([waves.first!.state.rollout!.awaiting, waves.second!.reasons]).toEqual([undefined, []]);
  });

  test("the next wave keeps the old image where the canary is given up", async () => {
    const waves = new Waves();
    await waves.run(0);
    await waves.run(1);
    await waves.run(0);
    expect(new Set([...(await waves.images("one")), ...(await waves.images("two"))])).toEqual(new Set([await waves.rig.image(0)]));
  });
});

describe("a fleet that has paused itself", () => {
  const rollout = {
    ...{ maxSurge: "1", maxUnavailable: "0", maxFailures: "0", drainSeconds: 2, shutdownSeconds: 10 },
    canary: [{ count: "1", bakeSeconds: 0, pause: true }],
  };

  async function paused(): Promise<{ readonly rig: FleetRig; readonly at: Ended; readonly mixed: readonly string[] }> {
    const rig = new FleetRig();
    const before = await rig.create(await rig.inputs(0, { rollout }));
    const at = await rig.update(before, await rig.inputs(1, { rollout }));
    return { rig, at, mixed: imagesOf(await rig.droplets()) };
  }

  test("keeps what it has while it is held, whatever is approved and asked for, and heals by slot", async () => {
    const { rig, at, mixed } = await paused();
    const approved = at.state.rollout!.awaiting;
    const held = await rig.update(at, await rig.inputs(1, { heldBy: "a/1", rollout: { ...rollout, approved } }));
    expect([held.reasons, imagesOf(await rig.droplets()), held.state.live]).toEqual([[], mixed, at.state.live]);
    expect(held.state.rollout).toMatchObject({ stage: 1, of: 1, awaiting: approved });
    const [staged] = held.state.droplets!;
    await rig.ask("DELETE", `/v2/droplets/${staged!.id}`);
    const healed = await rig.update(held, await rig.inputs(1, { heldBy: "a/1", rollout }));
    expect([healed.reasons, [...imagesOf(await rig.droplets())].sort()]).toEqual([[], [...mixed].sort()]);
    expect((await rig.read(healed, await rig.inputs(1, { rollout }))).reasons).toEqual([]);

    rig.forgetSent();
    const third = await rig.update(healed, { ...(await rig.inputs(1, { heldBy: "a/1", rollout })), size: "s-2vcpu-2gb" });
    expect([third.reasons, third.state.live, third.state.rollout?.awaiting]).toEqual([[], healed.state.live, approved]);
    expect(rig.sent.filter((request) => request === "POST /v2/droplets")).toEqual([]);
    const preview = await rig.clock.run(
      fleet.preview!(await rig.inputs(1, { heldBy: "a/1", rollout }), third.state, rig.context, rig.call()),
    );
    expect(preview).toMatchObject({ live: healed.state.live, rollout: { awaiting: approved } });

    const after = await rig.update(third, await rig.inputs(1, { heldBy: "", rollout: { ...rollout, approved } }));
    expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(await rig.image(1)));
    expect(after.state.rollout?.awaiting).toBeUndefined();
  });

  test("goes back where one of the new template is gone and the program asks for a third one", async () => {
    const { rig, at } = await paused();
    await rig.ask("DELETE", `/v2/droplets/${at.state.droplets![0]!.id}`);
    const held = await rig.update(at, { ...(await rig.inputs(1, { heldBy: "a/1", rollout })), size: "s-2vcpu-2gb" });
    expect([held.reasons, imagesOf(await rig.droplets())]).toEqual([[], Array(3).fill(await rig.image(0))]);
    expect(held.state.rollout?.awaiting).toBeUndefined();
  });
});
