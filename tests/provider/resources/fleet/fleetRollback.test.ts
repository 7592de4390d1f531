import { bounds, FleetRig, imagesOf } from "./fleetRig";

test("names the image that failed in the next run, until another one is tried", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const bad = await rig.image(2);
  const failed = await rig.update(before, await rig.inputs(2));
  expect(failed.state.rollout).toMatchObject({ failedImage: bad });
  rig.said.length = 0;
  const again = await rig.update(failed, await rig.inputs(2));
  expect(rig.said[0]).toBe(`Image ${bad} failed in the last rollout; it is tried again.`);
  rig.said.length = 0;
  const stays = await rig.update(again, await rig.inputs(0));
  expect([stays.reasons, rig.said[0]]).toEqual([[], `Image ${bad} failed in the last rollout; the image of before stays.`]);
  rig.said.length = 0;
  const other = await rig.update(stays, await rig.inputs(1));
  expect(rig.said[0]).toBe(`Image ${bad} failed in the last rollout; image ${await rig.image(1)} is tried now.`);
  expect([other.reasons, other.state.rollout?.failedImage]).toEqual([[], undefined]);
});

test("leaves nothing behind that serves where a fleet of none grows with a bad image", async () => {
  const rig = new FleetRig();
  const none = await rig.create(await rig.inputs(0, { count: 0 }));
  const failed = await rig.update(none, await rig.inputs(2, { count: 3 }));
  expect(failed.reasons.at(-1)).toBe("Rolled back: no Droplet serves, as before.");
  expect([await rig.droplets(), failed.state.count]).toEqual([[], 0]);
});

test("goes back to the count of before where it changed with the image", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const seen = bounds(rig, before.id);
  const failed = await rig.update(before, await rig.inputs(2, { count: 5 }));
  expect(failed.reasons.at(-1)).toBe(`Rolled back: 3 of 3 Droplets serve image ${await rig.image(0)}.`);
  expect([failed.state.count, failed.state.live, seen.serve]).toEqual([3, before.state.live, 3]);
});

test("keeps what serves and says so where the old image is gone by the time of the rollback", async () => {
  const rig = new FleetRig();
  const rollout = { maxSurge: "0", maxUnavailable: "1", maxFailures: "0", drainSeconds: 2, shutdownSeconds: 10 };
  const before = await rig.create(await rig.inputs(0, { rollout }));
  const old = await rig.image(0);
  await rig.ask("DELETE", `/v2/images/${old}`);
  const inputs = { ...(await rig.inputs(1, { rollout })), image: await rig.image(2) };
  const failed = await rig.update(before, inputs);
  expect(failed.reasons.at(-1)).toBe(`The rollback isn't complete: 2 of 3 Droplets serve image ${old}.`);
  expect(failed.reasons.some((reason) => reason.includes("answered 422"))).toBe(true);
  expect(imagesOf(await rig.droplets()).filter((image) => image === old)).toHaveLength(2);
});

test("says both failures where the old image fails during the rollback, too", async () => {
  const rig = new FleetRig();
  const rollout = { maxSurge: "0", maxUnavailable: "1", maxFailures: "0", drainSeconds: 2, shutdownSeconds: 10 };
  const before = await rig.create(await rig.inputs(0, { rollout }));
  const there = new Set((await rig.droplets()).map(({ id }) => id));
  rig.probeFails = ({ id }) => !there.has(id);
  const failed = await rig.update(before, await rig.inputs(1, { rollout }));
  const of = (image: string) => new RegExp(`image ${image}\\) failed its gate`);
  expect(failed.reasons[0]).toMatch(of(await rig.image(1)));
  expect(failed.reasons[2]).toMatch(of(await rig.image(0)));
  expect(failed.reasons.at(-1)).toBe(`The rollback isn't complete: 2 of 3 Droplets serve image ${await rig.image(0)}.`);
  rig.probeFails = () => false;
  const cured = await rig.update(failed, await rig.inputs(0, { rollout }));
  expect(cured.reasons).toEqual([]);
});
