import { unknownValue } from "../../../../provider/host/property";
import { fleet } from "../../../../provider/resources/fleet/fleet";
import type { FleetInputs, StoredFleet } from "../../../../provider/resources/fleet/fleetState";
import { bounds, type Ended, FleetRig } from "./fleetRig";

const preview = async (rig: FleetRig, inputs: object, state?: StoredFleet) =>
  (await rig.clock.run(fleet.preview!(inputs as FleetInputs, state, rig.context, rig.call()))) as StoredFleet;
const rollout = { maxSurge: "50%", maxUnavailable: "0", maxFailures: "10%", drainSeconds: 2, shutdownSeconds: 10 };
const inputsOf = (rig: FleetRig, image: number, changes: Partial<FleetInputs> = {}) => rig.inputs(image, { count: 4, rollout, ...changes });

async function made(): Promise<{ readonly rig: FleetRig; readonly at: Ended }> {
  const rig = new FleetRig();
  const at = await rig.create(await inputsOf(rig, 0));
  rig.forgetSent();
  rig.said.length = 0;
  return { rig, at };
}

test("leaves as output what is still to be done: after a pause, while Droplets stand by, and nothing once all is done", async () => {
  const { rig, at } = await made();
  const paused = { ...rollout, canary: [{ count: "1", bakeSeconds: 0, pause: true }] };
  const stage = await rig.update(at, await inputsOf(rig, 1, { rollout: paused }));
  expect(stage.state.rollout!.plan).toMatchObject({ creates: 3, deletes: 3, largestBatch: 2, leastServing: 4, priceAfter: 24 });
  const approved = stage.state.rollout!.awaiting;
  rig.bodies.length = 0;
  const done = await rig.update(stage, await inputsOf(rig, 1, { rollout: { ...paused, approved } }));
  expect(rig.bodies.flatMap(({ names }) => names)).toHaveLength(stage.state.rollout!.plan!.creates);
  expect(done.state.rollout!.plan).toBeUndefined();

  const green = await rig.update(done, await inputsOf(rig, 0, { rollout: { ...rollout, blueGreen: { keepSeconds: 60 } } }));
  expect(green.state.rollout!.plan).toMatchObject({ creates: 0, deletes: 4, mostExisting: 8 });
  await rig.clock.advance(60_000);
  const over = await rig.update(green, await inputsOf(rig, 0, { rollout: { ...rollout, blueGreen: { keepSeconds: 60 } } }));
  expect([over.state.rollout!.plan, (await rig.droplets()).length]).toEqual([undefined, 4]);
});

test("tells the rollout that then takes place", async () => {
  const { rig, at } = await made();
  const inputs = await inputsOf(rig, 1);
  const plan = (await preview(rig, inputs, at.state)).rollout!.plan!;
  expect(plan).toMatchObject({ creates: 4, deletes: 4, batches: 2, largestBatch: 2, leastServing: 4, mostExisting: 6 });
  expect(rig.said).toEqual([
    [
      `Rollout plan: make 4 Droplets of image ${inputs.image}, delete 4 Droplets, in 2 batches of at most 2.`,
      "At least 4 serve and at most 6 exist meanwhile; the account has 4 of its limit of 100 Droplets.",
      "Price a month: 24.00 USD; up to 12.00 USD more while it runs.",
      "Expected time: not known yet, for no rollout of this fleet was timed. The addresses change.",
    ].join("\n"),
  ]);
  const seen = bounds(rig, at.id);
  const began = rig.clock.now();
  const after = await rig.update(at, inputs);
  expect(seen).toEqual({ exist: plan.mostExisting, serve: plan.leastServing });
  expect(after.state.rollout!.plan).toBeUndefined();
  expect(after.state.rollout).toMatchObject({ lastSeconds: (rig.clock.now() - began) / 1_000, lastBatches: 2 });
  const next = (await preview(rig, await inputsOf(rig, 0), after.state)).rollout!.plan!;
  expect(next.expectedSeconds).toBe(after.state.rollout!.lastSeconds);
  rig.said.length = 0;
  expect((await preview(rig, await inputsOf(rig, 1, { count: 2 }), after.state)).rollout!.plan).toMatchObject({ creates: 0, deletes: 2 });
  expect(rig.said[0]).toContain("Expected time: short, for no Droplet is made or rebuilt.");
  await rig.update(after, await inputsOf(rig, 0));
  expect(rig.said).toContainEqual(expect.stringMatching(/^2 of 4 serving image \d+; .*, \d+ s of about \d+ s$/));
});

test("tells it while the image isn't known yet, and asks prices and limits once a process", async () => {
  const { rig, at } = await made();
  const inputs = { ...(await inputsOf(rig, 1)), image: unknownValue };
  await preview(rig, inputs, at.state);
  expect(rig.said[0]).toContain("Rollout plan: make 4 Droplets of the new image, delete 4 Droplets, in 2 batches of at most 2.");
  await preview(rig, inputs, at.state);
  for (const path of ["GET /v2/account", "GET /v2/sizes"])
    expect(rig.sent.filter((request) => request === path).length).toBeLessThanOrEqual(1);
});

test("tells only the part before a pause", async () => {
  const { rig, at } = await made();
  const canary = [{ count: "1", bakeSeconds: 0, pause: true }];
  const foreseen = await preview(rig, await inputsOf(rig, 1, { rollout: { ...rollout, canary } }), at.state);
  expect(foreseen.rollout).toMatchObject({ stage: 1, of: 1, plan: { creates: 1, deletes: 1, batches: 1 } });
  expect(foreseen.image).toBe(await rig.image(0));
});

test("says nothing where nothing is made, rebuilt or deleted", async () => {
  const { rig, at } = await made();
  const foreseen = await preview(rig, await inputsOf(rig, 0, { tags: ["shop"] }), at.state);
  expect([rig.said, rig.sent, foreseen.rollout]).toEqual([[], [], rollout]);
});

test("tells of the Droplets that stand by after a move, how long they cost, and that going back makes none", async () => {
  const { rig, at } = await made();
  const green = { ...rollout, blueGreen: { keepSeconds: 3_600 } };
  await preview(rig, await inputsOf(rig, 1, { rollout: green }), at.state);
  expect(rig.said[0]!.split("\n").at(-1)).toBe(
    "Afterwards 4 Droplets stand by for 1 h 0 min at 24.00 USD a month, and cost until a run after that deletes them.",
  );
  const moved = await rig.update(at, await inputsOf(rig, 1, { rollout: green }));
  rig.said.length = 0;
  const { plan } = (await preview(rig, await inputsOf(rig, 0, { rollout: green }), moved.state)).rollout!;
  expect(plan).toMatchObject({ creates: 0, deletes: 0, promotes: 4, standby: 4 });
  expect(rig.said[0]).toMatch(
    /^Rollout plan: put 4 existing Droplets into service\.\n.*The addresses change\.\nAfterwards 4 Droplets stand by/s,
  );
  rig.said.length = 0;
  await preview(rig, await inputsOf(rig, 1, { rollout: green, reservedIps: [] }), { ...moved.state, live: moved.state.live!.slice(0, -1) });
  expect(rig.said[0]).toContain(`stand by until ${moved.state.rollout!.keptUntil}`);
});
