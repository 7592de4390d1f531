import fc from "fast-check";
import type { Fault } from "../../../emulator/faults";
import type { ActionWire } from "../../../provider/api/wire";
import type { Copy } from "../../../provider/watch/copies";
import { simulate, type RecordedCall, type Simulation } from "../../helpers/simulation";

const regions = ["ams3", "fra1", "lon1", "sgp1", "tor1"];
const actionsPath = "/v2/images/:id/actions";

async function importImage(simulation: Simulation): Promise<string> {
  const { image } = (await simulation.ask("POST", "/v2/images", { name: "web", region: "nyc3", url: "http://127.0.0.1/web.img" })) as {
    image: { id: number };
  };
  return String(image.id);
}

async function actionsOf(simulation: Simulation, id: string): Promise<readonly ActionWire[]> {
  return ((await simulation.ask("GET", `/v2/images/${id}/actions?per_page=200`)) as { actions: ActionWire[] }).actions;
}

describe("an image's watcher", () => {
  it("asks no more for fifty who wait than for one", async () => {
    const logs = [];
    for (const waiting of [1, 50]) {
      const simulation = simulate(1);
      await simulation.options({ importSeconds: 10 });
      const watcher = simulation.context.watchers.of(await importImage(simulation));
      await simulation.run(Promise.all(Array.from({ length: waiting }, () => watcher.imported(simulation.call()))));
      expect(simulation.process.timers).toBe(0);
      logs.push(simulation.requests());
    }
    expect(logs[1]).toEqual(logs[0]);
  });

  it("is at rest when the last who waited has left, and asks nothing more", async () => {
    const simulation = simulate(2);
    await simulation.options({ importSeconds: 1_000 });
    const watcher = simulation.context.watchers.of(await importImage(simulation));
    const call = simulation.call();
    const waiting = watcher.imported(call).catch((error: unknown) => error);
    await simulation.clock.advance(5_000);
    call.interrupt();
    await waiting;
    expect(simulation.process.timers).toBe(0);
    const asked = simulation.requests().length;
    await simulation.clock.advance(100_000);
    expect(simulation.requests()).toHaveLength(asked);
  });

  it("notices short copies within a second", async () => {
    for (const seconds of [2, 5, 10, 18]) {
      const simulation = simulate(seconds);
      await simulation.options({ transferSeconds: seconds });
      const id = await importImage(simulation);
      await simulation.clock.advance(1_000);
      const watcher = simulation.context.watchers.of(id);
      const began = simulation.clock.now();
      const { signal } = simulation.call();
      await simulation.run(watcher.start(regions, signal).then(() => watcher.copied("ams3", simulation.call())));
      expect(simulation.clock.now() - began - seconds * 1_000).toBeLessThanOrEqual(1_200);
    }
  });

  it("asks for what the account's transfers usually take once, and only when a wait is long", async () => {
    const simulation = simulate(3);
    await simulation.options({ transferSeconds: 10 });
    const [first, second] = [await importImage(simulation), await importImage(simulation)];
    await simulation.clock.advance(1_000);
    const copy = async (id: string): Promise<void> => {
      const watcher = simulation.context.watchers.of(id);
      await watcher.start(regions, simulation.call().signal);
      await Promise.all(regions.map((region) => watcher.copied(region, simulation.call())));
    };
    await simulation.run(copy(first));
    expect(simulation.requests(/^GET \/v2\/actions$/)).toEqual([]);
    await simulation.options({ transferSeconds: 100 });
    const third = await importImage(simulation);
    await simulation.clock.advance(1_000);
    await simulation.run(Promise.all([copy(second), copy(third)]));
    expect(simulation.requests(/^GET \/v2\/actions$/)).toHaveLength(1);
  });

  it("needs at most 720 requests in an hour of copying to ten regions", async () => {
    const simulation = simulate(4);
    await simulation.options({ transferSeconds: 3_600 });
    const id = await importImage(simulation);
    await simulation.clock.advance(1_000);
    const watcher = simulation.context.watchers.of(id);
    const ten = [...regions, "blr1", "syd1", "sfo3", "sfo2", "nyc1"];
    simulation.emulator.requests.clear();
    await simulation.run(watcher.start(ten, simulation.call().signal));
    await simulation.run(Promise.all(ten.map((region) => watcher.copied(region, simulation.call()))));
    expect(simulation.requests().length).toBeLessThanOrEqual(720);
  });
});

interface Schedule {
  readonly seed: number;
  readonly seconds: readonly number[];
  readonly errored: readonly number[];
  readonly faults: readonly Fault[];
  readonly leaves: readonly { readonly region: number; readonly after: number }[];
  readonly jumps: readonly { readonly after: number; readonly by: number }[];
}

/** Faults of polls and of POSTs, the latter rare enough for the one repeat. */
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ on: fc.constant("request" as const), method: fc.constant("GET"), status: fc.constantFrom(500, 503, 429), skip: fc.nat(20) }),
  fc.record({ on: fc.constant("request" as const), method: fc.constant("GET"), drop: fc.constant(true as const), skip: fc.nat(20) }),
  fc.record({ on: fc.constant("request" as const), method: fc.constant("GET"), delaySeconds: fc.nat(25), skip: fc.nat(20) }),
  fc.record({
    ...{ on: fc.constant("request" as const), method: fc.constant("POST"), path: fc.constant(actionsPath) },
    ...{ drop: fc.constant(true as const), when: fc.constantFrom("before" as const, "after" as const), skip: fc.nat(4) },
  }),
);

const schedule: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(1_000),
  seconds: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: regions.length, maxLength: regions.length }),
  errored: fc.uniqueArray(fc.nat(regions.length - 1), { maxLength: 2 }),
  faults: fc.array(fault, { maxLength: 3 }),
  leaves: fc.array(fc.record({ region: fc.nat(regions.length - 1), after: fc.nat(300_000) }), { maxLength: 2 }),
  jumps: fc.array(fc.record({ after: fc.nat(300_000), by: fc.integer({ min: -3_600_000, max: 3_600_000 }) }), { maxLength: 1 }),
});

interface Ending {
  readonly copy: Copy | undefined | "left";
  readonly at: number;
}

async function play({ seed, seconds, errored, faults, leaves, jumps }: Schedule): Promise<{
  readonly simulation: Simulation;
  readonly began: number;
  readonly endings: readonly Ending[];
  readonly actions: readonly ActionWire[];
}> {
  const simulation = simulate(seed);
  const { clock, context } = simulation;
  await simulation.options({ transferSecondsByRegion: Object.fromEntries(regions.map((region, at) => [region, seconds[at] ?? 0])) });
  const id = await importImage(simulation);
  await clock.advance(1_000);
  for (const at of errored) await simulation.fault({ on: "transfer", region: regions[at], fails: true, seconds: seconds[at] });
  for (const each of faults) await simulation.fault(each);
  const calls: readonly RecordedCall[] = regions.map(() => simulation.call());
  for (const { region, after } of leaves) void clock.sleep(after).then(() => calls[region]?.interrupt());
  for (const { after, by } of jumps) void clock.sleep(after).then(() => simulation.process.jump(by));
  const watcher = context.watchers.of(id);
  const began = clock.now();
  const waits = regions.map(async (region, at): Promise<Ending> => {
    const call = calls[at] ?? simulation.call();
    const copy = await watcher
      .start(regions, call.signal)
      .then(() => watcher.copied(region, call))
      .catch((error: unknown) => {
        if (call.signal.aborted) return "left" as const;
        throw error;
      });
    return { copy, at: clock.now() };
  });
  const endings = await simulation.run(Promise.all(waits));
  expect(simulation.process.timers).toBe(0);
  return { simulation, began, endings, actions: await actionsOf(simulation, id) };
}

describe("whatever finishes, fails or is slow, in whatever order", () => {
  it("every copy ends as the service says, none is asked for twice, and no timer is left", async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (given) => {
        const { endings, actions } = await play(given);
        for (const [at, region] of regions.entries()) {
          const own = actions.filter(({ region_slug }) => region_slug === region);
          const ending = endings[at]?.copy;
          if (ending === "left") {
            expect(own.length).toBeLessThanOrEqual(1);
          } else {
            expect(own).toHaveLength(1);
            expect(ending?.state).toBe(given.errored.includes(at) ? "failed" : "present");
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("no copy is noticed later than the longest tick, where the service answers", async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (given) => {
        const { began, endings } = await play({ ...given, faults: [], jumps: [] });
        for (const [at, ending] of endings.entries()) {
          if (ending.copy === "left") continue;
          expect(ending.at - began - (given.seconds[at] ?? 0) * 1_000).toBeLessThanOrEqual(12_000);
        }
      }),
      { numRuns: 40 },
    );
  });
});
