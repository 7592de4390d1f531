import type { DropletWire } from "../../../../provider/api/wire";
import { bounds, FleetRig, imagesOf } from "./fleetRig";

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
  expect(rig.said).toContain(`canary 1 of 2: 1 of 1 serving image ${image}`);
  expect(rig.said).toContain(`canary 2 of 2: 2 of 2 serving image ${image}`);
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
