import fc from "fast-check";
import { deleteUnowned, release } from "../../cli/images/cleanUp";
import { inventoryOf, type Entry } from "../../cli/images/inventory";
import type { ImageWire } from "../../provider/api/wire";
import { claimedTag, deletingTag, digestTag } from "../../provider/resources/lineage/lineageTags";
import { simulate, type SimulatedProcess, type Simulation } from "../helpers/simulation";
import { PlayedEngine, type Kept } from "../soak/playedEngine";
import type { WantedImage } from "../soak/trial";
import { found, lags, moments, type Command, type Happening, type Moment } from "./stackMoments";

/** A stack: the engine's state, and what its program and its provider's configuration say. */
interface Stack {
  readonly engine: PlayedEngine;
  namespace: string;
  /** What the first image is called, now and before. */
  names: readonly [string, string | undefined];
  last?: Command;
  /** A destroy was killed, and no `up` has ended well since: what its state says may be gone. */
  halfGone: boolean;
}

const sha256Of: Readonly<Record<string, string>> = { a: "a".repeat(64), b: "b".repeat(64) };
const stackNames = ["dev", "staging", "prod", "test"];

test("whatever stacks do with the same images, nobody's is gone, nothing is imported twice but at once, and nothing is left at the end", async () => {
  const property = fc.asyncProperty(fc.nat(), lags, moments, async (seed, listLag, played) => {
    const simulation = simulate(seed);
    await simulation.options({ importSeconds: 2 });
    simulation.listLag = listLag;
    const stacks: Stack[] = stackNames.slice(0, 2).map(newStack);
    for (const moment of played) {
      const due = moment.map(([number, what]) => [stacks[number % stacks.length]!, what] as const);
      const commands = due.filter(([stack], at) => due.findIndex(([other]) => other === stack) === at);
      const before = await there(simulation);
      const asked = simulation.emulator.requests.list().length;
      await Promise.all(commands.map(([stack, what]) => happen(simulation, stack, stacks, what)));
      expectFewImports(simulation, asked, before, commands);
      await expectNobodysIsGone(simulation, stacks);
    }
    await expectAnEnd(simulation, stacks, played);
  });
  await fc.assert(property, { numRuns: Number(process.env.OWNERS_RUNS ?? 50), examples: found });
});

function newStack(name: string): Stack {
  return { engine: new PlayedEngine(name), namespace: "", names: ["web", undefined], halfGone: false };
}

async function happen(simulation: Simulation, stack: Stack, stacks: Stack[], what: Happening): Promise<void> {
  const free = stackNames.find((name) => stacks.every(({ engine }) => engine.stack !== name));
  switch (what.kind) {
    case "rename":
      if (free !== undefined) stack.engine.rename(free);
      return;
    case "begin":
      if (free !== undefined) stacks.push(newStack(free));
      return;
    case "alias":
      stack.names = [stack.names[0] === "web" ? "shop" : "web", stack.names[0]];
      return;
    case "namespace":
      stack.namespace = stack.namespace === "" ? "other" : "";
      return;
    case "lose":
      stacks[stacks.indexOf(stack)] = { ...newStack(stack.engine.stack), namespace: stack.namespace };
      return;
    case "up":
    case "destroy":
      return run(simulation, stack, what);
  }
}

/** Runs a command in a process of its own, with its mishaps. */
async function run(simulation: Simulation, stack: Stack, what: Command): Promise<void> {
  const { engine, namespace } = stack;
  const { importFails, answerIsLost, interruptedAfter, killed, rolloutFails, forced } = what;
  const process = simulation.restart(undefined, namespace);
  if (importFails) await simulation.fault({ on: "import", fails: true });
  if (answerIsLost) await simulation.fault({ on: "request", method: "POST", path: "/v2/images", drop: true, when: "after" });
  if (killed !== undefined) process.killAt(killed.request, killed.when);
  const settings = { parallel: 2, continueOnError: false };
  if (interruptedAfter !== undefined) void simulation.clock.sleep(interruptedAfter * 1_000).then(() => engine.interrupt());
  const work = async (): Promise<void> => {
    if (what.kind === "destroy") {
      stack.halfGone = true;
      const errors = await engine.destroy(process, settings);
      stack.halfGone = errors.length > 0;
      return;
    }
    stack.last = what;
    if ((what.refresh || stack.halfGone) && (await engine.refresh(process, settings)).length > 0) return;
    const errors = await engine.up(wantedBy(stack, what), process, { ...settings, rolloutFails, forced });
    if (errors.length === 0) stack.halfGone = false;
  };
  await simulation.run(Promise.race([work(), process.dead]));
  await simulation.ask("DELETE", "/_emulator/faults");
  // Whatever it asked for is done by then, and lists show it.
  await simulation.clock.advance(60_000);
}

function wantedBy({ names }: Pick<Stack, "names">, { bits: [first, second], retain }: Command): readonly WantedImage[] {
  const image = (name: string, of: string, formerly?: string): WantedImage => ({
    ...{ name, formerly, retain, regions: ["nyc3"], waited: new Set(["nyc3"]) },
    source: { url: urlOf(of), sha256: sha256Of[of] },
  });
  return [image(names[0], first, names[1]), ...(second === undefined ? [] : [image("beside", second)])];
}

function urlOf(of: string): string {
  return `http://127.0.0.1/${of}.img`;
}

interface There {
  readonly images: readonly ImageWire[];
  readonly tags: readonly string[];
}

async function there(simulation: Simulation): Promise<There> {
  const { images } = (await simulation.ask("GET", "/v2/images?private=true&per_page=200")) as { images: ImageWire[] };
  const { tags } = (await simulation.ask("GET", "/v2/tags?per_page=200")) as { tags: { name: string }[] };
  return { images, tags: tags.map(({ name }) => name) };
}

function imports({ engine: { state } }: Stack): readonly Kept[] {
  return [...state].flatMap(([urn, kept]) => (urn.includes(":ImageImport::") ? [kept] : []));
}

/** What is there to be joined is not imported again, but where another command of the same moment may take it away. */
function expectFewImports(
  simulation: Simulation,
  from: number,
  { images }: There,
  commands: readonly (readonly [Stack, Happening])[],
): void {
  const requests = simulation.emulator.requests.list().slice(from);
  const ups = commands.flatMap(([stack, what]) => (what.kind === "up" ? [{ stack, what }] : []));
  const others = commands.filter(([, { kind }]) => kind === "up" || kind === "destroy").length > 1;
  // Whichever command it was meant for, the next import of either meets it.
  const failing = commands.filter(([, what]) => "bits" in what && what.importFails).length;
  for (const [of, sha256] of Object.entries(sha256Of)) {
    const isOf = ({ tags }: ImageWire, namespace: string): boolean => tags?.includes(claimedTag(namespace, sha256, 0, urlOf(of))) ?? false;
    // Another's delete may have taken the digest off an import whose run was killed: by it others look for images.
    const isFound = ({ id, status, tags }: ImageWire): boolean =>
      status !== "deleted" && tags?.includes(digestTag(sha256)) === true && !tags.includes(deletingTag(id));
    const isThere = ({ namespace }: Stack): boolean => images.some((image) => isOf(image, namespace) && isFound(image));
    const wanting = ups.flatMap(({ stack, what }) => what.bits.filter((one) => one === of).map(() => stack));
    const allowed = others ? wanting.length : wanting.filter((stack) => !isThere(stack)).length;
    const asked = requests.filter(({ method, path, body }) => {
      return method === "POST" && path === "/v2/images" && (body as { url?: string }).url === urlOf(of);
    });
    expect({ of, tooMany: Math.max(0, asked.length - allowed - failing) }).toEqual({ of, tooMany: 0 });
  }
}

/** Nobody has deleted what a state stands for; and what it calls available is there, and carries that state's mark. */
async function expectNobodysIsGone(simulation: Simulation, stacks: readonly Stack[]): Promise<void> {
  const { images } = await there(simulation);
  for (const stack of stacks) {
    if (stack.halfGone) continue;
    for (const { id, outputs, unfinished } of imports(stack)) {
      expect(simulation.requests().filter((line) => line === `DELETE /v2/images/${id}`)).toEqual([]);
      // Of one that is unfinished the import may have failed.
      if (outputs.status !== "available" || unfinished) continue;
      const image = images.find((one) => String(one.id) === id);
      expect({ stack: stack.engine.stack, id, status: image?.status }).toEqual({ stack: stack.engine.stack, id, status: "available" });
      expect(image?.tags).toEqual(expect.arrayContaining([outputs.ownerTag, ...digestsOf(outputs)]));
    }
  }
}

function digestsOf({ digest }: Kept["outputs"]): readonly string[] {
  return typeof digest === "string" ? [digestTag(digest)] : [];
}

const quiet = {
  refresh: false,
  forced: false,
  rolloutFails: false,
  importFails: false,
  answerIsLost: false,
  interruptedAfter: undefined,
  killed: undefined,
};

/** A quiet `up` of each stack finds all well; after the last destroy nothing is there but what lost states and kills may leave. */
async function expectAnEnd(simulation: Simulation, stacks: readonly Stack[], played: readonly Moment[]): Promise<void> {
  for (const stack of stacks) {
    if (stack.last === undefined) continue;
    const last = { ...stack.last, ...quiet, kind: "up" } as const;
    await run(simulation, stack, { ...last, refresh: true });
    await run(simulation, stack, last);
    const wanted = wantedBy(stack, last).length;
    expect(imports(stack).filter(({ outputs, unfinished }) => outputs.status === "available" && !unfinished).length).toBeGreaterThanOrEqual(
      wanted,
    );
    expect(stack.engine.owesDeletes).toBe(false);
  }
  await expectNobodysIsGone(simulation, stacks);
  for (const stack of stacks) {
    await run(simulation, stack, { ...quiet, kind: "destroy", bits: ["a", undefined], retain: 0 });
    await expectNobodysIsGone(simulation, stacks);
  }
  const commands = (moment: Moment): readonly Command[] => moment.flatMap(([, what]) => ("bits" in what ? [what] : []));
  const isInterrupted = ({ interruptedAfter }: Command): boolean => interruptedAfter !== undefined;
  /** Whether in one moment both were so: a fault meets whichever command comes to it first. */
  const happened = (...kinds: readonly ((what: Command) => boolean)[]): boolean =>
    played.some((moment) => kinds.every((kind) => commands(moment).some(kind)));
  // What was asked for when it was killed, or when it was interrupted before it knew of the answer, no state tells.
  const isUntold = happened(({ killed }) => killed !== undefined) || happened(({ answerIsLost }) => answerIsLost, isInterrupted);
  const mayLeave = isUntold || played.flat().some(([, { kind }]) => kind === "lose");
  // Of an import that failed while nobody waited for it nothing shows but the tags of its digest, on no image.
  const mayBeIdle = happened(({ importFails }) => importFails, isInterrupted);
  const { images, tags } = await leftIn(simulation);
  if (!mayLeave) expect({ images, tags: mayBeIdle ? [] : tags }).toEqual({ images: [], tags: [] });
  simulation.listLag = 0;
  await cleanUp(simulation, simulation.restart());
  expect((await leftIn(simulation)).images).toEqual([]);
}

/** What is there, but for failed imports, which DigitalOcean clears away itself. */
async function leftIn(simulation: Simulation): Promise<{ readonly images: readonly object[]; readonly tags: readonly string[] }> {
  const { images, tags } = await there(simulation);
  const left = images.filter(({ status }) => status !== "deleted");
  return { images: left.map(({ id, status, tags: carried }) => ({ id, status, carried })), tags };
}

/** `imagefleet images --release` of every owner, for no stack is left, and `--delete-unowned`. */
async function cleanUp(simulation: Simulation, { context }: SimulatedProcess): Promise<void> {
  const { signal } = new AbortController();
  const entries = async (): Promise<readonly Entry[]> => inventoryOf(await context.api.images.list(signal), []);
  const work = async (): Promise<void> => {
    for (const entry of await entries()) for (const owner of entry.owners) await release({ owner }, context, signal);
    for (const entry of await entries()) if (entry.unowned) await deleteUnowned(entry, context, signal);
  };
  await simulation.run(work());
}
