import type { ImageWire } from "../../../../provider/api/wire";
import { Unfinished } from "../../../../provider/host/fault";
import { imageImport } from "../../../../provider/resources/imageImport/imageImport";
import type { ImageImportInputs, ImageImportState } from "../../../../provider/resources/imageImport/imageImportTable";
import type { ProviderContext } from "../../../../provider/providerContext";
import { simulate, type RecordedCall, type SimulatedProcess, type Simulation } from "../../../helpers/simulation";

const urn = "urn:pulumi:dev::web::imagefleet:index:ImageImport::web";

interface Version {
  readonly id: string;
  readonly state: ImageImportState;
}

function inputsOf(version: string, more: Partial<ImageImportInputs> = {}): ImageImportInputs {
  return { source: { url: `http://127.0.0.1/${version}.img` }, region: "nyc3", name: version, ...more };
}

/** The state that the engine has stored last. */
let stored: Version | undefined;
beforeEach(() => (stored = undefined));

/** As the engine replaces: it compares the state with the program before it creates. */
async function create({ context, call }: SimulatedProcess, inputs: ImageImportInputs, said: RecordedCall = call(urn)): Promise<Version> {
  if (stored !== undefined) await compare(stored, inputs, context, said);
  return (stored = await imageImport.create(inputs, context, said));
}

async function compare({ id, state }: Version, after: ImageImportInputs, context: ProviderContext, said: RecordedCall): Promise<void> {
  await imageImport.diff?.({ id, state, before: state, after, effects: {} }, context, said);
}

function remove({ context, call }: SimulatedProcess, { id, state }: Version, said: RecordedCall = call(urn)): Promise<void> {
  return imageImport.delete(id, state, context, said);
}

/** Creates each version and then deletes the one before it, as the engine replaces. */
async function roll(simulation: Simulation, ...versions: readonly ImageImportInputs[]): Promise<Version> {
  let current: Version | undefined;
  for (const inputs of versions) {
    const before: Version | undefined = current;
    current = await simulation.run(create(simulation.process, inputs));
    if (before !== undefined) await simulation.run(remove(simulation.process, before));
  }
  if (current === undefined) throw new Error("Name a version.");
  return current;
}

/** Names of the images that are there: `v1` for the one in use, `(v1)` for one that is kept. */
async function there(simulation: Simulation): Promise<readonly string[]> {
  const { images } = (await simulation.ask("GET", "/v2/images?private=true")) as { images: ImageWire[] };
  const isKept = ({ tags }: ImageWire): boolean => tags?.some((tag) => tag.startsWith("imagefleet:retired:")) ?? false;
  return images.map((image) => (isKept(image) ? `(${image.name})` : image.name)).sort();
}

async function tagsThere(simulation: Simulation): Promise<readonly string[]> {
  const { tags } = (await simulation.ask("GET", "/v2/tags?per_page=200")) as { tags: { name: string }[] };
  return tags.map(({ name }) => name).sort();
}

async function run(simulation: Simulation, image: string): Promise<string> {
  const key = { name: "me", public_key: `ssh-ed25519 ${Buffer.from("a key").toString("base64")} me` };
  const { ssh_key } = (await simulation.ask("POST", "/v2/account/keys", key)) as { ssh_key: { id: number } };
  const order = { name: "web-1", region: "nyc3", size: "s-1vcpu-1gb", image: Number(image), ssh_keys: [ssh_key.id] };
  const { droplet } = (await simulation.ask("POST", "/v2/droplets", order)) as { droplet: { id: number } };
  return String(droplet.id);
}

describe("a version that has been replaced", () => {
  it("is deleted with its tags, in few requests", async () => {
    const simulation = simulate(1);
    const first = await roll(simulation, inputsOf("v1"));
    const second = await simulation.run(create(simulation.process, inputsOf("v2")));
    simulation.emulator.requests.clear();
    await simulation.run(remove(simulation.process, first));
    const { ownerTag, correlationTag } = first.state;
    expect(simulation.requests()).toEqual([
      "GET /v2/images",
      ...[first, second].map(({ id }) => `GET /v2/images/${id}`),
      "GET /v2/droplets",
      `DELETE /v2/tags/${correlationTag}`,
      `DELETE /v2/images/${first.id}`,
      `DELETE /v2/tags/${ownerTag}`,
    ]);
    expect(await there(simulation)).toEqual(["v2"]);
    const { state } = second;
    expect(await tagsThere(simulation)).toEqual([state.correlationTag, state.lineageTag, state.ownerTag].sort());
  });

  it("is kept as far as the current one wants that, the last ones in use first", async () => {
    const simulation = simulate(2);
    const versions = ["v1", "v2", "v3", "v1", "v4"].map((version) => inputsOf(version, { retain: 2 }));
    await roll(simulation, ...versions);
    expect(await there(simulation)).toEqual(["(v1)", "(v3)", "v4"]);
  });

  it("is kept though lists don't know the new one yet", async () => {
    const simulation = simulate(11);
    const [v1, v2] = ["v1", "v2"].map((version) => inputsOf(version, { retain: 1 }));
    const first = await roll(simulation, v1!);
    const { context, call } = simulation.process;
    const { api } = context;
    const stale = await simulation.run(api.images.listByTag(first.state.lineageTag!, call().signal));
    await simulation.run(create(simulation.process, v2!));
    const lagging = { ...context, api: { ...api, images: { ...api.images, listByTag: () => Promise.resolve(stale) } } };
    await simulation.run(imageImport.delete(first.id, first.state, lagging, call(urn)));
    expect(await there(simulation)).toEqual(["(v1)", "v2"]);
  });

  it("is kept before anything that a killed create began after it", async () => {
    const simulation = simulate(17);
    const [v1, v2, v3] = ["v1", "v2", "v3"].map((version) => inputsOf(version, { retain: 1 }));
    const first = await roll(simulation, v1!);
    const mortal = simulation.restart();
    mortal.killAt(5, "after");
    void create(mortal, v2!);
    await simulation.run(mortal.dead);
    const next = simulation.restart();
    await simulation.run(create(next, v3!));
    await simulation.run(remove(next, first));
    expect(await there(simulation)).toEqual(["(v1)", "v3"]);
  });

  it("counts by what the new state retains, not the old one", async () => {
    const simulation = simulate(3);
    await roll(simulation, inputsOf("v1"), inputsOf("v2", { retain: 1 }));
    expect(await there(simulation)).toEqual(["(v1)", "v2"]);
  });

  it("is said in the preview where it will go, and by the delete that takes it", async () => {
    const simulation = simulate(4);
    const [v1, v2, v3] = ["v1", "v2", "v3"].map((version) => inputsOf(version, { retain: 1 }));
    const current = await roll(simulation, v1!, v2!);
    const { images } = (await simulation.ask("GET", "/v2/images?private=true")) as { images: ImageWire[] };
    const first = images.find(({ name }) => name === "v1");
    const preview = simulation.call(urn);
    await simulation.run(compare(current, v3!, simulation.context, preview));
    await simulation.run(Promise.resolve(imageImport.preview?.(v3!, undefined, simulation.context, preview)));
    expect(preview.infos).toEqual([`1 earlier version is kept; to be deleted, unless Droplets run it: image ${first?.id} (v1).`]);
    await simulation.run(create(simulation.process, v3!));
    const deletion = simulation.call(urn);
    await simulation.run(remove(simulation.process, current, deletion));
    expect(deletion.infos).toEqual([`1 earlier version is kept; deleted, unless Droplets run it: image ${first?.id} (v1).`]);
    expect(await there(simulation)).toEqual(["(v2)", "v3"]);
  });

  it("goes when less is retained", async () => {
    const simulation = simulate(5);
    const [v1, v2] = ["v1", "v2"].map((version) => inputsOf(version, { retain: 1 }));
    const { id, state } = await roll(simulation, v1!, v2!);
    const less = { ...v2!, retain: 0 };
    await simulation.run(imageImport.update(id, state, less, simulation.context, simulation.call(urn)));
    expect(await there(simulation)).toEqual(["v2"]);
    expect(await tagsThere(simulation)).toEqual([state.correlationTag, state.lineageTag, state.ownerTag].sort());
  });

  it("stays while Droplets run it, and is deleted by the next create that finds none", async () => {
    const simulation = simulate(6);
    const first = await simulation.run(create(simulation.process, inputsOf("v1")));
    const droplet = await run(simulation, first.id);
    const second = await simulation.run(create(simulation.process, inputsOf("v2")));
    const deletion = simulation.call(urn);
    await simulation.run(remove(simulation.process, first, deletion));
    expect(await there(simulation)).toEqual(["(v1)", "v2"]);
    expect(deletion.warnings).toEqual([
      `Image ${first.id} stays, for Droplets still run it: web-1. The next create or delete of this resource deletes it once none does; ` +
        "with `forceDelete: true` it is deleted all the same.",
    ]);
    await simulation.clock.advance(60_000);
    await simulation.ask("DELETE", `/v2/droplets/${droplet}`);
    await simulation.clock.advance(60_000);
    await simulation.run(create(simulation.process, inputsOf("v3")));
    await simulation.run(remove(simulation.process, second));
    expect(await there(simulation)).toEqual(["v3"]);
  });

  it("is deleted though Droplets run it, where that is asked for", async () => {
    const simulation = simulate(7);
    const first = await simulation.run(create(simulation.process, inputsOf("v1", { forceDelete: true })));
    await run(simulation, first.id);
    await simulation.run(remove(simulation.process, first));
    expect(await there(simulation)).toEqual([]);
  });
});

describe("going back to a version that was kept", () => {
  it("takes it back by its tag alone: its source isn't asked, and nothing is imported", async () => {
    const simulation = simulate(8);
    const [v1, v2] = ["v1", "v2"].map((version) => inputsOf(version, { retain: 1 }));
    const current = await roll(simulation, v1!, v2!);
    simulation.served = "gone";
    simulation.emulator.requests.clear();
    const next = simulation.restart();
    const said = next.call(urn);
    const back = await simulation.run(create(next, v1!, said));
    expect(simulation.requests()).toEqual([
      ...["GET /v2/account", "GET /v2/images", `GET /v2/images/${back.id}`, `GET /v2/images/${current.id}`, "GET /v2/tags"],
      ...["POST /v2/tags", `POST /v2/tags/${back.state.ownerTag}/resources`],
    ]);
    expect(said.infos).toEqual([`Image ${back.id}, an earlier version that is made of this source, is taken back.`]);
    await simulation.run(remove(next, current));
    expect(await there(simulation)).toEqual(["(v2)", "v1"]);
  });

  it("says so in preview, without asking the source", async () => {
    const simulation = simulate(9);
    const current = await roll(simulation, inputsOf("v1"), inputsOf("v2", { retain: 1 }));
    simulation.served = "gone";
    const said = simulation.call(urn);
    await simulation.run(compare(current, inputsOf("v1", { retain: 1 }), simulation.context, said));
    const preview = imageImport.preview?.(inputsOf("v1", { retain: 1 }), undefined, simulation.context, said);
    await simulation.run(Promise.resolve(preview));
    expect(said.warnings).toEqual([]);
    expect(said.infos).toEqual([expect.stringMatching(/^Image \d+ is already made of this source and will be taken over/)]);
  });

  it("outlives the late delete of the state that it belonged to, and the version in between goes", async () => {
    const simulation = simulate(10);
    const first = await simulation.run(create(simulation.process, inputsOf("v1")));
    // The rollout to the second fails, so that nothing is deleted, and the program is reverted.
    const second = await simulation.run(create(simulation.process, inputsOf("v2")));
    const back = await simulation.run(create(simulation.process, inputsOf("v1")));
    expect(back.id).toBe(first.id);
    await simulation.run(remove(simulation.process, first));
    await simulation.run(remove(simulation.process, second));
    expect(await there(simulation)).toEqual(["v1"]);
    const { state } = back;
    expect(await tagsThere(simulation)).toEqual([state.correlationTag, state.lineageTag, state.ownerTag].sort());
  });
});

describe("the end of a lineage", () => {
  it("leaves no image and no tag, whatever was kept", async () => {
    const simulation = simulate(12);
    const sha256 = "ab".repeat(32);
    const source = { url: "http://127.0.0.1/v2.img", sha256 };
    const last = await roll(
      simulation,
      inputsOf("v1", { retain: 3 }),
      inputsOf("v2", { retain: 2, source }),
      inputsOf("v3", { retain: 3 }),
    );
    expect(await there(simulation)).toEqual(["(v1)", "(v2)", "v3"]);
    await simulation.run(remove(simulation.process, last));
    expect(await there(simulation)).toEqual([]);
    expect(await tagsThere(simulation)).toEqual([]);
  });

  it("needs nothing of what a killed create of another source began: the next create has deleted it", async () => {
    const simulation = simulate(13);
    simulation.process.killAt(3, "after");
    void create(simulation.process, inputsOf("v1"));
    await simulation.run(simulation.process.dead);
    const next = simulation.restart();
    const second = await simulation.run(create(next, inputsOf("v2")));
    expect(await there(simulation)).toEqual(["v2"]);
    await simulation.run(remove(next, second));
    expect([...(await there(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
  });

  it("takes the tags of an import that failed after the run that began it was killed", async () => {
    const simulation = simulate(18);
    await simulation.fault({ on: "import", fails: true });
    simulation.process.killAt(3, "after");
    void create(simulation.process, inputsOf("v1"));
    await simulation.run(simulation.process.dead);
    await simulation.clock.advance(60_000);
    const next = simulation.restart();
    const second = await simulation.run(create(next, inputsOf("v2")));
    expect(await tagsThere(simulation)).toHaveLength(7);
    await simulation.run(remove(next, second));
    expect([...(await there(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
  });

  it("comes also after a killed create of the next version, which no state stands for", async () => {
    const simulation = simulate(15);
    const first = await roll(simulation, inputsOf("v1", { retain: 1 }));
    const mortal = simulation.restart();
    mortal.killAt(5, "after");
    void create(mortal, inputsOf("v2", { retain: 1 }));
    await simulation.run(mortal.dead);
    await simulation.clock.advance(60_000);
    expect(await there(simulation)).toEqual(["v1", "v2"]);
    await simulation.run(remove(simulation.restart(), first));
    expect([...(await there(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
  });

  it("doesn't come by the late delete of the version before one whose create was interrupted", async () => {
    const simulation = simulate(16);
    const first = await roll(simulation, inputsOf("v1"));
    await simulation.options({ importSeconds: 60 });
    const call = simulation.call(urn);
    void simulation.clock.sleep(5_000).then(() => call.interrupt());
    const left: unknown = await simulation.run(create(simulation.process, inputsOf("v2"), call).catch((error: unknown) => error));
    if (!(left instanceof Unfinished)) throw new Error("It isn't unfinished.", { cause: left });
    await simulation.clock.advance(60_000);
    // The next run compares each state with the program before it deletes any.
    const { context, call: next } = simulation.restart();
    const inputs = inputsOf("v2");
    const change = { id: left.id, state: left.state, before: inputs, after: inputs, effects: {} };
    await simulation.run(Promise.resolve(imageImport.diff?.(change, context, next(urn))));
    await simulation.run(imageImport.delete(first.id, first.state, context, next(urn)));
    expect(await there(simulation)).toEqual(["v2"]);
  });

  it("doesn't come when an image that others own was brought in and is replaced: that stays theirs", async () => {
    const simulation = simulate(14);
    const foreign = await roll(simulation, ...["a", "b", "c"].map((version) => inputsOf(version)));
    const other = simulation.call("urn:other");
    const read = await simulation.run(imageImport.read(foreign.id, undefined, simulation.context, other));
    expect(read?.state).toMatchObject({ ownerTag: undefined, correlationTag: undefined, lineageTag: undefined });
    await simulation.run(imageImport.create(inputsOf("v2"), simulation.context, other));
    await simulation.run(imageImport.delete(foreign.id, read!.state, simulation.context, other));
    expect(await there(simulation)).toEqual(["c", "v2"]);
  });
});

describe("a provider that is killed at any request", () => {
  const deaths = ["before", "after"] as const;

  it.each(deaths)("of a replacement's delete, %s it took effect, ends it the next time", async (when) => {
    await untilSurvived(async (request) => {
      const simulation = simulate(100 + request);
      const versions = ["v1", "v2"].map((version) => inputsOf(version, { retain: 1 }));
      const second = await roll(simulation, ...versions);
      const third = await simulation.run(create(simulation.process, inputsOf("v3", { retain: 1 })));
      const survived = await killedOnce(simulation, request, when, (process) => remove(process, second));
      expect(await there(simulation)).toEqual(["(v2)", "v3"]);
      await simulation.run(remove(simulation.restart(), third));
      expect([...(await there(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
      return survived;
    });
  });

  it.each(deaths)("of the lineage's end, %s it took effect, leaves nothing the next time", async (when) => {
    await untilSurvived(async (request) => {
      const simulation = simulate(200 + request);
      const second = await roll(simulation, ...["v1", "v2"].map((version) => inputsOf(version, { retain: 1 })));
      const survived = await killedOnce(simulation, request, when, (process) => remove(process, second));
      expect([...(await there(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
      return survived;
    });
  });

  it.each(deaths)("of the way back, %s it took effect, finds it the next time, and leaves nothing at its end", async (when) => {
    await untilSurvived(async (request) => {
      const simulation = simulate(300 + request);
      const [v1, v2] = ["v1", "v2"].map((version) => inputsOf(version, { retain: 1 }));
      const second = await roll(simulation, v1!, v2!);
      let back = second;
      const survived = await killedOnce(simulation, request, when, async (process) => (back = await create(process, v1!)));
      expect(simulation.requests(/^POST \/v2\/images$/)).toHaveLength(2);
      await simulation.run(remove(simulation.restart(), second));
      expect(await there(simulation)).toEqual(["(v2)", "v1"]);
      await simulation.run(remove(simulation.restart(), back));
      expect([...(await there(simulation)), ...(await tagsThere(simulation))]).toEqual([]);
      return survived;
    });
  });

  /** Kills the work at a request, and does it again in another process. Whether it had no more requests than that. */
  async function killedOnce(
    simulation: Simulation,
    request: number,
    when: (typeof deaths)[number],
    work: (process: SimulatedProcess) => Promise<unknown>,
  ): Promise<boolean> {
    const mortal = simulation.restart();
    mortal.killAt(request, when);
    const survived = await simulation.run(Promise.race([work(mortal).then(() => true), mortal.dead.then(() => false)]));
    await simulation.run(work(simulation.restart()));
    return survived;
  }

  async function untilSurvived(attempt: (request: number) => Promise<boolean>): Promise<void> {
    for (let request = 1; !(await attempt(request)); request += 1) expect(request).toBeLessThan(50);
  }
});
