import { checkByTable } from "../../../../provider/host/check";
import { effectsByTable } from "../../../../provider/host/diff";
import { unknownValue } from "../../../../provider/host/property";
import type { Values } from "../../../../provider/host/values";
import { fleet } from "../../../../provider/resources/fleet/fleet";
import type { FleetInputs, StoredFleet } from "../../../../provider/resources/fleet/fleetState";
import { FleetRig, sshKey } from "./fleetRig";

const minimal = { image: "12", region: "ams3", size: "s-1vcpu-1gb", count: 3, sshKeys: ["512189"], name: "web" };

function check(changes: Values): readonly string[] {
  const { inputs, faults } = checkByTable(fleet.inputs, { ...minimal, ...changes });
  const own = faults.length > 0 ? [] : fleet.check!(inputs as never, undefined);
  return [...faults, ...own].map(({ property, expectation }) => `${property} ${expectation}`);
}

function checked(changes: Values = {}): FleetInputs {
  return checkByTable(fleet.inputs, { ...minimal, ...changes }).inputs as unknown as FleetInputs;
}

test("fills in what a gate and a rollout leave open", () => {
  expect(check({})).toEqual([]);
  const { gate, rollout } = checked({ gate: { http: { port: 80 } } });
  expect(gate).toEqual({
    http: { port: 80, path: "/", status: ["200-399"], https: false },
    address: "public",
    successThreshold: 2,
    intervalSeconds: 2,
    deadlineSeconds: 300,
    timeoutSeconds: 5,
    bakeSeconds: 0,
  });
  expect(rollout).toEqual({ maxSurge: "25%", maxUnavailable: "0", maxFailures: "10%", drainSeconds: 5, shutdownSeconds: 60 });
});

test.each<[Values, string]>([
  [{ image: "web" }, "image must be the number of an image"],
  [{ region: "Amsterdam" }, "region must be a region slug such as `ams3`"],
  [{ size: "s 1" }, "size must be a size slug such as `s-1vcpu-1gb`"],
  [{ count: -1 }, "count must be from 0 to 1000"],
  [{ sshKeys: [] }, "sshKeys must name at least one SSH key"],
  [{ sshKeys: ["512189", "ssh-ed25519 AAAA"] }, "sshKeys[1] must be the id or the MD5 fingerprint of an SSH key of the account"],
  [{ userData: "x".repeat(65_537) }, "userData must be at most 64 KiB"],
  [{ tags: ["good", "not good"] }, "tags[1] must be 1 to 255 letters, digits, `_`, `-` and `:`"],
  [{ tags: ["imagefleet:serving:x"] }, "tags[0] must not start with `imagefleet:`, which is reserved"],
  [{ servingTags: ["imagefleet:serving:x"] }, "servingTags[0] must not start with `imagefleet:`, which is reserved"],
  [{ tags: ["Shop"], servingTags: ["shop"] }, "servingTags[0] must not be one of `tags`, which a Droplet carries before it serves, too"],
  [
    { ipv6: true },
    "ipv6 must be false or left out, for DigitalOcean gives none to a Droplet of a custom image (docs.digitalocean.com/products/custom-images/details/limits)",
  ],
  [
    { monitoring: true },
    "monitoring must be false or left out, for DigitalOcean doesn't install it on a Droplet of a custom image: put the agent into the image (docs.digitalocean.com/products/custom-images/details/limits)",
  ],
  [{ name: "web_1" }, "name must be at most 200 letters, digits, `-` and `.`, with a letter or digit at either end"],
  [{ gate: { http: { port: 80 }, active: true } }, "gate must have either `active` or something to ask for, but has `active` and `http`"],
  [
    { gate: { loadBalancer: "x", active: true } },
    "gate must have either `active` or something to ask for, but has `active` and `loadBalancer`",
  ],
  [{ gate: { http: { port: 0 } } }, "gate.http.port must be from 1 to 65535"],
  [{ gate: { http: { port: 80, path: "health" } } }, "gate.http.path must start with `/`"],
  [
    { gate: { http: { port: 80, status: ["2xx"] } } },
    "gate.http.status[0] must be a status from 100 to 599 such as `204`, or a range such as `200-399`",
  ],
  [{ gate: { ssh: {}, address: "vpc" } }, "gate.address must be `public` or `private`"],
  [{ gate: { active: false } }, "gate.active must be `true` where it is given"],
  [
    { rollout: { maxSurge: "a few" } },
    "rollout.maxSurge must be a count from 0 to 1000 such as `1`, or a percentage from 0% to 100% such as `25%`",
  ],
  [
    { rollout: { canary: [{ count: 2 }, { count: "10%" }, { count: "5%" }] } },
    "rollout.canary[2].count must be more than the stage before, which has `10%`",
  ],
  [
    { rollout: { maxSurge: "0%", maxUnavailable: "0%" } },
    "rollout must leave room to move, but `maxSurge` and `maxUnavailable` are both 0",
  ],
  [{ rollout: { maxSurge: 0 } }, "rollout must leave room to move, but `maxSurge` and `maxUnavailable` are both 0"],
])("refuses %j", (changes, fault) => {
  expect(check(changes)).toEqual([fault]);
});

test("does not check what is unknown yet", () => {
  expect(
    check({
      image: unknownValue,
      sshKeys: [unknownValue],
      tags: unknownValue,
      gate: unknownValue,
      rollout: { maxSurge: unknownValue, maxUnavailable: 0 },
    }),
  ).toEqual([]);
});

const live = [0, 1, 2].map((slot) => ({ id: String(100 + slot), slot, template: "0123456789ab", serving: true }));

/** A diff asks the time, and nothing else. */
/** No request can be made with it. */
const clockOnly = { world: { clock: { now: () => 0 } }, knownFleets: new Set<string>() } as never;

async function diff(changes: Values, state: StoredFleet = {}): Promise<Record<string, string>> {
  const before = checked();
  const after = checked(changes);
  const effects = effectsByTable(fleet.inputs, before, after);
  const stored = { ...before, template: "0123456789ab", live, ...state };
  return fleet.diff!({ id: "f", state: stored, before, after, effects }, clockOnly, undefined as never);
}

test("rolls for the image, size, keys, user data and VPC, replaces for the region, and updates for the rest", async () => {
  expect(await diff({ image: "13", size: "s-2vcpu-2gb", sshKeys: ["1"], userData: "#!", vpcUuid: "v" })).toEqual({
    ...{ image: "roll", size: "roll", sshKeys: "roll", userData: "roll", vpcUuid: "roll" },
  });
  expect(await diff({ region: "fra1" })).toEqual({ region: "replace" });
  expect(await diff({ tags: ["a"], gate: { active: true }, rollout: { maxSurge: 2 } })).toEqual({
    tags: "update",
    gate: "update",
    rollout: "update",
  });
  expect(await diff({ name: "shop" })).toEqual({ name: "none" });
});

test("takes a size as a number or a text for the same, and the first release's default for today's", async () => {
  expect(checked({ rollout: { maxSurge: 2 } }).rollout).toEqual(checked({ rollout: { maxSurge: "2" } }).rollout);
  const before = checked({ rollout: { maxSurge: 1 } });
  const compare = (after: FleetInputs) =>
    fleet.diff!({ id: "f", state: {}, before, after, effects: { rollout: "update" } }, clockOnly, undefined as never);
  expect(await compare(checked())).toEqual({ rollout: "none" });
  expect(await compare(checked({ rollout: { maxSurge: 2 } }))).toEqual({ rollout: "update" });
});

test("takes another order of keys for no change", async () => {
  const before = checked({ sshKeys: ["1", "2"] });
  const after = checked({ sshKeys: ["2", "1"] });
  const change = { id: "f", state: {}, before, after, effects: { sshKeys: "roll" as const } };
  expect(await fleet.diff!(change, clockOnly, undefined as never)).toEqual({ sshKeys: "none" });
});

test("rolls what was held back as soon as nothing holds it any more, and records the rest", async () => {
  const state = checked({ image: "12" });
  const compare = async (before: Values, after: Values) => {
    const [old, next] = [checked(before), checked(after)];
    return fleet.diff!(
      {
        id: "f",
        state: { ...state, template: "0123456789ab" },
        before: old,
        after: next,
        effects: effectsByTable(fleet.inputs, old, next),
      },
      clockOnly,
      undefined as never,
    );
  };
  expect(await compare({ image: "13", heldBy: "a/1" }, { image: "13" })).toEqual({ heldBy: "update" });
  expect(await compare({ image: "13", heldBy: "a/1" }, { image: "13", heldBy: "" })).toEqual({ heldBy: "update" });
  expect(await compare({ image: "13", heldBy: "a/1" }, { image: "13", heldBy: "a/2" })).toEqual({ heldBy: "none" });
  expect(await compare({ heldBy: "a/1" }, {})).toEqual({ heldBy: "none" });
  expect(await compare({}, { heldBy: "a/1" })).toEqual({ heldBy: "none" });
});

test("mends a fleet that is not what was settled, by the state alone", async () => {
  expect(await diff({})).toEqual({});
  expect(await diff({}, { live: live.slice(1) })).toEqual({ live: "update" });
  expect(await diff({}, { live: [...live, { ...live[0]!, id: "9" }] })).toEqual({ live: "update" });
  expect(await diff({}, { live: live.map((one, slot) => ({ ...one, serving: slot > 0 })) })).toEqual({ live: "update" });
  expect(await diff({}, { live: live.map((one, slot) => ({ ...one, template: slot > 0 ? one.template : "ba9876543210" })) })).toEqual({
    live: "update",
  });
  expect(await diff({}, { template: undefined })).toEqual({ live: "update" });
  expect(await diff({}, { live: undefined })).toEqual({});
});

test("previews a rollout with its Droplets unknown and its tags known, and a change in place with all known", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0));
  rig.forgetSent();
  const preview = async (inputs: FleetInputs) =>
    (await rig.clock.run(fleet.preview!(inputs, made.state, rig.context, rig.call()))) as StoredFleet;
  const rolled = await preview(await rig.inputs(1));
  expect([rolled.droplets, rolled.addresses]).toEqual([unknownValue, unknownValue]);
  expect(rolled.template).toMatch(/^[0-9a-f]{12}$/);
  expect(rolled.template).not.toBe(made.state.template);
  expect([rolled.fleetTag, rolled.servingTag]).toEqual([made.state.fleetTag, made.state.servingTag]);
  const grown = await preview(await rig.inputs(0, { count: 4 }));
  expect([grown.droplets, grown.template]).toEqual([unknownValue, made.state.template]);
  rig.forgetSent();
  const tagged = await preview(await rig.inputs(0, { tags: ["shop"] }));
  expect(tagged).toEqual({ ...made.state, tags: ["shop"] });
  expect(rig.sent).toEqual([]);
});

test("previews every reason why Droplets can't be made, together", async () => {
  const rig = new FleetRig();
  const inputs = await rig.inputs(3, { region: "ams3", size: "s-9vcpu-9gb", sshKeys: [sshKey] });
  const preview = (changes: Partial<Record<keyof FleetInputs, unknown>>) =>
    rig.clock.run(fleet.preview!({ ...inputs, ...changes } as FleetInputs, undefined, rig.context, rig.call()));
  await expect(preview({ image: "77", sshKeys: [sshKey, "4711"] })).rejects.toThrow(
    /^`size` must be a size slug that DigitalOcean has, got `s-9vcpu-9gb`; [^\n]+\n`image` must be the number of an image that this token can see, got `77`; [^\n]+\n`sshKeys\[1\]` must be the id or the fingerprint of an SSH key of the account, got `4711`; [^\n]+$/,
  );
  await expect(preview({ region: "xyz9", size: unknownValue, image: unknownValue })).rejects.toThrow(
    /^`region` must be a region slug that DigitalOcean has, got `xyz9`; it has ams2, ams3, /,
  );
  await expect(preview({ size: "s-1vcpu-1gb", sshKeys: [unknownValue, sshKey] })).resolves.toBeDefined();
});

test("previews no fault where only the image's copy is missing: the same run may make it", async () => {
  const rig = new FleetRig();
  await rig.clock.run(fleet.preview!(await rig.inputs(3), undefined, rig.context, rig.call()));
  expect(rig.warned).toEqual([]);
});

test("previews the Droplet limit: an error for a fleet that doesn't fit, surge included, a warning for fleets that don't fit together", async () => {
  const rig = new FleetRig({ dropletLimit: 8 });
  const made = await rig.create(await rig.inputs(0));
  const preview = (inputs: FleetInputs, of?: StoredFleet, name = "web") =>
    rig.clock.run(fleet.preview!(inputs, of, rig.context, { ...rig.call(), urn: name }));
  const bounds = { maxUnavailable: "0", maxFailures: "10%", drainSeconds: 2, shutdownSeconds: 10 };
  const surge = (maxSurge: number) => ({ maxSurge: `${maxSurge}`, ...bounds });
  await expect(preview(await rig.inputs(1, { count: 6, rollout: surge(6) }), made.state)).rejects.toThrow(
    "`count` must fit within the account's Droplet limit: the fleet needs 6 Droplets and 3 more during the change (`rollout.maxSurge`), 3 of them exist, and the account has 3 of its limit of 8 Droplets. ",
  );
  await preview(await rig.inputs(1, { rollout: surge(3) }), made.state);
  expect(rig.warned).toEqual([]);
  await preview(await rig.inputs(0), undefined, "shop");
  expect(rig.warned).toEqual([
    expect.stringMatching(/^The 2 fleets previewed so far need 6 more Droplets at the same time, but the account has 3 of its limit of 8 /),
  ]);
});

test("warns that nothing is probed unless the program says so", async () => {
  const rig = new FleetRig();
  const preview = async (gate: Partial<FleetInputs["gate"]>) => {
    const limits = { address: "public", successThreshold: 2, intervalSeconds: 2, deadlineSeconds: 300, timeoutSeconds: 5, bakeSeconds: 0 };
    await rig.clock.run(fleet.preview!(await rig.inputs(0, { gate: { ...limits, ...gate } }), undefined, rig.context, rig.call()));
    return rig.warned.splice(0);
  };
  expect(await preview({})).toEqual([expect.stringMatching(/^`gate` probes nothing: /)]);
  expect(await preview({ active: true })).toEqual([]);
  expect(await preview({ ssh: { port: 22 } })).toEqual([]);
  expect(await preview({ http: { port: 80, path: "/", status: ["200-399"], https: false } })).toEqual([]);
});

test("does not import what DigitalOcean cannot tell", async () => {
  const rig = new FleetRig();
  await expect(fleet.read("abc", undefined, rig.context, rig.call())).rejects.toThrow(/^A Fleet can't be imported, /);
});
