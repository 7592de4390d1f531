import { bounds, type Ended, FleetRig, imagesOf, servingTag } from "./fleetRig";

const rollout = {
  maxSurge: "1",
  maxUnavailable: "0",
  maxFailures: "0",
  drainSeconds: 2,
  shutdownSeconds: 10,
  blueGreen: { keepSeconds: 600 },
};
const inputsOf = (rig: FleetRig, image: number, changes = {}) => rig.inputs(image, { rollout: { ...rollout, ...changes } });

/** Three Droplets of image 1 that serve, beside three of image 0 that stand by. */
async function moved(): Promise<{ readonly rig: FleetRig; readonly before: Ended; readonly at: Ended }> {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  rig.forgetSent();
  const at = await rig.update(before, await inputsOf(rig, 1));
  return { rig, before, at };
}

/** By image 0 and 1, how many serve and how many don't. */
async function standing(rig: FleetRig, id: string): Promise<readonly (readonly number[])[]> {
  const droplets = await rig.droplets();
  const of = await Promise.all([rig.image(0), rig.image(1)]);
  return of.map((image) => {
    const own = droplets.filter((droplet) => String(droplet.image.id) === image);
    const serving = own.filter(({ tags }) => tags.includes(servingTag(id)));
    return [serving.length, own.length - serving.length];
  });
}

test("makes all new Droplets beside all old ones, moves the serving tag once, and keeps the old ones", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  const seen = bounds(rig, before.id);
  rig.forgetSent();
  const at = await rig.update(before, await inputsOf(rig, 1));
  expect(at.reasons).toEqual([]);
  expect(seen).toEqual({ exist: 6, serve: 3 });
  expect(await standing(rig, at.id)).toEqual([
    [0, 3],
    [3, 0],
  ]);
  const path = `/v2/tags/${servingTag(at.id)}/resources`;
  expect(rig.sent.filter((request) => decodeURIComponent(request).endsWith(path))).toHaveLength(2);
  expect(at.state.rollout).toMatchObject({ kept: before.state.template });
  expect(Date.parse(at.state.rollout!.keptUntil!) - rig.clock.now()).toBeGreaterThan(590_000);
  expect(at.state.image).toBe(await rig.image(1));
  expect(rig.said.at(-1)).toContain(`stay until ${at.state.rollout!.keptUntil}, and cost until a run after that deletes them.`);
});

test("is no difference before the time is over, and deletes the old Droplets by the first run after it", async () => {
  const { rig, at } = await moved();
  const inputs = await inputsOf(rig, 1);
  expect((await rig.read(at, inputs)).reasons).toEqual([]);
  rig.forgetSent();
  expect(await rig.diff(at, inputs, inputs)).toEqual({});
  expect(rig.sent).toEqual([]);
  await rig.clock.advance(600_000);
  expect(await rig.diff(at, inputs, inputs)).toEqual({ live: "update" });
  const done = await rig.update(at, inputs);
  expect(done.reasons).toEqual([]);
  expect(await standing(rig, at.id)).toEqual([
    [0, 0],
    [3, 0],
  ]);
  expect(done.state.rollout).not.toHaveProperty("kept");
  expect(await rig.diff(done, inputs, inputs)).toEqual({});
});

test("goes back by one move, without a new Droplet", async () => {
  const { rig, before, at } = await moved();
  rig.forgetSent();
  const back = await rig.update(at, await inputsOf(rig, 0));
  expect(back.reasons).toEqual([]);
  expect(rig.sent.filter((request) => request === "POST /v2/droplets" || request.startsWith("DELETE /v2/droplets"))).toEqual([]);
  expect(await standing(rig, at.id)).toEqual([
    [3, 0],
    [0, 3],
  ]);
  expect(back.state.droplets).toEqual(before.state.droplets);
  expect(back.state.rollout).toMatchObject({ kept: at.state.template });
});

test("goes back although the new Droplets answer nothing any more", async () => {
  const { rig, at } = await moved();
  const image = await rig.image(1);
  rig.outOfReach = (droplet) => String(droplet.image.id) === image;
  const back = await rig.update(at, await inputsOf(rig, 0));
  expect(back.reasons).toEqual([]);
  expect((await standing(rig, at.id))[0]).toEqual([3, 0]);
});

test("keeps the time of the first run where a later one only heals", async () => {
  const { rig, at } = await moved();
  const inputs = await inputsOf(rig, 1);
  await rig.ask("DELETE", `/v2/droplets/${at.state.droplets![0]!.id}`);
  const healed = await rig.update(await rig.read(at, inputs), inputs);
  expect(healed.reasons).toEqual([]);
  expect(healed.state.rollout).toEqual(at.state.rollout);
  expect(await standing(rig, at.id)).toEqual([
    [0, 3],
    [3, 0],
  ]);
});

test("lets no new Droplet serve where one fails, and deletes them all", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  rig.probeFails = ({ name, image }) => name.startsWith("web-2-") && image.name === "web-2";
  let served = 0;
  const image = await rig.image(1);
  rig.watch = (droplets) => {
    served += droplets.filter((droplet) => String(droplet.image.id) === image && droplet.tags.includes(servingTag(before.id))).length;
  };
  const failed = await rig.update(before, await inputsOf(rig, 1));
  expect(failed.reasons.at(-1)).toBe(`Rolled back: 3 of 3 Droplets serve image ${await rig.image(0)}.`);
  expect([served, failed.state.live]).toEqual([0, before.state.live]);
});

test("deletes the old Droplets in the same run where none are to be kept", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  const after = await rig.update(before, await inputsOf(rig, 1, { blueGreen: { keepSeconds: 0 } }));
  expect(after.reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(await rig.image(1)));
  expect(after.state.rollout).not.toHaveProperty("kept");
});
