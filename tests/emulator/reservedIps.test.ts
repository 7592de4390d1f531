import { inMemory, type InMemoryEmulator } from "./inMemory";

interface ReservedIp {
  readonly ip: string;
  readonly locked: boolean;
  readonly droplet: { readonly id: number } | null;
}

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

async function post(fields: object): Promise<{ status: number; body: { reserved_ip: ReservedIp; message: string } }> {
  return emulator.call("POST", "/v2/reserved_ips", fields);
}

async function reserve(): Promise<string> {
  return (await post({ region: "nyc3" })).body.reserved_ip.ip;
}

async function act(ip: string, body: object): Promise<{ status: number; body: { message: string; action: { id: number } } }> {
  return emulator.call("POST", `/v2/reserved_ips/${ip}/actions`, body);
}

async function read(ip: string): Promise<ReservedIp> {
  return (await emulator.call<{ reserved_ip: ReservedIp }>("GET", `/v2/reserved_ips/${ip}`)).body.reserved_ip;
}

async function publicAddresses(droplet: number): Promise<string[]> {
  const { body } = await emulator.call<{ droplet: { networks: { v4: { ip_address: string; type: string }[] } } }>(
    "GET",
    `/v2/droplets/${droplet}`,
  );
  return body.droplet.networks.v4.filter(({ type }) => type === "public").map(({ ip_address }) => ip_address);
}

function portsOn(ip: string): number[] | undefined {
  return emulator.network
    .listening()
    .get(ip)
    ?.map(({ port }) => port);
}

test("an address leads to its Droplet once the assignment has ended, and to none once it is unassigned", async () => {
  const [a] = await emulator.droplets(["a"]);
  const ip = await reserve();
  expect(await read(ip)).toMatchObject({ locked: false, droplet: null });
  expect((await act(ip, { type: "assign", droplet_id: a })).status).toBe(201);
  expect([await read(ip), portsOn(ip)]).toEqual([expect.objectContaining({ locked: true, droplet: null }), undefined]);
  await emulator.clock.advance(1000);
  expect([(await read(ip)).droplet?.id, portsOn(ip)]).toEqual([a, [22, 80, 8080]]);
  expect((await publicAddresses(a!))[1]).toBe(ip);
  expect((await act(ip, { type: "unassign" })).status).toBe(201);
  await emulator.clock.advance(1000);
  expect([await read(ip), portsOn(ip), (await publicAddresses(a!)).length]).toEqual([
    expect.objectContaining({ droplet: null }),
    undefined,
    1,
  ]);
});

test("an address moves from one Droplet to another in one action", async () => {
  const [a, b] = await emulator.droplets(["a", "b"]);
  const { status, body } = await post({ droplet_id: a });
  expect([status, body.reserved_ip.locked]).toEqual([202, true]);
  const { ip } = body.reserved_ip;
  await emulator.clock.advance(1000);
  await act(ip, { type: "assign", droplet_id: b });
  await emulator.clock.advance(1000);
  expect([(await read(ip)).droplet?.id, (await publicAddresses(a!)).length, (await publicAddresses(b!))[1]]).toEqual([b, 1, ip]);
});

test("a pending event of the address or of the Droplet is waited for", async () => {
  const [a] = await emulator.droplets(["a"]);
  const ip = await reserve();
  await act(ip, { type: "assign", droplet_id: a });
  const message = "The Reserved IP already has a pending event.";
  expect(await act(ip, { type: "unassign" })).toMatchObject({ status: 422, body: { message } });
  expect(await emulator.call("DELETE", `/v2/reserved_ips/${ip}`)).toMatchObject({ status: 422, body: { message } });
  const other = await emulator.call<{ droplet: { id: number } }>("POST", "/v2/droplets", {
    ...{ name: "b", region: "nyc3", size: "s-1vcpu-1gb", image: "debian-13-x64" },
  });
  expect(await post({ droplet_id: other.body.droplet.id })).toMatchObject({ body: { message: "Droplet already has a pending event." } });
});

test("an address survives its Droplet, and can be assigned again", async () => {
  const [a, b] = await emulator.droplets(["a", "b"]);
  const ip = await reserve();
  await act(ip, { type: "assign", droplet_id: a });
  await emulator.clock.advance(1000);
  await emulator.call("DELETE", `/v2/droplets/${a!}`);
  expect([(await read(ip)).droplet, portsOn(ip)]).toEqual([null, undefined]);
  expect((await act(ip, { type: "assign", droplet_id: b })).status).toBe(201);
});

test("an assignment that fails changes nothing and unlocks the address", async () => {
  const [a] = await emulator.droplets(["a"]);
  const ip = await reserve();
  await emulator.control("faults", { on: "reservedIp", type: "assign_ip", fails: true });
  const { body } = await act(ip, { type: "assign", droplet_id: a });
  await emulator.clock.advance(1000);
  expect((await emulator.call("GET", `/v2/reserved_ips/${ip}/actions/${body.action.id}`)).body).toMatchObject({
    action: { type: "assign_ip", status: "errored", resource_type: "reserved_ip" },
  });
  expect(await read(ip)).toMatchObject({ locked: false, droplet: null });
});

test("another region, a second address for one Droplet and a fourth address are refused", async () => {
  const [a, far] = [...(await emulator.droplets(["a"])), ...(await emulator.droplets(["b"], { region: "ams3" }))];
  const ip = await reserve();
  expect((await act(ip, { type: "assign", droplet_id: far })).status).toBe(422);
  await act(ip, { type: "assign", droplet_id: a });
  await emulator.clock.advance(1000);
  expect((await post({ droplet_id: a })).status).toBe(422);
  await reserve();
  await reserve();
  expect(await post({ region: "nyc3" })).toMatchObject({ status: 422 });
  expect((await emulator.call("GET", "/v2/account")).body).toMatchObject({ account: { reserved_ip_limit: 3 } });
});
