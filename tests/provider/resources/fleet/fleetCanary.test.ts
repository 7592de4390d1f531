import type { DropletWire } from "../../../../provider/api/wire";
import { bounds, type Ended, FleetRig, imagesOf } from "./fleetRig";

const canary = [
  { count: "1", bakeSeconds: 120 },
  { count: "50%", bakeSeconds: 0 },
];
const rollout = { maxSurge: "2", maxUnavailable: "0", maxFailures: "0", canary, drainSeconds: 2, shutdownSeconds: 10 };

/** How many Droplets of the image serve at most, by the second. */
function timeline(rig: FleetRig, image: string): () => readonly (readonly [number, number])[] {
  const began = rig.clock.now();
  const seen: [number, number][] = [];
  const watched = rig.watch;
  rig.watch = (droplets: readonly DropletWire[]) => {
    watched(droplets);
    const serving = droplets.filter(
      ({ image: { id }, tags }) => String(id) === image && tags.some((tag) => tag.startsWith("imagefleet:serving:")),
    );
    if (seen.at(-1)?.[1] !== serving.length) seen.push([(rig.clock.now() - began) / 1_000, serving.length]);
  };
  return () => seen;
}

test("lets one Droplet bake before half of the fleet follows, and then all", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0, { count: 4, rollout }));
  const seen = bounds(rig, before.id);
  const image = await rig.image(1);
  const serving = timeline(rig, image);
  const after = await rig.update(before, await rig.inputs(1, { count: 4, rollout }));
  expect(after.reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).toEqual(Array(4).fill(image));
  expect(seen).toEqual({ exist: 6, serve: 4 });
  const first = serving().find(([, count]) => count === 1)![0];
  const second = serving().find(([, count]) => count === 2)![0];
  expect(second - first).toBeGreaterThan(120);
  expect(rig.said).toContainEqual(expect.stringContaining(`canary 1 of 2: 1 of 1 serving image ${image}, `));
  expect(rig.said).toContainEqual(expect.stringContaining(`canary 2 of 2: 2 of 2 serving image ${image}, `));
});

test("rolls back a canary that turns bad while it bakes, with all others untouched", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0, { count: 4, rollout }));
  const image = await rig.image(1);
  const made = new Map<number, number>();
  rig.probeFails = ({ id, image: of }) => {
    if (!made.has(id)) made.set(id, rig.clock.now());
    return String(of.id) === image && rig.clock.now() - made.get(id)! > 30_000;
  };
  const failed = await rig.update(before, await rig.inputs(1, { count: 4, rollout }));
  expect(failed.reasons.at(-1)).toBe(`Rolled back: 4 of 4 Droplets serve image ${await rig.image(0)}.`);
  expect(failed.state.live?.slice(1)).toEqual(before.state.live?.slice(1));
});

test("goes on with the stage that an interrupted run had reached", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0, { count: 4, rollout }));
  const image = await rig.image(1);
  rig.watch = (droplets) => {
    if (droplets.filter((droplet) => String(droplet.image.id) === image).length === 2) rig.interrupt.abort(new Error("interrupted"));
  };
  const stopped = await rig.update(before, await rig.inputs(1, { count: 4, rollout }));
  expect(stopped.reasons[0]).toBe("interrupted");
  rig.watch = () => undefined;
  rig.interrupt = new AbortController();
  rig.said.splice(0);
  const after = await rig.update(stopped, await rig.inputs(1, { count: 4, rollout }));
  expect(after.reasons).toEqual([]);
  expect(rig.said.some((line) => line.startsWith("canary 1 of 2"))).toBe(false);
  expect(rig.said.some((line) => line.startsWith("canary 2 of 2"))).toBe(true);
  expect(imagesOf(await rig.droplets())).toEqual(Array(4).fill(image));
});

describe("a stage that pauses", () => {
  const pausing = {
    ...rollout,
    canary: [
      { count: "1", bakeSeconds: 0, pause: true },
      { count: "50%", bakeSeconds: 0, pause: true },
    ],
  };
  const inputsOf = (rig: FleetRig, image: number, approved?: string, count = 4) =>
    rig.inputs(image, { count, rollout: { ...pausing, approved } });

  /** A fleet of four, of which one runs image 1, and the run has paused. */
  async function paused(): Promise<{ readonly rig: FleetRig; readonly at: Ended }> {
    const rig = new FleetRig();
    const before = await rig.create(await inputsOf(rig, 0));
    const at = await rig.update(before, await inputsOf(rig, 1));
    return { rig, at };
  }

  /** How many run images 0 and 1. */
  const countsOf = async (rig: FleetRig): Promise<readonly number[]> => {
    const images = imagesOf(await rig.droplets());
    const of = await Promise.all([rig.image(0), rig.image(1)]);
    return of.map((image) => images.filter((one) => one === image).length);
  };

  test("ends the run well with what it waits for, and keeps the last good template", async () => {
    const { rig, at } = await paused();
    const staged = at.state.live![0]!.template;
    expect(at.reasons).toEqual([]);
    expect(at.state.rollout).toMatchObject({ stage: 1, of: 2, awaiting: `${staged}/1` });
    expect([at.state.image, at.state.template]).toEqual([await rig.image(0), at.state.live![1]!.template]);
    expect(await countsOf(rig)).toEqual([3, 1]);
    expect(rig.said.at(-1)).toBe(
      `canary 1 of 2: 1 of 4 slots run image ${await rig.image(1)}, and the rollout has paused. To go on, set \`rollout.approved: "${staged}/1"\` and run \`pulumi up\`.`,
    );
  });

  test("is no difference to an unchanged program, and a refresh finds it clean", async () => {
    const { rig, at } = await paused();
    const inputs = await inputsOf(rig, 1);
    rig.forgetSent();
    expect(await rig.diff(at, inputs, inputs)).toEqual({});
    expect(rig.sent).toEqual([]);
    const read = await rig.read(at, inputs);
    expect(read.reasons).toEqual([]);
    expect(await rig.diff(read, inputs, inputs)).toEqual({});
  });

  test("is begun again by its own program after another image has failed, whose rollback left nothing of it", async () => {
    const { rig, at } = await paused();
    const failed = await rig.update(at, await inputsOf(rig, 2));
    expect(failed.reasons.at(-1)).toMatch(/^Rolled back: 4 of 4 Droplets serve image /);
    const inputs = await inputsOf(rig, 1);
    const read = await rig.read(failed, inputs);
    expect(read.reasons).toEqual([]);
    // The engine keeps the inputs of before a failed update.
    expect(await rig.diff(read, inputs, inputs)).toEqual({ live: "update" });
    const again = await rig.update(read, inputs);
    expect([again.reasons, await countsOf(rig)]).toEqual([[], [3, 1]]);
    expect(await rig.diff(again, inputs, inputs)).toEqual({});
  });

  test("is left by the approval of that stage, which is none of the next", async () => {
    const { rig, at } = await paused();
    const first = at.state.rollout!.awaiting!;
    const second = await rig.update(at, await inputsOf(rig, 1, first));
    expect(second.reasons).toEqual([]);
    expect(second.state.rollout).toMatchObject({ stage: 2, awaiting: first.replace(/1$/, "2") });
    expect(await countsOf(rig)).toEqual([2, 2]);
    const again = await rig.update(second, await inputsOf(rig, 1, first));
    expect(again.state.rollout).toEqual(second.state.rollout);
    const done = await rig.update(second, await inputsOf(rig, 1, second.state.rollout!.awaiting));
    expect(done.reasons).toEqual([]);
    expect(done.state.rollout?.awaiting).toBeUndefined();
    expect([done.state.image, await countsOf(rig)]).toEqual([await rig.image(1), [0, 4]]);
  });

  test.each([{ userData: "#cloud-config" }, { size: "s-2vcpu-2gb" }])(
    "does not pass by an approval of another template (%j)",
    async (changes) => {
      const { rig, at } = await paused();
      const approved = at.state.rollout!.awaiting!;
      const other = await rig.update(at, { ...(await inputsOf(rig, 1, approved)), ...changes });
      expect(other.state.rollout).toMatchObject({ stage: 1 });
      expect(other.state.rollout!.awaiting).not.toBe(approved);
      expect(await countsOf(rig)).toEqual([3, 1]);
    },
  );

  test("goes back to the old image by one Droplet", async () => {
    const { rig, at } = await paused();
    rig.bodies.length = 0;
    const back = await rig.update(at, await inputsOf(rig, 0));
    expect(back.reasons).toEqual([]);
    expect(back.state.rollout?.awaiting).toBeUndefined();
    expect([rig.bodies.length, await countsOf(rig)]).toEqual([1, [4, 0]]);
  });

  test("heals drift of either template and stays paused", async () => {
    const { rig, at } = await paused();
    const inputs = await inputsOf(rig, 1);
    for (const slot of [0, 2]) await rig.ask("DELETE", `/v2/droplets/${at.state.live![slot]!.id}`);
    const read = await rig.read(at, inputs);
    expect(read.reasons.join()).toContain("2 of 4 Droplets serve");
    expect(await rig.diff(read, inputs, inputs)).toEqual({ live: "update" });
    const healed = await rig.update(read, inputs);
    expect(healed.reasons).toEqual([]);
    expect(healed.state.rollout).toEqual({ ...at.state.rollout, lastSeconds: expect.any(Number) as unknown });
    expect(healed.state.live!.map(({ slot, template }) => [slot, template])).toEqual(
      at.state.live!.map(({ slot, template }) => [slot, template]),
    );
  });

  test("grows with the old template where the stage asks for no more, and with the new one where its percentage does", async () => {
    const { rig, at } = await paused();
    const grown = await rig.update(at, await inputsOf(rig, 1, undefined, 6));
    expect([grown.state.rollout?.stage, await countsOf(rig)]).toEqual([1, [5, 1]]);
    const half = await rig.update(grown, await inputsOf(rig, 1, at.state.rollout!.awaiting, 6));
    expect([half.state.rollout?.stage, await countsOf(rig)]).toEqual([2, [3, 3]]);
    const wider = await rig.update(half, await inputsOf(rig, 1, at.state.rollout!.awaiting, 8));
    expect([wider.state.rollout?.stage, await countsOf(rig)]).toEqual([2, [4, 4]]);
  });

  test("is begun again after a rollback, whatever it had reached", async () => {
    const { rig, at } = await paused();
    const image = await rig.image(1);
    rig.probeFails = (droplet) => String(droplet.image.id) === image;
    const failed = await rig.update(at, await inputsOf(rig, 1, at.state.rollout!.awaiting));
    expect(failed.reasons.at(-1)).toBe(`Rolled back: 4 of 4 Droplets serve image ${await rig.image(0)}.`);
    expect(failed.state.rollout?.awaiting).toBeUndefined();
  });
});
