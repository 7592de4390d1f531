import type { FleetInputs } from "../../../../provider/resources/fleet/fleetState";
import { fleet } from "../../../../provider/resources/fleet/fleet";
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
  expect(took / criticalPath(batches)).toBeLessThan(1.15);
});

test("looks at three fleets that roll as rarely as a thousand times an hour allows, after a quick beginning", async () => {
  const rig = new FleetRig({ dropletLimit: 1_000, dropletSeconds: seconds, requestsPerHour: 5_000, requestsPerMinute: 250 });
  const inputs = async (image: number): Promise<FleetInputs> => rig.inputs(image, { count: 20, gate, rollout });
  const names = ["a", "b", "c"];
  const wanted = [await inputs(0), await inputs(1)];
  let states = await rig.clock.run(Promise.all(names.map((urn) => fleet.create(wanted[0]!, rig.session, { ...rig.call(), urn }))));
  await rig.clock.advance(600_000);
  rig.forgetSent();
  const began = rig.clock.now();
  for (let turn = 1; rig.clock.now() - began < 300_000; turn += 1) {
    const rolls = states.map(async ({ id, state }, at) => {
      return { id, state: await fleet.update(id, state, wanted[turn % 2]!, rig.session, { ...rig.call(), urn: names[at]! }) };
    });
    states = await rig.clock.run(Promise.all(rolls));
  }
  const inHour = rig.sent.filter((_, at) => rig.sentAt[at]! < began + 300_000);
  const looks = inHour.filter((request) => /^GET \/v2\/droplets(\/\d+)?$/.test(request));
  // A hundred at once, 850 an hour, and one for each deletion that a list has not shown yet.
  expect(looks.length).toBeLessThan(180);
});
