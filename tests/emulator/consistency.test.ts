import { inMemory, type InMemoryEmulator } from "./inMemory";

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

async function listed(): Promise<number[]> {
  return (await emulator.call<{ droplets: { id: number }[] }>("GET", "/v2/droplets")).body.droplets.map(({ id }) => id);
}

async function create(): Promise<number> {
  const asked = { name: "a", region: "nyc3", size: "s-1vcpu-1gb", image: "debian-13-x64" };
  return (await emulator.call<{ droplet: { id: number } }>("POST", "/v2/droplets", asked)).body.droplet.id;
}

async function statusOf(id: number): Promise<number> {
  return (await emulator.call("GET", `/v2/droplets/${id}`)).status;
}

test("with a lag an id answers 404 for a while after its POST, and 200 for a while after its DELETE", async () => {
  await emulator.control("options", { lagSeconds: 10 });
  const id = await create();
  expect(await statusOf(id)).toBe(404);
  await emulator.clock.advance(10_000);
  expect(await statusOf(id)).toBe(200);
  await emulator.call("DELETE", `/v2/droplets/${id}`);
  expect(await statusOf(id)).toBe(200);
  await emulator.clock.advance(10_000);
  expect(await statusOf(id)).toBe(404);
});

test("with a lag of lists a Droplet is read by id before lists show it, and listed after it is gone", async () => {
  await emulator.control("options", { listLagSeconds: 10 });
  const id = await create();
  expect([await statusOf(id), await listed()]).toEqual([200, []]);
  await emulator.clock.advance(10_000);
  expect(await listed()).toEqual([id]);
  await emulator.call("DELETE", `/v2/droplets/${id}`);
  expect([await statusOf(id), await listed()]).toEqual([404, [id]]);
  await emulator.clock.advance(10_000);
  expect(await listed()).toEqual([]);
});

test("images lag in lists too", async () => {
  await emulator.control("options", { listLagSeconds: 10 });
  const id = await emulator.image();
  const images = async (): Promise<unknown[]> => (await emulator.call<{ images: unknown[] }>("GET", "/v2/images?private=true")).body.images;
  expect([(await emulator.call("GET", `/v2/images/${id}`)).status, await images()]).toEqual([200, []]);
  await emulator.clock.advance(10_000);
  expect(await images()).toHaveLength(1);
  await emulator.call("DELETE", `/v2/images/${id}`);
  expect(await images()).toHaveLength(1);
  await emulator.clock.advance(10_000);
  expect(await images()).toHaveLength(0);
});
