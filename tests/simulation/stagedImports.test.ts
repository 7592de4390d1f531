import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ImageWire } from "../../provider/api/wire";
import { Unfinished } from "../../provider/host/fault";
import { imageImport } from "../../provider/resources/imageImport/imageImport";
import type { ImageImportInputs, StoredImageImport } from "../../provider/resources/imageImport/imageImportTable";
import { bootableDisk } from "../helpers/bootableDisk";
import { simulate, type SimulatedProcess, type Simulation } from "../helpers/simulation";

const urn = "urn:pulumi:dev::web::imagefleet:index:ImageImport::web";
const folder = mkdtempSync(path.join(tmpdir(), "imagefleet-staged-"));
const file = path.join(folder, "web.img");
writeFileSync(file, bootableDisk("web"));
afterAll(() => rmSync(folder, { recursive: true }));

const wanted: ImageImportInputs = { source: { path: file }, region: "nyc3", name: "web" };

/** The engine's state: what has returned. */
interface Stack {
  id?: string;
  state?: StoredImageImport;
}

function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Checks, then creates or updates, as the engine does. */
async function up({ context, call }: SimulatedProcess, stack: Stack, said = call(urn)): Promise<void> {
  const inputs = (await imageImport.complete?.(wanted, stack.state, context, said.signal)) as ImageImportInputs;
  try {
    if (stack.id === undefined) Object.assign(stack, await imageImport.create(inputs, context, said));
    else stack.state = await imageImport.update(stack.id, stack.state ?? {}, inputs, context, said);
  } catch (error) {
    if (!(error instanceof Unfinished)) throw error;
    [stack.id, stack.state] = [error.id, error.state];
  }
}

/** What is left at the service and in Spaces. */
async function left(simulation: Simulation): Promise<{ images: readonly string[]; tags: number; objects: number; parts: number }> {
  const { bucket } = simulation;
  const { images } = (await simulation.ask("GET", "/v2/images?private=true")) as { images: ImageWire[] };
  const { tags } = (await simulation.ask("GET", "/v2/tags?per_page=200")) as { tags: unknown[] };
  return { images: images.map(({ id }) => String(id)), tags: tags.length, objects: bucket.objects.size, parts: bucket.uploads.size };
}

const nothing = { images: [], tags: 0, objects: 0, parts: 0 };

async function destroy({ context, call }: SimulatedProcess, { id = "", state = {} }: Stack): Promise<void> {
  await imageImport.delete(id, state, context, call(urn));
}

describe("an import of a local file that is killed", () => {
  it.each(["before", "after"] as const)(
    "%s any of its requests took effect, leaves one image and an empty bucket to the next run",
    async (when) => {
      const run = { survived: false };
      let request = 0;
      while (!run.survived) {
        request += 1;
        const simulation = simulate(request, { spaces: true });
        await simulation.options({ importSeconds: 3 });
        const stack: Stack = {};
        simulation.process.killAt(request, when);
        const first = up(simulation.process, stack).then(() => true);
        run.survived = await simulation.run(Promise.race([first, simulation.process.dead.then(() => false)]));
        const ended = simulation.requests().at(-1)?.startsWith("DELETE /v2/tags/imagefleet:begun:") ?? false;
        const next = simulation.restart();
        await simulation.run(up(next, stack));
        expect([request, await left(simulation)]).toEqual([
          request,
          { images: [stack.id], tags: expect.any(Number) as number, objects: 0, parts: 0 },
        ]);
        // Whether a state was stored after its last request, nobody can tell: the mark of that state keeps the image.
        if (ended && !run.survived) continue;
        await simulation.run(destroy(next, stack));
        expect(await left(simulation)).toEqual(nothing);
      }
      // So many are its own: a listing, Spaces before, the upload, the window, the import, Spaces after.
      expect(request).toBeGreaterThan(10);
      expect(request).toBeLessThan(40);
    },
  );

  it("in the middle of the upload leaves parts, which the next run removes", async () => {
    const simulation = simulate(1, { spaces: true });
    const stack: Stack = {};
    void up(simulation.process, stack);
    await simulation.run(untilUploading(simulation));
    simulation.process.kill();
    await simulation.clock.advance(1_000);
    expect(await left(simulation)).toEqual({ ...nothing, parts: 1 });
    await simulation.run(up(simulation.restart(), stack));
    expect(await left(simulation)).toEqual({ images: [stack.id], tags: 5, objects: 0, parts: 0 });
  });
});

describe("a replacement by a local file that is killed while it is staged", () => {
  it("leaves nothing in Spaces when the program is reverted, and all of it destroyed", async () => {
    const simulation = simulate(3, { spaces: true });
    const stack: Stack = {};
    await simulation.run(up(simulation.process, stack));
    const next = simulation.restart();
    const replacement = { ...wanted, source: { ...wanted.source, sha256: sha256Of(file), generation: 2 } };
    void imageImport.create(replacement, next.context, next.call(urn)).catch(() => undefined);
    await simulation.run(untilUploading(simulation));
    next.kill();
    await simulation.clock.advance(1_000);
    expect(await left(simulation)).toMatchObject({ images: [stack.id], parts: 1 });
    await simulation.run(destroy(simulation.restart(), stack));
    expect(await left(simulation)).toEqual(nothing);
  });
});

async function untilUploading({ bucket, clock }: Simulation): Promise<void> {
  while (bucket.uploads.size === 0) await clock.sleep(1);
}

describe("an import of a local file that Ctrl-C met while it was pending", () => {
  async function interrupted(): Promise<{ simulation: Simulation; stack: Stack }> {
    const simulation = simulate(2, { spaces: true });
    await simulation.options({ importSeconds: 600 });
    const stack: Stack = {};
    const said = simulation.call(urn);
    const run = up(simulation.process, stack, said);
    await simulation.clock.advance(60_000);
    said.interrupt();
    await simulation.run(run);
    return { simulation, stack };
  }

  it("keeps its copy public, for the import would fail without it, until the next run has seen its end", async () => {
    const { simulation, stack } = await interrupted();
    expect(stack.state?.status).toBe("NEW");
    expect([...simulation.bucket.objects.values()].map((object) => object.public)).toEqual([true]);
    await simulation.run(up(simulation.restart(), stack));
    expect(stack.state?.status).toBe("available");
    expect(await left(simulation)).toEqual({ images: [stack.id], tags: 5, objects: 0, parts: 0 });
  });

  it("takes its copy along when it is deleted", async () => {
    const { simulation, stack } = await interrupted();
    await simulation.run(destroy(simulation.restart(), stack));
    expect(await left(simulation)).toEqual(nothing);
  });
});
