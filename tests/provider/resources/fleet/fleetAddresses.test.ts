import { checkFleet } from "../../../../provider/resources/fleet/fleetCheck";
import { fleet } from "../../../../provider/resources/fleet/fleet";
import { bounds, type Ended, FleetRig, imagesOf } from "./fleetRig";
import { leads, reachable, reserved, usual } from "./reservedRig";

const first = ({ state }: Ended, many: number) => state.droplets!.slice(0, many).map(({ id }) => id);

test("leads each address to its slot's Droplet, to the next one before the old one stops serving, and releases none", async () => {
  const own = await reserved();
  const { rig, ips, inputs } = own;
  const before = await rig.create(await inputs(0));
  expect([before.reasons, await leads(rig, ips)]).toEqual([[], first(before, 2)]);
  expect(before.state.addresses!.some((address) => ips.includes(address))).toBe(false);
  const bound = bounds(rig, before.id);
  const seen = reachable(own, before.id);
  const after = await rig.update(before, await inputs(1));
  expect([after.reasons, await leads(rig, ips)]).toEqual([[], first(after, 2)]);
  expect(first(after, 2)).not.toEqual(first(before, 2));
  expect([seen.least, bound]).toEqual([2, { exist: 4, serve: 3 }]);
  await rig.delete(after);
  expect(await leads(rig, ips)).toEqual([undefined, undefined]);
  const { reserved_ips: left } = (await rig.ask("GET", "/v2/reserved_ips")) as { reserved_ips: { ip: string }[] };
  expect(left.map(({ ip }) => ip).sort()).toEqual([...ips].sort());
});

test("asks for nothing where there is nothing to lead, and for one list where none changes", async () => {
  const { rig, inputs } = await reserved();
  const before = await rig.create(await inputs(0));
  rig.forgetSent();
  await rig.update(before, await inputs(0, { gate: { ...(await inputs(0)).gate, intervalSeconds: 3 } }));
  expect(rig.sent.filter((request) => request.includes("reserved_ips"))).toEqual(["GET /v2/reserved_ips"]);
  const bare = new FleetRig();
  await bare.create(await bare.inputs(0));
  expect(bare.sent.filter((request) => request.includes("reserved_ips"))).toEqual([]);
});

test("takes the addresses along where the new image fails after it began to serve", async () => {
  const own = await reserved(2);
  const { rig, ips, inputs } = own;
  const gate = { ...(await inputs(0)).gate, bakeSeconds: 20 };
  const before = await rig.create(await inputs(0, { gate }));
  const good = await rig.image(0);
  const seen = reachable(own, before.id);
  let left = 8;
  rig.probeFails = ({ image }) => String(image.id) !== good && --left < 0;
  const failed = await rig.update(before, await inputs(1, { gate }));
  expect(failed.reasons.at(-1)).toBe(`Rolled back: 3 of 3 Droplets serve image ${good}.`);
  expect(rig.sent.filter((request) => request.startsWith("POST /v2/reserved_ips/")).length).toBeGreaterThan(2);
  expect(await leads(rig, ips)).toEqual(first(failed, 2));
  expect(seen.least).toBe(2);
});

test("moves an address after the gate of the replacement where none may be added", async () => {
  const own = await reserved(3, { ...usual, maxSurge: "0", maxUnavailable: "1" });
  const { rig, ips, inputs } = own;
  const before = await rig.create(await inputs(0));
  const seen = reachable(own, before.id);
  const after = await rig.update(before, await inputs(1));
  expect([after.reasons, await leads(rig, ips), seen.least]).toEqual([[], first(after, 3), 2]);
});

test("moves all at once with blueGreen, and back with one that goes back", async () => {
  const own = await reserved(3, { ...usual, blueGreen: { keepSeconds: 600 } });
  const { rig, ips, inputs } = own;
  const before = await rig.create(await inputs(0));
  const seen = reachable(own, before.id);
  const after = await rig.update(before, await inputs(1));
  expect([after.reasons, await leads(rig, ips)]).toEqual([[], first(after, 3)]);
  const back = await rig.update(after, await inputs(0));
  expect([back.reasons, await leads(rig, ips), first(back, 3)]).toEqual([[], first(before, 3), first(before, 3)]);
  expect(seen.least).toBe(3);
});

test("leaves each where it is with rebuild", async () => {
  const { rig, ips, inputs } = await reserved(3, { ...usual, rebuild: true });
  const before = await rig.create(await inputs(0));
  rig.forgetSent();
  const after = await rig.update(before, await inputs(1));
  expect([after.reasons, await leads(rig, ips)]).toEqual([[], first(before, 3)]);
  expect(rig.sent.filter((request) => request.startsWith("POST /v2/reserved_ips/"))).toEqual([]);
});

test("moves only the stage's addresses with a canary", async () => {
  const { rig, ips, inputs } = await reserved(3, { ...usual, canary: [{ count: "1", bakeSeconds: 0, pause: true }] });
  const before = await rig.create(await inputs(0));
  const paused = await rig.update(before, await inputs(1));
  const held = await leads(rig, ips);
  expect(held).toEqual(first(paused, 3));
  expect(held.slice(1)).toEqual(first(before, 3).slice(1));
  expect(held[0]).not.toBe(first(before, 1)[0]);
});

test("takes one off that leaves the list, swaps two, and touches none that is somebody else's", async () => {
  const { rig, ips, inputs } = await reserved(3);
  const [a = "", b = "", c = ""] = ips;
  const before = await rig.create(await inputs(0));
  const fewer = await rig.update(before, await inputs(0, { reservedIps: [b, a] }));
  expect([fewer.reasons, await leads(rig, [b, a, c])]).toEqual([[], [...first(before, 2), undefined]]);
  expect(first(fewer, 3)).toEqual(first(before, 3));
  const { droplet } = (await rig.ask("POST", "/v2/droplets", {
    ...{ name: "other", region: "ams3", size: "s-1vcpu-1gb", image: "debian-13-x64" },
  })) as { droplet: { id: number } };
  await rig.clock.advance(5_000);
  await rig.ask("POST", `/v2/reserved_ips/${a}/actions`, { type: "assign", droplet_id: droplet.id });
  await rig.clock.advance(5_000);
  const none = await rig.update(fewer, await inputs(0, { reservedIps: [b] }));
  expect([none.reasons, await leads(rig, [a, b])]).toEqual([[], [String(droplet.id), first(before, 1)[0]]]);
});

test("leads one back that somebody moved, which a refresh sees", async () => {
  const { rig, ips, inputs } = await reserved(2);
  const at = await rig.create(await inputs(0));
  const [wanted, third] = [await inputs(0), at.state.droplets![2]!.id];
  const read = async () => (await rig.clock.run(fleet.read(at.id, { state: at.state, inputs: wanted }, rig.context, rig.call())))!.inputs;
  expect(await read()).toEqual(wanted);
  await rig.ask("POST", `/v2/reserved_ips/${ips[0]!}/actions`, { type: "assign", droplet_id: Number(third) });
  await rig.clock.advance(5_000);
  expect((await read()).reservedIps).toEqual([ips[1]]);
  expect(await rig.diff(at, { ...wanted, reservedIps: [ips[1]!] }, wanted)).toMatchObject({ reservedIps: "update" });
  await rig.update(at, wanted);
  expect(await leads(rig, ips)).toEqual(first(at, 2));
});

test("waits while something else runs on the address, and tries again where its action fails or its answer is lost", async () => {
  const { rig, ips, inputs } = await reserved(2);
  const before = await rig.create(await inputs(0));
  await rig.control("faults", { on: "reservedIp", type: "assign_ip", seconds: 40 });
  await rig.control("faults", { on: "reservedIp", type: "assign_ip", fails: true, skip: 1 });
  await rig.ask("POST", `/v2/reserved_ips/${ips[0]!}/actions`, { type: "unassign" });
  let lost = 1;
  rig.trouble = () => (rig.sent.at(-1) === `POST /v2/reserved_ips/${ips[1]!}/actions` && lost-- > 0 ? "lostAfter" : undefined);
  const after = await rig.update(before, await inputs(1));
  expect([after.reasons, await leads(rig, ips)]).toEqual([[], first(after, 2)]);
});

test("names an address that there isn't or that is elsewhere, before anything is made, and asks again for one that lists don't show yet", async () => {
  const { rig, inputs } = await reserved(1);
  const far = ((await rig.ask("POST", "/v2/reserved_ips", { region: "nyc3" })) as { reserved_ip: { ip: string } }).reserved_ip.ip;
  const wrong = await inputs(0, { reservedIps: ["203.0.113.9", far] });
  const message =
    "`reservedIps[0]` must be a Reserved IP that this token can see, got `203.0.113.9`; `doctl compute reserved-ip list` shows them.\n" +
    `\`reservedIps[1]\` must be a Reserved IP in the fleet's region, but ${far} is in nyc3 and the fleet in ams3; reserve one there.`;
  await expect(rig.create(wrong)).rejects.toThrow(message);
  await expect(rig.clock.run(fleet.preview!(wrong, undefined, rig.context, rig.call()))).rejects.toThrow(message);
  expect(await rig.droplets()).toEqual([]);

  await rig.control("options", { listLagSeconds: 20 });
  const late = ((await rig.ask("POST", "/v2/reserved_ips", { region: "ams3" })) as { reserved_ip: { ip: string } }).reserved_ip.ip;
  expect((await rig.create(await inputs(0, { reservedIps: [late] }))).reasons).toEqual([]);
});

test("refuses more addresses than Droplets, one that stands there twice, and what is none", async () => {
  const { inputs } = await reserved(0);
  const faults = checkFleet(await inputs(0, { count: 2, reservedIps: ["203.0.113.5", "203.0.113.5", "web"] }));
  expect(faults).toEqual([
    { property: "reservedIps[2]", expectation: "must be an IPv4 address", received: "web" },
    { property: "reservedIps[1]", expectation: "must not stand there twice", received: "203.0.113.5" },
    {
      property: "reservedIps",
      expectation: "must name at most as many addresses as `count` has Droplets, 2, but names 3",
      remedy: "Take some off the list, or raise `count`.",
    },
  ]);
});

test("says in a preview which addresses move", async () => {
  const { rig, ips, inputs } = await reserved(2);
  const at = await rig.create(await inputs(0));
  rig.said.length = 0;
  const planned = (await rig.clock.run(fleet.preview!(await inputs(1), at.state, rig.context, rig.call()))) as Ended["state"];
  expect(planned.rollout!.plan!.reservedIps).toEqual(ips);
  expect(rig.said.at(-1)).toMatch(new RegExp(`\\nReserved IPs that move: ${ips.join(", ")}\\.$`));
  await rig.clock.run(fleet.preview!(await inputs(0, { reservedIps: ips.slice(0, 1) }), at.state, rig.context, rig.call()));
  expect(rig.said.at(-1)).toMatch(/^Rollout plan: make and delete no Droplet\.\n/);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(await rig.image(0)));
});
