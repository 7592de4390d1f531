import { FleetRig } from "./fleetRig";

const seconds = 30;
const rollout = { maxSurge: "25%", maxUnavailable: "0", maxFailures: "10%", drainSeconds: 5, shutdownSeconds: 60 };
const gate = {
  http: { port: 8080, path: "/", status: ["200-399"], https: false },
  address: "public",
  successThreshold: 2,
  intervalSeconds: 2,
  deadlineSeconds: 300,
  timeoutSeconds: 5,
  bakeSeconds: 0,
};

/** Create, gate, drain, shutdown and deletion of so many batches, one after the other. */
function criticalPath(batches: number): number {
  return batches * (seconds + 2 + 5 + seconds);
}

test.each([
  [3, 3],
  [20, 4],
])("rolls %i Droplets in little more than the time that %i batches take", async (count, batches) => {
  const rig = new FleetRig({ dropletLimit: 1_000, dropletSeconds: seconds });
  const before = await rig.create(await rig.inputs(0, { count, gate, rollout }));
  rig.forgetSent();
  const began = rig.clock.now();
  const after = await rig.update(before, await rig.inputs(1, { count, gate, rollout }));
  expect(after.reasons).toEqual([]);
  const took = (rig.clock.now() - began) / 1_000;
  expect(took / criticalPath(batches)).toBeLessThan(1.05);
});
