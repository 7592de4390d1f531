import type { ImageWire } from "../../../../provider/api/wire";
import { Unfinished } from "../../../../provider/host/fault";
import { imageImport } from "../../../../provider/resources/imageImport/imageImport";
import type { ImageImportInputs, ImageImportState } from "../../../../provider/resources/imageImport/imageImportTable";
import { simulate, type SimulatedProcess, type Simulation } from "../../../helpers/simulation";

const urnOf = (stack: string): string => `urn:pulumi:${stack}::web::imagefleet:index:ImageImport::web`;

interface Owned {
  readonly id: string;
  readonly state: ImageImportState;
}

function inputsOf(digit: string, more: Partial<ImageImportInputs> = {}): ImageImportInputs {
  const source = { url: `http://127.0.0.1/v${digit}.img`, sha256: digit.repeat(64) };
  return { source, region: "nyc3", name: `v${digit}`, ...more };
}

function create({ context, call }: SimulatedProcess, stack: string, inputs: ImageImportInputs, said = call(urnOf(stack))): Promise<Owned> {
  return imageImport.create(inputs, context, said);
}

function remove({ context, call }: SimulatedProcess, stack: string, { id, state }: Owned): Promise<void> {
  return imageImport.delete(id, state, context, call(urnOf(stack)));
}

async function compare({ context, call }: SimulatedProcess, stack: string, { id, state }: Owned, after: ImageImportInputs): Promise<void> {
  await imageImport.diff?.({ id, state, before: state, after, effects: {} }, context, call(urnOf(stack)));
}

async function ids(simulation: Simulation): Promise<readonly string[]> {
  const { images } = (await simulation.ask("GET", "/v2/images?private=true&per_page=200")) as { images: ImageWire[] };
  return images.map(({ id }) => String(id));
}

async function tagsThere(simulation: Simulation): Promise<readonly string[]> {
  const { tags } = (await simulation.ask("GET", "/v2/tags?per_page=200")) as { tags: { name: string }[] };
  return tags.map(({ name }) => name);
}

describe("the same bits in another stack", () => {
  it("are one image, shared without a look at the source, and said in the preview", async () => {
    const simulation = simulate(1);
    const dev = await simulation.run(create(simulation.process, "dev", inputsOf("1")));
    simulation.served = "gone";
    const { context, call } = simulation.restart();
    const said = call(urnOf("staging"));
    await simulation.run(Promise.resolve(imageImport.preview?.(inputsOf("1"), undefined, context, said)));
    expect(said.infos).toEqual([
      `Image ${dev.id}, which belongs to web/dev/web, is already made of this source and will be shared, without an import.`,
    ]);
    simulation.emulator.requests.clear();
    const staging = await simulation.run(create(simulation.restart(), "staging", inputsOf("1")));
    expect(staging.id).toBe(dev.id);
    expect(staging.state.ownerTag).not.toBe(dev.state.ownerTag);
    expect(simulation.requests(/^POST \/v2\/images$/)).toEqual([]);
    expect(simulation.requests().length).toBeLessThanOrEqual(10);
  });

  it.each([
    ["dev", "staging", "prod"],
    ["prod", "dev", "staging"],
    ["staging", "prod", "dev"],
  ])("stay until the last owner goes: %s, then %s, then %s", async (...order) => {
    const simulation = simulate(2);
    const owned = new Map<string, Owned>();
    for (const stack of ["dev", "staging", "prod"]) {
      owned.set(stack, await simulation.run(create(simulation.restart(), stack, inputsOf("1", { retain: 1 }))));
    }
    for (const [index, stack] of order.entries()) {
      await simulation.run(remove(simulation.restart(), stack, owned.get(stack)!));
      expect(await ids(simulation)).toEqual(index === 2 ? [] : [owned.get("dev")!.id]);
    }
    expect(await tagsThere(simulation)).toEqual([]);
  });

  it.each([
    ["another generation", { source: { url: "http://127.0.0.1/v1.img", sha256: "1".repeat(64), generation: 1 } }],
    ["another URL, which nobody has verified", { source: { url: "http://127.0.0.1/other.img", sha256: "1".repeat(64) } }],
    ["no digest", { source: { url: "http://127.0.0.1/v1.img" } }],
  ])("are not shared with %s", async (_, more) => {
    const simulation = simulate(3);
    const dev = await simulation.run(create(simulation.process, "dev", inputsOf("1")));
    const staging = await simulation.run(create(simulation.restart(), "staging", inputsOf("1", more)));
    expect(staging.id).not.toBe(dev.id);
  });

  it("are waited for while another stack imports them", async () => {
    const simulation = simulate(4);
    await simulation.options({ importSeconds: 120 });
    const dev = create(simulation.process, "dev", inputsOf("1"));
    await simulation.clock.advance(30_000);
    const staging = await simulation.run(create(simulation.restart(), "staging", inputsOf("1")));
    expect(staging.id).toBe((await simulation.run(dev)).id);
    expect(simulation.requests(/^POST \/v2\/images$/)).toHaveLength(1);
  });

  it("are imported once more where the import that was joined fails", async () => {
    const simulation = simulate(5);
    await simulation.options({ importSeconds: 120 });
    await simulation.fault({ on: "import", fails: true });
    const dev = create(simulation.process, "dev", inputsOf("1")).catch((error: unknown) => error);
    await simulation.clock.advance(30_000);
    await simulation.ask("DELETE", "/_emulator/faults");
    const staging = await simulation.run(create(simulation.restart(), "staging", inputsOf("1")));
    expect(await simulation.run(dev)).toBeInstanceOf(Error);
    expect(await ids(simulation)).toEqual([staging.id]);
    expect(simulation.requests(/^POST \/v2\/images$/)).toHaveLength(2);
  });

  it("end as one image where two stacks began to import them at the same moment", async () => {
    const simulation = simulate(6);
    await simulation.options({ importSeconds: 20 });
    const both = ["dev", "prod"].map((stack) => create(simulation.restart(), stack, inputsOf("1")));
    const [dev, prod] = await simulation.run(Promise.all(both));
    expect(dev?.id).toBe(prod?.id);
    expect(await ids(simulation)).toEqual([dev?.id]);
    await simulation.run(remove(simulation.restart(), "dev", dev!));
    expect(await ids(simulation)).toEqual([dev?.id]);
    await simulation.run(remove(simulation.restart(), "prod", prod!));
    expect([...(await ids(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
  });

  it("are never gone under a joiner, whenever another stack deletes them", async () => {
    for (let delay = 0; delay < 12; delay += 1) {
      const simulation = simulate(100 + delay);
      const dev = await simulation.run(create(simulation.process, "dev", inputsOf("1")));
      const joining = create(simulation.restart(), "prod", inputsOf("1"));
      const deleting = simulation.clock.sleep(delay).then(() => remove(simulation.restart(), "dev", dev));
      const [prod] = await simulation.run(Promise.all([joining, deleting]));
      expect(await ids(simulation)).toEqual([prod.id]);
      await simulation.run(remove(simulation.restart(), "prod", prod));
      expect([...(await ids(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
    }
  });

  it("leave the description to the earliest owner: the other sees no drift", async () => {
    const simulation = simulate(7);
    await simulation.run(create(simulation.process, "dev", inputsOf("1", { tags: ["dev"] })));
    const wanted = inputsOf("1", { name: "prod", tags: ["prod"] });
    const prod = await simulation.run(create(simulation.restart(), "prod", wanted));
    const { context, call } = simulation.restart();
    const read = await simulation.run(imageImport.read(prod.id, { state: prod.state, inputs: wanted }, context, call(urnOf("prod"))));
    expect(read?.inputs).toEqual(wanted);
    const { image } = (await simulation.ask("GET", `/v2/images/${prod.id}`)) as { image: ImageWire };
    expect(image.name).toBe("v1");
    expect(image.tags).toEqual(expect.arrayContaining(["dev", "prod"]));
  });
});

test("an image of another stack that came by `pulumi import` has a mark of its own by the first update, and goes with the last owner", async () => {
  const simulation = simulate(12);
  const dev = await simulation.run(create(simulation.process, "dev", inputsOf("1")));
  const { context, call } = simulation.restart();
  const read = await simulation.run(imageImport.read(dev.id, undefined, context, call(urnOf("prod"))));
  const found = read!.state;
  expect([found.ownerTag, found.lineageTag, found.correlationTag]).toEqual([undefined, undefined, undefined]);
  const wanted = inputsOf("1", { tags: ["prod"], retain: 1 });
  const state = await simulation.run(imageImport.update(dev.id, found, wanted, context, call(urnOf("prod"))));
  expect(state.lineageTag).not.toBe(dev.state.lineageTag);
  const { image } = (await simulation.ask("GET", `/v2/images/${dev.id}`)) as { image: ImageWire };
  expect(image.tags).toEqual(expect.arrayContaining([dev.state.ownerTag, state.ownerTag, "prod"]));
  const again = await simulation.run(imageImport.read(dev.id, { state, inputs: wanted }, context, call(urnOf("prod"))));
  expect(again?.inputs).toEqual(wanted);

  await simulation.run(remove(simulation.restart(), "dev", dev));
  expect(await ids(simulation)).toEqual([dev.id]);
  await simulation.run(remove(simulation.restart(), "prod", { id: dev.id, state }));
  expect([...(await ids(simulation)), ...(await tagsThere(simulation))]).toEqual(["prod"]);
});

test("a destroy that was killed and given up takes no image away: a refresh sees it, and the next update marks it again", async () => {
  for (let request = 1, survived = false; !survived; request += 1) {
    const simulation = simulate(400 + request);
    const dev = await simulation.run(create(simulation.process, "dev", inputsOf("1")));
    const prod = await simulation.run(create(simulation.restart(), "prod", inputsOf("1")));
    const mortal = simulation.restart();
    mortal.killAt(request, "after");
    survived = await simulation.run(Promise.race([remove(mortal, "dev", dev).then(() => true), mortal.dead.then(() => false)]));
    const { context, call } = simulation.restart();
    const reading = imageImport.read(dev.id, { state: dev.state, inputs: inputsOf("1") }, context, call(urnOf("dev")));
    const read = await simulation.run(reading.catch((error: unknown) => error));
    if (read instanceof Unfinished) {
      const state = read.state as ImageImportState;
      const updated = await simulation.run(imageImport.update(dev.id, state, inputsOf("1"), context, call(urnOf("dev"))));
      expect(updated).toMatchObject({ status: "available", ownerTag: dev.state.ownerTag });
    } else expect(survived || request < 5).toBe(true);
    await simulation.run(remove(simulation.restart(), "prod", prod));
    expect(await ids(simulation)).toEqual([dev.id]);
    const fresh = await simulation.run(create(simulation.restart(), "staging", inputsOf("1")));
    expect(fresh.id).toBe(dev.id);
    expect(request).toBeLessThan(30);
  }
});

test("a version that was shared and is kept keeps the tag of its history when the last one that had it is left to others", async () => {
  const simulation = simulate(14);
  const retained = (digit: string): ImageImportInputs => inputsOf(digit, { retain: 1 });
  const first = await simulation.run(create(simulation.process, "dev", retained("1")));
  await simulation.run(create(simulation.restart(), "prod", inputsOf("1")));
  const foreign = await simulation.run(create(simulation.restart(), "staging", inputsOf("2")));
  await simulation.run(create(simulation.restart(), "test", inputsOf("3")));
  const { process } = simulation;
  await simulation.run(compare(process, "dev", first, retained("2")));
  const second = await simulation.run(create(process, "dev", retained("2")));
  expect(second.id).toBe(foreign.id);
  await simulation.run(remove(process, "dev", first));
  await simulation.run(compare(process, "dev", second, retained("3")));
  await simulation.run(create(process, "dev", retained("3")));
  await simulation.run(remove(process, "dev", second));
  const { image } = (await simulation.ask("GET", `/v2/images/${second.id}`)) as { image: ImageWire };
  expect(image.tags).toContain(first.state.lineageTag);
});

test("an image that has lost its digest says so in a refresh, has it again by the next update, and is shared again", async () => {
  const simulation = simulate(13);
  const dev = await simulation.run(create(simulation.process, "dev", inputsOf("1")));
  await simulation.ask("DELETE", `/v2/tags/imagefleet:sha256:${"1".repeat(64)}`);
  const { context, call } = simulation.restart();
  const reading = imageImport.read(dev.id, { state: dev.state, inputs: inputsOf("1") }, context, call(urnOf("dev")));
  const read = await simulation.run(reading.catch((error: unknown) => error));
  if (!(read instanceof Unfinished)) throw new Error("It isn't unfinished.", { cause: read });
  expect(read.message).toContain(`Image ${dev.id} has lost the tag of its digest`);
  const updating = imageImport.update(dev.id, read.state, inputsOf("1"), context, call(urnOf("dev")));
  expect(await simulation.run(updating)).toMatchObject({ status: "available" });
  expect((await simulation.run(create(simulation.restart(), "staging", inputsOf("1")))).id).toBe(dev.id);
});

describe("a resource under another name", () => {
  it("goes on with its kept versions, and a new one under the freed name takes and deletes nothing of it", async () => {
    const simulation = simulate(8);
    const plain = (version: string): ImageImportInputs => ({
      ...{ source: { url: `http://127.0.0.1/${version}.img` }, region: "nyc3", name: version },
      retain: 1,
    });
    const first = await simulation.run(create(simulation.process, "dev", plain("a")));
    const renamed = simulation.restart();
    await simulation.run(compare(renamed, "dev2", first, plain("b")));
    const second = await simulation.run(create(renamed, "dev2", plain("b")));
    await simulation.run(remove(renamed, "dev", first));
    expect((await ids(simulation)).toSorted()).toEqual([first.id, second.id].toSorted());

    const fresh = await simulation.run(create(simulation.restart(), "dev", plain("a")));
    expect(fresh.id).not.toBe(first.id);
    await simulation.run(remove(simulation.restart(), "dev", fresh));
    expect((await ids(simulation)).toSorted()).toEqual([first.id, second.id].toSorted());

    const back = simulation.restart();
    await simulation.run(compare(back, "dev2", second, plain("a")));
    expect((await simulation.run(create(back, "dev2", plain("a")))).id).toBe(first.id);
  });

  it("keeps what it has where the engine replaces it by force, without a Diff", async () => {
    const simulation = simulate(9);
    const retained = (digit: string): ImageImportInputs => inputsOf(digit, { retain: 1 });
    const first = await simulation.run(create(simulation.process, "dev", retained("1")));
    await simulation.run(compare(simulation.process, "dev", first, retained("2")));
    const second = await simulation.run(create(simulation.process, "dev", retained("2")));
    await simulation.run(remove(simulation.process, "dev", first));
    const forced = simulation.restart();
    const again = await simulation.run(create(forced, "dev", retained("2")));
    await simulation.run(remove(forced, "dev", second));
    expect(again.id).toBe(second.id);
    expect((await ids(simulation)).toSorted()).toEqual([first.id, second.id].toSorted());

    const back = simulation.restart();
    await simulation.run(compare(back, "dev", again, retained("1")));
    const third = await simulation.run(create(back, "dev", retained("1")));
    expect(third.id).toBe(first.id);
    await simulation.run(remove(back, "dev", again));
    await simulation.run(remove(simulation.restart(), "dev", third));
    expect([...(await ids(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
  });

  it("keeps no more than it wants where the engine replaces it by force, though lists lag", async () => {
    const simulation = simulate(15);
    simulation.listLag = 1;
    const retained = (digit: string, retain: number): ImageImportInputs => inputsOf(digit, { retain });
    const owned: Owned[] = [];
    for (const digit of ["1", "2", "3"]) {
      const before = owned.at(-1);
      if (before !== undefined) await simulation.run(compare(simulation.process, "dev", before, retained(digit, 2)));
      owned.push(await simulation.run(create(simulation.process, "dev", retained(digit, 2))));
      if (before !== undefined) await simulation.run(remove(simulation.process, "dev", before));
    }
    await simulation.clock.advance(60_000);
    simulation.listLag = 20;
    const forced = simulation.restart();
    const again = await simulation.run(create(forced, "dev", retained("3", 1)));
    await simulation.run(remove(forced, "dev", owned[2]!));
    expect(again.id).toBe(owned[2]!.id);
    expect((await ids(simulation)).toSorted()).toEqual([owned[1]!.id, again.id].toSorted());
  });

  it("leaves nothing of a replacement that was killed, where the engine replaces it by force next", async () => {
    const simulation = simulate(10);
    const retained = (digit: string): ImageImportInputs => inputsOf(digit, { retain: 1 });
    const first = await simulation.run(create(simulation.process, "dev", retained("1")));
    const mortal = simulation.restart();
    await simulation.run(compare(mortal, "dev", first, retained("2")));
    mortal.killAt(6, "after");
    void create(mortal, "dev", retained("2"));
    await simulation.run(mortal.dead);
    expect(simulation.requests().at(-1)).toBe("POST /v2/images");
    await simulation.clock.advance(60_000);
    const forced = simulation.restart();
    const again = await simulation.run(create(forced, "dev", retained("1")));
    await simulation.run(remove(forced, "dev", first));
    expect([again.id, await ids(simulation)]).toEqual([first.id, [first.id]]);
    await simulation.run(remove(simulation.restart(), "dev", again));
    expect([...(await ids(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
  });

  it("keeps an unfinished import from a new resource under its freed name, also of the same source", async () => {
    const simulation = simulate(11);
    await simulation.options({ importSeconds: 600 });
    const plain = (digit: string): ImageImportInputs => ({ ...inputsOf(digit), source: { url: `http://127.0.0.1/v${digit}.img` } });
    const { context, call } = simulation.process;
    const interrupted = call(urnOf("dev"));
    void simulation.clock.sleep(5_000).then(() => interrupted.interrupt());
    const unfinished: unknown = await simulation.run(imageImport.create(plain("1"), context, interrupted).catch((error: unknown) => error));
    if (!(unfinished instanceof Unfinished)) throw new Error("It isn't unfinished.", { cause: unfinished });
    await simulation.options({ importSeconds: 20 });
    for (const digit of ["1", "2"]) {
      const fresh = simulation.restart();
      const other = await simulation.run(create(fresh, "dev", plain(digit)));
      expect(other.id).not.toBe(unfinished.id);
      await simulation.run(remove(simulation.restart(), "dev", other));
    }
    const renamed = simulation.restart();
    const state = unfinished.state as ImageImportState;
    await simulation.run(compare(renamed, "dev2", { id: unfinished.id, state }, plain("1")));
    const done = imageImport.update(unfinished.id, state, plain("1"), renamed.context, renamed.call(urnOf("dev2")));
    expect(await simulation.run(done)).toMatchObject({ status: "available", imageId: unfinished.id });
    expect(await ids(simulation)).toEqual([unfinished.id]);
  });
});

test.each(["before", "after"] as const)(
  "a joiner that is killed at any request, %s it took effect, leaves no mark to the next run",
  async (when) => {
    for (let request = 1, survived = false; !survived; request += 1) {
      const simulation = simulate(200 + request);
      const dev = await simulation.run(create(simulation.process, "dev", inputsOf("1")));
      const mortal = simulation.restart();
      mortal.killAt(request, when);
      survived = await simulation.run(
        Promise.race([create(mortal, "prod", inputsOf("1")).then(() => true), mortal.dead.then(() => false)]),
      );
      const settled = simulation.requests().at(-1)?.startsWith("DELETE /v2/tags/imagefleet:begun:") ?? false;
      const prod = await simulation.run(create(simulation.restart(), "prod", inputsOf("1")));
      expect(prod.id).toBe(dev.id);
      // Whether a state was stored after its last request, nobody can tell: that mark stays until it is released.
      if (settled) continue;
      await simulation.run(remove(simulation.restart(), "dev", dev));
      await simulation.run(remove(simulation.restart(), "prod", prod));
      expect([...(await ids(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
      expect(request).toBeLessThan(40);
    }
  },
);
