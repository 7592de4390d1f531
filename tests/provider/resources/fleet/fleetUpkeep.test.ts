import { fleet } from "../../../../provider/resources/fleet/fleet";
import type { FleetInputs } from "../../../../provider/resources/fleet/fleetState";
import { leavingTag } from "../../../../provider/rollout/fleetTags";
import { type Ended, FleetRig, imagesOf } from "./fleetRig";

async function project(rig: FleetRig, name: string): Promise<string> {
  const asked = { name, purpose: "Web Application", environment: "Production" };
  return ((await rig.ask("POST", "/v2/projects", asked)) as { project: { id: string } }).project.id;
}

async function urnsIn(rig: FleetRig, id: string): Promise<readonly string[]> {
  const { resources } = (await rig.ask("GET", `/v2/projects/${id}/resources?per_page=200`)) as { resources: { urn: string }[] };
  return resources.map(({ urn }) => urn);
}

async function withBackups(rig: FleetRig): Promise<number> {
  return (await rig.droplets()).filter(({ features = [] }) => features.includes("backups")).length;
}

async function readInputs(rig: FleetRig, { id, state }: Ended, inputs: FleetInputs): Promise<Partial<FleetInputs>> {
  return (await rig.clock.run(fleet.read(id, { state, inputs }, rig.context, rig.call())))!.inputs;
}

test("puts its Droplets into a project as they are made, moves them in place, and brings back one that somebody moved", async () => {
  const rig = new FleetRig();
  const [shop, other] = [await project(rig, "shop"), await project(rig, "other")];
  const before = await rig.create(await rig.inputs(0, { projectId: shop }));
  const after = await rig.update(before, await rig.inputs(1, { projectId: shop }));
  const urns = after.state.droplets!.map(({ dropletUrn }) => dropletUrn);
  expect(await urnsIn(rig, shop)).toEqual(expect.arrayContaining(urns));

  rig.forgetSent();
  const inputs = await rig.inputs(1, { projectId: other });
  const moved = await rig.update(after, inputs);
  expect([...(await urnsIn(rig, other))].sort()).toEqual([...urns].sort());
  expect(moved.state.live).toEqual(after.state.live);
  expect(rig.sent).toEqual([
    `GET /v2/projects/${other}`,
    "GET /v2/droplets",
    `GET /v2/projects/${other}/resources`,
    `POST /v2/projects/${other}/resources`,
  ]);

  expect(await readInputs(rig, moved, inputs)).toEqual(inputs);
  await rig.ask("POST", `/v2/projects/${shop}/resources`, { resources: urns.slice(0, 1) });
  expect((await readInputs(rig, moved, inputs)).projectId).toBeUndefined();
  await rig.update(moved, inputs);
  expect([...(await urnsIn(rig, other))].sort()).toEqual([...urns].sort());
});

test("is not done before its Droplets are in the project, whatever fails meanwhile", async () => {
  const rig = new FleetRig();
  const id = await project(rig, "shop");
  let failures = 3;
  rig.trouble = () => (rig.sent.at(-1) === `POST /v2/projects/${id}/resources` && failures-- > 0 ? "failsBefore" : undefined);
  const made = await rig.create(await rig.inputs(0, { projectId: id }));
  expect(made.reasons).toEqual([]);
  expect([...(await urnsIn(rig, id))].sort()).toEqual(made.state.droplets!.map(({ dropletUrn }) => dropletUrn).sort());
});

test("refuses a project that isn't there before anything is spent", async () => {
  const rig = new FleetRig();
  await expect(rig.create(await rig.inputs(0, { projectId: "4e1bfbc3-0000-0000-0000-000000000000" }))).rejects.toThrow(
    "`projectId` must be the id of a project that this token can see, got `4e1bfbc3-0000-0000-0000-000000000000`; `doctl projects list` shows them.",
  );
  expect(await rig.droplets()).toEqual([]);
});

test("switches backups in place, asks for them in the POST of new Droplets, and switches back what somebody switched", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const inputs = await rig.inputs(0, { backups: true });
  const on = await rig.update(before, inputs);
  expect([on.reasons, await withBackups(rig)]).toEqual([[], 3]);
  expect(on.state.live).toEqual(before.state.live);

  const next = await rig.inputs(1, { backups: true });
  rig.forgetSent();
  const rolled = await rig.update(on, next);
  expect([imagesOf(await rig.droplets()), await withBackups(rig)]).toEqual([Array(3).fill(next.image), 3]);
  expect(rig.bodies.at(-1)).toMatchObject({ backups: true });
  expect(rig.sent.filter((request) => request.endsWith("/actions") && !request.startsWith("GET"))).toHaveLength(3);

  expect(await readInputs(rig, rolled, next)).toEqual(next);
  const [first] = await rig.droplets();
  await rig.ask("POST", `/v2/droplets/${first!.id}/actions`, { type: "disable_backups" });
  await rig.clock.advance(5_000);
  expect((await readInputs(rig, rolled, next)).backups).toBe(false);
  const off = await rig.update(rolled, await rig.inputs(1));
  expect([off.reasons, await withBackups(rig)]).toEqual([[], 0]);
  expect(rig.clock.pendingTimers).toBe(0);
});

test("asks once for the backups of each Droplet, while reads lag behind, too, and of a locked one when it is free again", async () => {
  const rig = new FleetRig();
  rig.listLag = 20;
  const before = await rig.create(await rig.inputs(0));
  const [first] = await rig.droplets();
  await rig.control("faults", { on: "droplet", type: "snapshot", seconds: 90 });
  await rig.ask("POST", `/v2/droplets/${first!.id}/actions`, { type: "snapshot", name: "backup" });
  rig.forgetSent();
  const on = await rig.update(before, await rig.inputs(0, { backups: true }));
  expect([on.reasons, await withBackups(rig)]).toEqual([[], 3]);
  const asked = rig.sent.filter((request) => request.startsWith("POST /v2/droplets/")).sort();
  expect(asked).toEqual((await rig.droplets()).map(({ id }) => `POST /v2/droplets/${id}/actions`).sort());
});

test("is deleted with the tag that a killed rollout has left of those that were to leave", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0, { count: 5 }));
  await rig.ask("POST", "/v2/tags", { name: leavingTag(made.id) });

  await rig.delete(made);

  expect(await rig.tags()).toEqual([]);
});
