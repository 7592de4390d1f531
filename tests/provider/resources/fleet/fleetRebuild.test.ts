import { fleet } from "../../../../provider/resources/fleet/fleet";
import { bounds, FleetRig, imagesOf, servingTag } from "./fleetRig";

const rollout = { maxSurge: "2", maxUnavailable: "0", maxFailures: "1", drainSeconds: 2, shutdownSeconds: 10, rebuild: true };
const inputsOf = (rig: FleetRig, image: number, changes = {}) => rig.inputs(image, { rollout: { ...rollout, ...changes } });

const identities = async (rig: FleetRig) =>
  (await rig.droplets()).map(({ id, networks }) => [id, networks.v4.map(({ ip_address: ip }) => ip)]);

test("rebuilds Droplets one after the other: they keep their numbers and addresses", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  const there = await identities(rig);
  const seen = bounds(rig, before.id);
  rig.forgetSent();
  const after = await rig.update(before, await inputsOf(rig, 1));
  expect(after.reasons).toEqual([]);
  expect(seen).toEqual({ exist: 3, serve: 2 });
  expect(await identities(rig)).toEqual(there);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(await rig.image(1)));
  expect(rig.sent.filter((request) => request === "POST /v2/droplets")).toEqual([]);
  expect(after.state.live!.map(({ template, serving }) => [template, serving])).toEqual(Array(3).fill([after.state.template, true]));
  const inputs = await inputsOf(rig, 1);
  const read = await rig.read(after, inputs);
  expect([read.reasons, await rig.diff(read, inputs, inputs)]).toEqual([[], {}]);
  expect((await rig.tags()).filter((tag) => tag.startsWith("imagefleet:template:"))).toEqual([
    `imagefleet:template:${after.state.template}`,
  ]);
});

test("takes the program's serving tags off what it rebuilds, too, and gives them back with its own", async () => {
  const rig = new FleetRig();
  const [old, next] = [await inputsOf(rig, 0), await inputsOf(rig, 1)].map((inputs) => ({ ...inputs, servingTags: ["web"] }));
  const before = await rig.create(old!);
  const seen = bounds(rig, before.id, ["web"]);
  const watched = rig.watch;
  const differing: number[] = [];
  rig.watch = (droplets) => {
    watched(droplets);
    const [own, programs] = [servingTag(before.id), "web"].map((tag) => droplets.filter(({ tags }) => tags.includes(tag)).length);
    if (rig.sent.at(-1)!.endsWith("/actions")) differing.push(own! - programs!);
  };
  const after = await rig.update(before, next!);
  expect([after.reasons, seen]).toEqual([[], { exist: 3, serve: 2 }]);
  expect(differing.length).toBeGreaterThanOrEqual(3);
  expect(new Set(differing)).toEqual(new Set([0]));
  expect((await rig.droplets()).map(({ tags }) => tags.includes("web"))).toEqual([true, true, true]);
});

test("rebuilds as many at a time as may be unavailable", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  const seen = bounds(rig, before.id);
  const after = await rig.update(before, await inputsOf(rig, 1, { maxUnavailable: "2" }));
  expect([after.reasons, seen]).toEqual([[], { exist: 3, serve: 1 }]);
});

test("rebuilds them from the old image again where the new one fails its gate", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  const there = await identities(rig);
  const seen = bounds(rig, before.id);
  const failed = await rig.update(before, await inputsOf(rig, 2));
  expect(failed.reasons.at(-1)).toBe(`Rolled back: 3 of 3 Droplets serve image ${await rig.image(0)}.`);
  expect(await identities(rig)).toEqual(there);
  expect(failed.state.live).toEqual(before.state.live);
  expect(seen).toEqual({ exist: 3, serve: 2 });
});

test("refuses a change of what a Droplet gets only when it is created, and says why", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  rig.forgetSent();
  const inputs = {
    ...(await inputsOf(rig, 1)),
    userData: "#cloud-config",
    vpcUuid: "5a4981aa-9653-4bd1-bef5-d6bff52042e4",
    sshKeys: ["1"],
  };
  await expect(rig.clock.run(fleet.preview!(inputs, before.state, rig.context, rig.call()))).rejects.toThrow(
    "`rollout.rebuild` allows only `image`",
  );
  await expect(rig.update(before, { ...(await inputsOf(rig, 0)), size: "s-2vcpu-2gb" })).rejects.toThrow("but `size` changes, too");
  await expect(rig.update(before, inputs)).rejects.toThrow(
    /^`rollout\.rebuild` allows only `image` to change, but `sshKeys`, `userData` and `vpcUuid` change, too: DigitalOcean gives a Droplet/,
  );
  expect(rig.sent.filter((request) => !request.startsWith("GET"))).toEqual([]);
});

test("switches backups without a rebuild", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  const on = await rig.update(before, { ...(await inputsOf(rig, 0)), backups: true });
  expect([on.reasons, on.state.live]).toEqual([[], before.state.live]);
  expect((await rig.droplets()).every(({ features = [] }) => features.includes("backups"))).toBe(true);
});

test.each(["requestArrives", "answered", "locked"] as const)("goes on where a run was killed (%s)", async (when) => {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  const there = await identities(rig);
  let rebuilds = 0;
  rig.watch = (droplets) => {
    const isRebuild = rig.sent.at(-1)?.endsWith("/actions") === true;
    if (isRebuild && when === "requestArrives") rig.interrupt.abort(new Error("interrupted"));
    rebuilds += isRebuild ? 1 : 0;
    const isNow = when === "answered" ? rebuilds > 0 && !isRebuild : droplets.some(({ locked }) => locked);
    if (isNow && when !== "requestArrives") rig.interrupt.abort(new Error("interrupted"));
  };
  const stopped = await rig.update(before, await inputsOf(rig, 1));
  expect(stopped.reasons[0]).toBe("interrupted");
  rig.watch = () => undefined;
  rig.interrupt = new AbortController();
  const after = await rig.update(stopped, await inputsOf(rig, 1));
  expect(after.reasons).toEqual([]);
  expect(await identities(rig)).toEqual(there);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(await rig.image(1)));
});

test("rebuilds again where the action ends in an error", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await inputsOf(rig, 0));
  await rig.control("faults", { on: "droplet", type: "rebuild", fails: true });
  const after = await rig.update(before, await inputsOf(rig, 1));
  expect(after.reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(await rig.image(1)));
});
