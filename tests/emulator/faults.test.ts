import { inMemory, type InMemoryEmulator } from "./inMemory";

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

const arm = (fault: object): Promise<{ status: number; body: unknown }> => emulator.control("faults", fault);
const statusOf = async (method: string, path: string, body?: unknown): Promise<number> => (await emulator.call(method, path, body)).status;

test("a status strikes the requests it names, as often as it says, after as many as it skips", async () => {
  await arm({
    on: "request",
    method: "GET",
    path: "/v2/tags/:tag",
    status: 503,
    message: "Try again.",
    retryAfterSeconds: 3,
    times: 2,
    skip: 1,
  });
  await emulator.call("POST", "/v2/tags", { name: "a" });
  expect(await statusOf("GET", "/v2/tags")).toBe(200);
  const statuses = [await statusOf("GET", "/v2/tags/a"), await statusOf("GET", "/v2/tags/a")];
  const { status, headers, body } = await emulator.call("GET", "/v2/tags/a");
  expect([...statuses, status, headers.get("retry-after")]).toEqual([200, 503, 503, "3"]);
  expect(body).toMatchObject({ id: "service_unavailable", message: "Try again." });
  expect(await statusOf("GET", "/v2/tags/a")).toBe(200);
});

test("a status comes before the effect, or after it", async () => {
  await arm([
    { on: "request", method: "POST", status: 500 },
    { on: "request", method: "POST", status: 502, when: "after" },
  ]);
  expect(await statusOf("POST", "/v2/tags", { name: "a" })).toBe(500);
  expect(await statusOf("GET", "/v2/tags/a")).toBe(404);
  expect(await statusOf("POST", "/v2/tags", { name: "a" })).toBe(502);
  expect(await statusOf("GET", "/v2/tags/a")).toBe(200);
});

test("a connection is dropped before the effect, or after it, and the log shows no status", async () => {
  await arm([
    { on: "request", method: "POST", drop: true },
    { on: "request", method: "POST", drop: true, when: "after" },
  ]);
  await expect(emulator.call("POST", "/v2/tags", { name: "a" })).rejects.toThrow("closed without an answer");
  expect(await statusOf("GET", "/v2/tags/a")).toBe(404);
  await expect(emulator.call("POST", "/v2/tags", { name: "a" })).rejects.toThrow("closed without an answer");
  expect(await statusOf("GET", "/v2/tags/a")).toBe(200);
  expect(emulator.requests.list().map(({ status }) => status)).toEqual([null, 404, null, 200]);
});

test("a delay passes on the clock before anything happens", async () => {
  await arm({ on: "request", delaySeconds: 90 });
  const start = emulator.clock.now();
  expect(await statusOf("GET", "/v2/account")).toBe(200);
  expect(emulator.clock.now() - start).toBe(90_000);
});

test("reads lag behind a write: what is new is unknown for a while, what is deleted is still there", async () => {
  await arm([
    { on: "request", method: "POST", path: "/v2/account/keys", lagSeconds: 45 },
    { on: "request", method: "DELETE", path: "/v2/droplets/:id", lagSeconds: 25 },
  ]);
  const key = await emulator.key();
  const order = { name: "a", region: "nyc3", size: "s-1vcpu-1gb", image: "debian-13-x64", ssh_keys: [key] };
  expect(await statusOf("GET", `/v2/account/keys/${key}`)).toBe(404);
  expect(await statusOf("POST", "/v2/droplets", order)).toBe(422);
  await emulator.clock.advance(45_000);
  const { body } = await emulator.call<{ droplet: { id: number } }>("POST", "/v2/droplets", order);
  await emulator.clock.advance(1000);
  const path = `/v2/droplets/${body.droplet.id}`;
  expect(await statusOf("DELETE", path)).toBe(204);
  expect((await emulator.call("GET", path)).body).toMatchObject({ droplet: { status: "active" } });
  await emulator.clock.advance(25_000);
  expect(await statusOf("GET", path)).toBe(404);
});

test("an import fails with a message, or takes its time", async () => {
  await arm([
    { on: "import", region: "nyc3", fails: true, message: "No good." },
    { on: "import", seconds: 30 },
  ]);
  const read = async (id: number): Promise<unknown> => (await emulator.call("GET", `/v2/images/${id}`)).body;
  expect(await read(await emulator.image(["nyc3"]))).toMatchObject({ image: { status: "deleted", error_message: "No good." } });
  const slow = await emulator.image(["nyc3"]);
  expect(await read(slow)).toMatchObject({ image: { status: "NEW" } });
  await emulator.clock.advance(29_500);
  expect(await read(slow)).toMatchObject({ image: { status: "available" } });
});

test("faults are listed with what is left of them, disarmed together, and refused when malformed", async () => {
  await arm({ on: "transfer", region: "fra1", fails: true, times: 3 });
  expect((await emulator.control("faults")).body).toEqual({ faults: [{ on: "transfer", region: "fra1", fails: true, times: 3, left: 3 }] });
  expect((await emulator.control("faults", undefined, "DELETE")).body).toEqual({ faults: [] });
  expect(await arm({ on: "weather" })).toMatchObject({ status: 422, body: { message: expect.stringContaining("`on` must be") as string } });
  expect(await arm({ on: "request", stauts: 500 })).toMatchObject({
    status: 422,
    body: { message: expect.stringContaining("`stauts`") as string },
  });
});
