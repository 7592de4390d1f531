import { inMemory, type InMemoryEmulator } from "./inMemory";

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

async function ask(times: number, path = "/v2/account"): Promise<{ status: number; headers: Headers; body: unknown }> {
  let last = await emulator.call("GET", path);
  for (let asked = 1; asked < times; asked += 1) last = await emulator.call("GET", path);
  return last;
}

test("every answer says what is left of the hour, and when the oldest request leaves it", async () => {
  const start = emulator.clock.now();
  await ask(1);
  await emulator.clock.advance(10_000);
  const { headers } = await ask(1);
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => headers.get(`ratelimit-${name}`));
  expect([limit, remaining, reset]).toEqual(["5000", "4998", String(start / 1000 + 3600)]);
  expect(headers.get("retry-after")).toBeNull();
});

test("the 251st request in a minute is a burst: 429 with retry-after, and it goes through after that", async () => {
  expect((await ask(250)).status).toBe(200);
  await emulator.clock.advance(20_000);
  const { status, headers, body } = await ask(1);
  expect(status).toBe(429);
  expect(headers.get("retry-after")).toBe("40");
  expect(body).toMatchObject({ id: "too_many_requests", message: "API rate limit exceeded." });
  await emulator.clock.advance(40_000);
  expect((await ask(1)).status).toBe(200);
});

test("past the hourly limit there is 429 without retry-after, until the oldest request is an hour old", async () => {
  await emulator.control("options", { requestsPerHour: 3 });
  await ask(3);
  const { status, headers } = await ask(1);
  expect([status, headers.get("ratelimit-remaining"), headers.get("retry-after")]).toEqual([429, "0", null]);
  await emulator.clock.advance(3_600_000);
  expect((await ask(1)).status).toBe(200);
});

test("lists of SSH keys are limited to 10 in a minute", async () => {
  expect((await ask(10, "/v2/account/keys")).status).toBe(200);
  expect((await ask(1, "/v2/account/keys")).status).toBe(429);
  expect((await ask(1)).status).toBe(200);
});

test("a refused request has no effect, and neither controls nor other tokens' requests count", async () => {
  await emulator.control("options", { requestsPerMinute: 1 });
  for (let asked = 0; asked < 5; asked += 1) await emulator.control("clock");
  await emulator.call("GET", "/v2/account", undefined, "wrong");
  expect((await ask(1)).status).toBe(200);
  expect((await emulator.call("POST", "/v2/tags", { name: "a" })).status).toBe(429);
  await emulator.control("options", { requestsPerMinute: 250 });
  expect((await emulator.call("GET", "/v2/tags/a")).status).toBe(404);
});
