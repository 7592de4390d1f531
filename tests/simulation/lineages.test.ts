import fc from "fast-check";
import type { ImageWire } from "../../provider/api/wire";
import { simulate, type SimulatedProcess, type Simulation } from "../helpers/simulation";
import { importUrn, PlayedEngine } from "../soak/playedEngine";
import type { WantedImage } from "../soak/trial";

/** One `pulumi up`, with `--refresh` where said, and what goes wrong with it. */
interface Step {
  readonly version: string;
  readonly retain: number;
  readonly refresh: boolean;
  readonly rolloutFails: boolean;
  readonly importFails: boolean;
  readonly answerIsLost: boolean;
  /** kill -9 at the n-th request. */
  readonly killed?: { readonly request: number; readonly when: "before" | "after" };
}

const seldom = fc.nat(3).map((number) => number === 0);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    version: fc.constantFrom("1", "2", "3"),
    retain: fc.nat(2),
    refresh: seldom,
    rolloutFails: seldom,
    importFails: seldom,
    answerIsLost: seldom,
    killed: fc.option(fc.record({ request: fc.integer({ min: 1, max: 20 }), when: fc.constantFrom("before", "after") }), {
      nil: undefined,
    }),
  }),
  { minLength: 1, maxLength: 8 },
);

test("whatever goes wrong on the way to and fro between versions, the wanted one is there at last, no more than is retained, and nothing at its end", async () => {
  const played = fc.asyncProperty(fc.nat(), steps, async (seed, before) => {
    const simulation = simulate(seed);
    await simulation.options({ importSeconds: 2 });
    const engine = new PlayedEngine();
    for (const step of before) {
      await run(simulation, step, async (process) => {
        if (step.refresh) await engine.refresh(process, settings);
        await engine.up([wanted(step)], process, { ...settings, rolloutFails: step.rolloutFails });
      });
      await releaseWhatLostItsState(simulation, engine, step);
      await expectTheStatesImage(simulation, engine);
    }
    const again = { ...(before.at(-1) as Step), ...peace };
    // An image that lacked nothing but its state when its create was killed is told from one that has a state by the second replacement.
    const last = { ...again, version: "5" };
    for (const step of [again, { ...again, version: "4" }, last])
      await run(simulation, step, (process) => engine.up([wanted(step)], process, settings));
    await expectOnly(simulation, engine, last.retain);
    // Of an import that failed unseen, or a tag that was made but not yet given, nothing shows in a list of images: they go at the end.
    const mayBeIdle = ({ importFails, answerIsLost, killed }: Step): boolean => killed !== undefined || (importFails && answerIsLost);
    if (!before.some(mayBeIdle)) await expectNoIdleTag(simulation);
    await run(simulation, last, (process) => engine.destroy(process, settings));
    expect(await there(simulation)).toEqual({ images: [], tags: [] });
  });
  await fc.assert(played, { numRuns: 100, endOnFailure: false });
});

const settings = { parallel: 1, continueOnError: false };
const peace = { rolloutFails: false, importFails: false, answerIsLost: false, killed: undefined };

function wanted({ version, retain }: Step): WantedImage {
  return { name: "web", version, retain, regions: ["nyc3"], waited: new Set(["nyc3"]) };
}

/** Runs a command in a process of its own, with the step's mishaps, and forgets those that didn't happen. */
async function run(
  simulation: Simulation,
  { importFails, answerIsLost, killed }: Step,
  command: (process: SimulatedProcess) => Promise<unknown>,
): Promise<void> {
  const process = simulation.restart();
  if (importFails) await simulation.fault({ on: "import", fails: true });
  if (answerIsLost) await simulation.fault({ on: "request", method: "POST", path: "/v2/images", drop: true, when: "after" });
  if (killed !== undefined) process.killAt(killed.request, killed.when);
  await simulation.run(Promise.race([command(process), process.dead]));
  await simulation.ask("DELETE", "/_emulator/faults");
  // Whatever it asked for is done by then.
  await simulation.clock.advance(60_000);
}

async function there(simulation: Simulation): Promise<{ images: readonly ImageWire[]; tags: readonly string[] }> {
  const { images } = (await simulation.ask("GET", "/v2/images?private=true&per_page=200")) as { images: ImageWire[] };
  const { tags } = (await simulation.ask("GET", "/v2/tags?per_page=200")) as { tags: { name: string }[] };
  return { images, tags: tags.map(({ name }) => name) };
}

/** A create that was killed after its last request, before any state told of it, leaves an image that looks owned: it takes a person to delete it. */
async function releaseWhatLostItsState(simulation: Simulation, { state }: PlayedEngine, { killed }: Step): Promise<void> {
  const wasEnding = simulation.requests().some((line) => line.startsWith("DELETE /v2/tags/imagefleet:begun:"));
  if (killed?.when !== "after" || !wasEnding || state.has(importUrn("web"))) return;
  for (const { id, tags } of (await there(simulation)).images) {
    if (!tags?.some((tag) => tag.startsWith("imagefleet:begun:"))) await simulation.ask("DELETE", `/v2/images/${id}`);
  }
}

/** What the state calls available is there. */
async function expectTheStatesImage(simulation: Simulation, { state }: PlayedEngine): Promise<void> {
  const { id, outputs } = state.get(importUrn("web")) ?? {};
  if (outputs?.status !== "available") return;
  expect((await there(simulation)).images.map((image) => String(image.id))).toContain(id);
}

/** The state's image, marked as its own, and retired ones up to that number. */
async function expectOnly(simulation: Simulation, { state, owesDeletes }: PlayedEngine, retain: number): Promise<void> {
  const { images } = await there(simulation);
  const { id, outputs } = state.get(importUrn("web")) ?? {};
  const marked = (kind: string) => images.filter((image) => image.tags?.some((tag) => tag.startsWith(`imagefleet:${kind}:`)));
  expect(owesDeletes).toBe(false);
  expect(marked("owner").map((image) => String(image.id))).toEqual([id]);
  expect(marked("owner")[0]?.tags).toEqual(expect.arrayContaining([outputs?.ownerTag, outputs?.correlationTag, outputs?.lineageTag]));
  expect(marked("begun")).toEqual([]);
  expect(marked("retired").map((image) => String(image.id))).not.toContain(id);
  expect(images.length).toBe(1 + marked("retired").length);
  expect(marked("retired").length).toBeLessThanOrEqual(retain);
}

async function expectNoIdleTag(simulation: Simulation): Promise<void> {
  const { images, tags } = await there(simulation);
  expect([...tags].sort()).toEqual([...new Set(images.flatMap((image) => image.tags ?? []))].sort());
}
