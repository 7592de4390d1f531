import type { DropletWire } from "../../../../provider/api/wire";
import { unknownValue } from "../../../../provider/host/property";
import { fleet } from "../../../../provider/resources/fleet/fleet";
import type { StoredFleet } from "../../../../provider/resources/fleet/fleetState";
import { bounds, FleetRig, imagesOf, servingTag } from "./fleetRig";

const own = (droplets: readonly DropletWire[]) => droplets.map(({ tags }) => tags.filter((tag) => !tag.startsWith("imagefleet:")).sort());

test("gives and takes the program's serving tags with its own: no Droplet that serves is ever without", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0, { tags: ["shop"], servingTags: ["web", "edge"] }));
  expect(own(await rig.droplets())).toEqual(Array(3).fill(["edge", "shop", "web"]));
  const seen = bounds(rig, before.id, ["web", "edge"]);
  const watched = rig.watch;
  const partial: string[] = [];
  rig.watch = (droplets) => {
    watched(droplets);
    for (const { tags } of droplets) {
      if (tags.includes(servingTag(before.id)) && !["web", "edge"].every((tag) => tags.includes(tag))) partial.push(rig.sent.at(-1)!);
    }
  };
  const after = await rig.update(before, await rig.inputs(1, { tags: ["shop"], servingTags: ["web", "edge"] }));
  expect(after.reasons).toEqual([]);
  expect([seen, partial]).toEqual([{ exist: 4, serve: 3 }, []]);
  expect(own(await rig.droplets())).toEqual(Array(3).fill(["edge", "shop", "web"]));
});

test("changes serving tags in place, and puts back one that somebody took off", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0, { tags: ["one"], servingTags: ["two"] }));
  rig.forgetSent();
  const inputs = await rig.inputs(0, { tags: [], servingTags: ["one", "three"] });
  const changed = await rig.update(made, inputs);
  expect(own(await rig.droplets())).toEqual(Array(3).fill(["one", "three"]));
  expect(changed.state.live).toEqual(made.state.live);
  expect(rig.sent.filter((request) => request === "POST /v2/droplets")).toEqual([]);

  const [first] = await rig.droplets();
  await rig.ask("DELETE", "/v2/tags/three/resources", { resources: [{ resource_id: String(first!.id), resource_type: "droplet" }] });
  const read = await rig.clock.run(fleet.read(made.id, { state: changed.state, inputs }, rig.session, rig.call()));
  expect(read!.inputs.servingTags).toEqual(["one"]);
  await rig.update(changed, inputs);
  expect(own(await rig.droplets())).toEqual(Array(3).fill(["one", "three"]));
});

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
    return (await rig.clock.run(fleet.preview!(inputs as never, made.state, rig.session, rig.call()))) as StoredFleet;
  };
  expect(await preview("0123456789ab/1")).toEqual({ ...made.state, heldBy: "0123456789ab/1" });
  expect((await preview(unknownValue)).droplets).toBe(unknownValue);
});
