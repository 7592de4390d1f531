import { inMemory, type InMemoryEmulator } from "./inMemory";

/** An import, ten copies at once with one that fails, and a fleet: everything that chance and time touch. */
async function story(emulator: InMemoryEmulator): Promise<string> {
  const key = await emulator.key();
  await emulator.control("faults", { on: "transfer", region: "sgp1", fails: true });
  const id = await emulator.image();
  const regions = ["ams3", "atl1", "blr1", "fra1", "lon1", "nyc1", "sfo3", "sgp1", "syd1", "tor1"];
  await emulator.control("options", { transferSeconds: 3_600 });
  await Promise.all(regions.map((region) => emulator.call("POST", `/v2/images/${id}/actions`, { type: "transfer", region })));
  await emulator.clock.advance(3_600_000);
  const image = await emulator.call("GET", `/v2/images/${id}`);
  await emulator.droplets(["a", "b", "c"], { image: id, region: "ams3", ssh_keys: [key] });
  const droplets = await emulator.call("GET", "/v2/droplets");
  return JSON.stringify([image.body, droplets.body, emulator.requests.list()]);
}

async function tell(randomSeed: number): Promise<string> {
  const emulator = inMemory({ randomSeed, options: { keepAnswers: true } });
  const told = await story(emulator);
  emulator.close();
  await emulator.clock.advance(0);
  expect(emulator.clock.pendingTimers).toBe(0);
  return told;
}

test("the same seed gives the same ids, answers and request log; another seed gives others", async () => {
  const [first, again, other] = [await tell(7), await tell(7), await tell(8)];
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test("an hour of copying passes in moments, and leaves out the region that failed", async () => {
  const emulator = inMemory();
  const [image] = JSON.parse(await story(emulator)) as [{ image: { regions: string[] } }];
  expect(image.image.regions).toEqual(["nyc3", "ams3", "atl1", "blr1", "fra1", "lon1", "nyc1", "sfo3", "syd1", "tor1"]);
  emulator.close();
});
