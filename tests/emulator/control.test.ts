import { inMemory, token, type InMemoryEmulator } from "./inMemory";

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory({ options: { importSeconds: 10 } })));
afterEach(() => emulator.close());

const statusOf = async (id: number): Promise<string> => {
  return (await emulator.call<{ image: { status: string } }>("GET", `/v2/images/${id}`)).body.image.status;
};

test("the clock moves forward on demand, and what was due happens", async () => {
  const id = await emulator.image();
  expect(await statusOf(id)).toBe("NEW");
  await emulator.control("clock", { advanceSeconds: 10 });
  expect(await statusOf(id)).toBe("available");
  expect(emulator.clock.now() - Date.UTC(2030, 0, 1)).toBe(500);
});

test("a clock that is frozen stands still, and runs on from there", async () => {
  await emulator.control("clock", { frozen: true });
  const id = await emulator.image();
  await emulator.clock.advance(60_000);
  expect(await statusOf(id)).toBe("NEW");
  await emulator.control("clock", { advanceSeconds: 5 });
  expect(await statusOf(id)).toBe("pending");
  await emulator.control("clock", { frozen: false });
  await emulator.clock.advance(4_999);
  expect(await statusOf(id)).toBe("pending");
  await emulator.clock.advance(1);
  expect(await statusOf(id)).toBe("available");
});

test("the request log shows requests to the API without token and user data, and can be emptied", async () => {
  const at = emulator.clock.now();
  await emulator.call("POST", "/v2/droplets?x=1", { name: "a", user_data: "secret" });
  await emulator.call("GET", "/v2/account");
  const { requests } = (await emulator.control<{ requests: unknown[] }>("requests")).body;
  expect(requests).toEqual([
    { at, method: "POST", path: "/v2/droplets", query: { x: "1" }, body: { name: "a", user_data: "(left out)" }, status: 422 },
    { at, method: "GET", path: "/v2/account", status: 200 },
  ]);
  expect(JSON.stringify(requests)).not.toContain(token);
  expect((await emulator.control("requests", undefined, "DELETE")).body).toEqual({ requests: [] });
});

test("options change while it runs, and a wrong one is refused with one sentence", async () => {
  expect((await emulator.control("options", { transferSeconds: 7 })).body).toMatchObject({ transferSeconds: 7, importSeconds: 10 });
  const refusal = async (change: object): Promise<unknown> => (await emulator.control("options", change)).body;
  expect(await refusal({ transferSeconds: -1 })).toEqual({ message: "`transferSeconds` must be a number, 0 or more, got -1." });
  expect(await refusal({ speed: 1 })).toEqual({ message: "`speed` is not an option of the emulator, got 1." });
  expect(await refusal({ tagTwice: "maybe" })).toEqual({ message: '`tagTwice` must be one of `accept`, `refuse`, got "maybe".' });
  expect((await emulator.control("options")).body).toMatchObject({ transferSeconds: 7, tagTwice: "accept" });
});

test("a reset forgets everything, closes the Droplets' ports, and starts from the seed", async () => {
  await emulator.image();
  await emulator.droplets(["a"]);
  await emulator.control("faults", { on: "request", status: 500, times: 9 });
  await emulator.control("reset", { seed: { images: [{ name: "seeded", regions: ["ams3"] }], tokens: [{ token: "second" }] } });
  const { body } = await emulator.call("GET", "/v2/images?private=true", undefined, "second");
  expect(body).toMatchObject({ images: [{ name: "seeded" }], meta: { total: 1 } });
  expect((await emulator.call("GET", "/v2/droplets")).body).toMatchObject({ droplets: [] });
  expect(emulator.network.listening().size).toBe(0);
  expect(emulator.requests.list()).toHaveLength(2);
  expect(emulator.clock.pendingTimers).toBe(0);
  await emulator.control("reset", {});
  expect((await emulator.call("GET", "/v2/account", undefined, "second")).status).toBe(401);
  expect(await emulator.control("reset", { seed: { toknes: [] } })).toMatchObject({ status: 422 });
});
