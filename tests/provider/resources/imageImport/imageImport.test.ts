import { Unfinished } from "../../../../provider/host/fault";
import { imageImport } from "../../../../provider/resources/imageImport/imageImport";
import type { ImageImportInputs, ImageImportState } from "../../../../provider/resources/imageImport/imageImportTable";
import { simulate, type RecordedCall, type Simulation } from "../../../helpers/simulation";

const urn = "urn:pulumi:dev::web::imagefleet:index:ImageImport::web";
const inputs: ImageImportInputs = { source: { url: "http://127.0.0.1/web.img" }, region: "nyc3", name: "web", tags: ["prod"] };
const imports = /^POST \/v2\/images$/;

async function create(simulation: Simulation, given = inputs): Promise<{ id: string; state: ImageImportState }> {
  return simulation.run(imageImport.create(given, simulation.context, simulation.call(urn)));
}

async function imageTags(simulation: Simulation, id: string): Promise<readonly string[]> {
  const { image } = (await simulation.ask("GET", `/v2/images/${id}`)) as { image: { tags: string[] } };
  return image.tags;
}

async function unfinished(simulation: Simulation, promise: Promise<unknown>): Promise<Unfinished> {
  const error: unknown = await simulation.run(promise.catch((reason: unknown) => reason));
  if (error instanceof Unfinished) return error;
  throw new Error("It isn't unfinished.", { cause: error });
}

describe("creating", () => {
  it("imports once and tells what the image became", async () => {
    const simulation = simulate(1);
    const sha256 = "AB".repeat(32);
    const { id, state } = await create(simulation, { ...inputs, source: { url: "http://127.0.0.1/web.img", sha256 } });
    expect(state).toMatchObject({
      ...{ imageId: id, regions: ["nyc3"], status: "available", digest: sha256.toLowerCase(), name: "web", tags: ["prod"] },
      ...{ minDiskSize: expect.any(Number) as number, sizeGigabytes: expect.any(Number) as number, team: { name: "My Team" } },
    });
    const { correlationTag, ownerTag, lineageTag } = state;
    const digestTag = `imagefleet:sha256:${sha256.toLowerCase()}`;
    const claimed = expect.stringMatching(/^imagefleet:claimed:/) as string;
    const own = [correlationTag, digestTag, lineageTag, ownerTag, "prod"].toSorted();
    expect((await imageTags(simulation, id)).toSorted()).toEqual([claimed, ...own]);
    expect(simulation.requests(imports)).toHaveLength(1);
    expect(simulation.process.timers).toBe(0);
  });

  it("is ended by the next update where it could not say that it has ended: a later delete would take the image for nobody's", async () => {
    const simulation = simulate(12);
    await simulation.fault({ on: "request", method: "DELETE", path: "/v2/tags/:name", status: 500, times: 5 });
    const { id, state } = await unfinished(simulation, imageImport.create(inputs, simulation.context, simulation.call(urn)));
    const next = simulation.restart();
    const ended = await simulation.run(imageImport.update(id, state as ImageImportState, inputs, next.context, next.call(urn)));
    expect(ended).toMatchObject({ imageId: id, status: "available" });
    expect((await imageTags(simulation, id)).toSorted()).toEqual(
      [ended.correlationTag, ended.lineageTag, ended.ownerTag, "prod"].toSorted(),
    );
    expect(simulation.requests(imports)).toHaveLength(1);
  });

  it("is ended by the next update also where a refresh finds that the import has ended meanwhile", async () => {
    const simulation = simulate(11);
    await simulation.options({ importSeconds: 60 });
    const call = simulation.call(urn);
    void simulation.clock.sleep(5_000).then(() => call.interrupt());
    const { id, state } = await unfinished(simulation, imageImport.create(inputs, simulation.context, call));
    await simulation.clock.advance(60_000);
    const next = simulation.restart();
    const known = { state: state as ImageImportState, inputs };
    const found = await unfinished(simulation, imageImport.read(id, known, next.context, next.call(urn)));
    expect(found.state).toMatchObject({ imageId: id, status: "pending" });
    const ended = await simulation.run(imageImport.update(id, found.state as ImageImportState, inputs, next.context, next.call(urn)));
    expect(ended).toMatchObject({ imageId: id, status: "available" });
    expect((await imageTags(simulation, id)).toSorted()).toEqual(
      [ended.correlationTag, ended.lineageTag, ended.ownerTag, "prod"].toSorted(),
    );
  });

  it("stands later than an import that was taken over and then failed: the late delete of that one takes nothing of it", async () => {
    const simulation = simulate(14);
    await simulation.fault({ on: "import", fails: true, seconds: 60, times: 1 });
    const interruptedAfter = async (seconds: number): Promise<Unfinished> => {
      const { context, call } = simulation.restart();
      const interrupted = call(urn);
      void simulation.clock.sleep(seconds * 1_000).then(() => interrupted.interrupt());
      return unfinished(simulation, imageImport.create(inputs, context, interrupted));
    };
    simulation.process.killAt(3, "after");
    void imageImport.create(inputs, simulation.context, simulation.call(urn));
    await simulation.run(simulation.process.dead);
    const { id, state } = await interruptedAfter(5);
    await simulation.clock.advance(60_000);

    const { context, call } = simulation.restart();
    const change = { id, state: state as ImageImportState, before: inputs, after: inputs, effects: {} };
    expect(await simulation.run(Promise.resolve(imageImport.diff?.(change, context, call(urn))))).toEqual({ status: "replace" });
    const next = await simulation.run(imageImport.create(inputs, context, call(urn)));
    await simulation.run(imageImport.delete(id, state as ImageImportState, context, call(urn)));
    expect(await simulation.ask("GET", `/v2/images/${next.id}`)).toMatchObject({ image: { status: "available" } });
    expect(await imageTags(simulation, next.id)).toContain(next.state.ownerTag);
  });

  it("names the regions to choose from where the service refuses the one that was given", async () => {
    const simulation = simulate(13);
    const created = create(simulation, { ...inputs, region: "nyc9" });
    await expect(created).rejects.toThrow(
      /^`region` must be a region that takes custom images, got `nyc9`\. Take one of nyc1, nyc2, nyc3\.$/,
    );
    expect(simulation.requests(imports)).toHaveLength(1);
  });

  it("takes over what a killed run began, and imports nothing twice", async () => {
    const simulation = simulate(2);
    await simulation.options({ importSeconds: 60 });
    simulation.process.killAt(3, "after");
    void imageImport.create(inputs, simulation.context, simulation.call(urn));
    await simulation.run(simulation.process.dead);
    const { context, call } = simulation.restart();
    const next = call(urn);
    const { id, state } = await simulation.run(imageImport.create({ ...inputs, name: "renamed", tags: ["dev"] }, context, next));
    expect(simulation.requests(imports)).toHaveLength(1);
    expect(state).toMatchObject({ status: "available", name: "renamed" });
    expect(next.infos).toHaveLength(1);
    const { image } = (await simulation.ask("GET", `/v2/images/${id}`)) as { image: { name: string; tags: string[] } };
    expect(image.name).toBe("renamed");
    expect(image.tags.filter((tag) => !tag.startsWith("imagefleet:"))).toEqual(["dev"]);
    expect(image.tags.filter((tag) => tag.startsWith("imagefleet:owner:"))).toEqual([state.ownerTag]);
  });

  it("looks for the image when the answer to its POST is lost", async () => {
    const simulation = simulate(3);
    await simulation.fault({ on: "request", method: "POST", path: "/v2/images", drop: true, when: "after" });
    const { state } = await create(simulation);
    expect(state.status).toBe("available");
    expect(simulation.requests(imports)).toHaveLength(1);
  });

  it("isn't misled by reads that lag behind the POST", async () => {
    const simulation = simulate(20);
    await simulation.options({ importSeconds: 30, lagSeconds: 20 });
    const { state } = await create(simulation);
    expect(state.status).toBe("available");
  });

  it("says so when the image is deleted while it is being imported", async () => {
    const simulation = simulate(21);
    await simulation.options({ importSeconds: 600 });
    const created = imageImport.create(inputs, simulation.context, simulation.call(urn)).catch(String);
    await simulation.clock.advance(100_000);
    const { images } = (await simulation.ask("GET", "/v2/images?private=true")) as { images: { id: number }[] };
    await simulation.ask("DELETE", `/v2/images/${images[0]!.id}`);
    expect(await simulation.run(created)).toContain("was deleted while it was being imported");
  });

  it.each([
    ["the answer is lost", { drop: true, when: "before" }],
    ["DigitalOcean answers 503", { status: 503, message: "Imports are paused." }],
  ] as const)("asks once more when %s and no image shows up", async (_, fault) => {
    const simulation = simulate(4);
    await simulation.fault({ on: "request", method: "POST", path: "/v2/images", ...fault });
    const { state } = await create(simulation);
    expect(state.status).toBe("available");
    expect(simulation.requests(imports)).toHaveLength(2);
  });

  it("says what DigitalOcean said when it refuses the import for minutes", async () => {
    const simulation = simulate(4);
    await simulation.fault({ on: "request", method: "POST", path: "/v2/images", status: 503, message: "Imports are paused.", times: 5 });
    await expect(create(simulation)).rejects.toThrow(/answered 503.*Imports are paused/);
    expect(simulation.requests(imports)).toHaveLength(5);
  });

  it("fails for good when the import ends deleted, tells why, and leaves no tag to be found by", async () => {
    const simulation = simulate(5);
    const message = "We don't support the compression format of your image.";
    await simulation.fault({ on: "import", fails: true, message });
    const failed: unknown = await create(simulation).catch((error: unknown) => error);
    expect(failed).not.toBeInstanceOf(Unfinished);
    expect(String(failed)).toContain(message);
    expect(String(failed)).toContain("gzip or bzip2");
    const { tags } = (await simulation.ask("GET", "/v2/tags")) as { tags: { name: string }[] };
    expect(tags.map(({ name }) => name)).toEqual(["prod"]);
    const { state } = await create(simulation);
    expect(state.status).toBe("available");
    expect(simulation.requests(imports)).toHaveLength(2);
  });

  it("keeps the image as unfinished when it is interrupted, and the next update waits for it", async () => {
    const simulation = simulate(6);
    await simulation.options({ importSeconds: 600 });
    const call = simulation.call(urn);
    const interrupted = imageImport.create(inputs, simulation.context, call);
    void simulation.clock.sleep(30_000).then(() => call.interrupt());
    const left = await unfinished(simulation, interrupted);
    expect(left.state).toMatchObject({ imageId: left.id, status: expect.stringMatching(/new|pending/i) as string });
    expect(simulation.process.timers).toBe(0);
    const { context, call: next } = simulation.restart();
    const state = await simulation.run(imageImport.update(left.id, left.state, inputs, context, next(urn)));
    expect(state.status).toBe("available");
    expect(simulation.requests(imports)).toHaveLength(1);
  });

  it("rides out minutes without network, and says so", async () => {
    const simulation = simulate(7);
    await simulation.options({ importSeconds: 60 });
    const call = simulation.call(urn);
    const created = imageImport.create(inputs, simulation.context, call);
    void simulation.clock.sleep(10_000).then(() => (simulation.offline = true));
    void simulation.clock.sleep(400_000).then(() => (simulation.offline = false));
    const { state } = await simulation.run(created);
    expect(state.status).toBe("available");
    expect(call.progressLines.some(({ text }) => text.includes("no answer from DigitalOcean"))).toBe(true);
  });

  it("ends at once when the token stops being accepted, and keeps the image", async () => {
    const simulation = simulate(8);
    await simulation.options({ importSeconds: 600 });
    const created = imageImport.create(inputs, simulation.context, simulation.call(urn));
    void simulation.clock.sleep(30_000).then(() => simulation.fault({ on: "request", status: 401, times: 1 }));
    const left = await unfinished(simulation, created);
    expect(left.reasons[0]).toContain("401");
  });
});

describe("a preview of a create", () => {
  it("asks only for the regions and what was begun, and lists those of the same city for a slug that there isn't", async () => {
    const simulation = simulate(9);
    const preview = (region: string): Promise<unknown> =>
      simulation.run(Promise.resolve(imageImport.preview?.({ ...inputs, region }, undefined, simulation.context, simulation.call(urn))));
    await expect(preview("ams9")).rejects.toThrow(/`region` must be a region .* got `ams9`\. Take one of ams\d/);
    expect(await preview("ams3")).toEqual({ ...inputs, region: "ams3" });
    expect(simulation.requests()).toEqual(["GET /v2/regions", "GET /v2/tags"]);
  });

  it("of an image that exists asks for nothing and keeps its outputs known", async () => {
    const simulation = simulate(10);
    const { id, state } = await create(simulation);
    simulation.emulator.requests.clear();
    const shown = await simulation.run(
      Promise.resolve(imageImport.preview?.({ ...inputs, name: "other" }, state, simulation.context, simulation.call(urn))),
    );
    expect(shown).toMatchObject({ imageId: id, regions: ["nyc3"], name: "other" });
    expect(simulation.requests()).toEqual([]);
  });
});

describe("updating", () => {
  it("sends only what changed, an empty description and both directions of tags included", async () => {
    const simulation = simulate(11);
    const described = { ...inputs, description: "first", tags: ["prod", "old"] };
    const { id, state } = await create(simulation, described);
    simulation.emulator.requests.clear();
    const { context } = simulation;
    const changed = await simulation.run(
      imageImport.update(id, state, { ...inputs, description: "", tags: ["new", "prod"] }, context, simulation.call(urn)),
    );
    expect(simulation.requests(/PUT/)).toEqual([`PUT /v2/images/${id}`]);
    expect(simulation.requests(/\/tags\/(new|old|prod)\/resources/).map((line) => line.split(" ")[1])).toEqual(
      expect.arrayContaining(["/v2/tags/new/resources", "/v2/tags/old/resources"]),
    );
    expect(simulation.requests(/\/tags\/prod\//)).toEqual([]);
    expect((await imageTags(simulation, id)).filter((tag) => !tag.startsWith("imagefleet:")).sort()).toEqual(["new", "prod"]);
    expect(changed).toMatchObject({ description: "", imageId: id, correlationTag: state.correlationTag });
  });

  it("of an unfinished import doesn't take a change for made that it couldn't make yet", async () => {
    const simulation = simulate(22);
    await simulation.options({ importSeconds: 600 });
    const interrupted = async (begin: (call: RecordedCall) => Promise<unknown>): Promise<Unfinished> => {
      const call = simulation.call(urn);
      void simulation.clock.sleep(5_000).then(() => call.interrupt());
      return unfinished(simulation, begin(call));
    };
    const { context } = simulation;
    const changed = { ...inputs, name: "renamed", tags: ["new"] };
    const first = await interrupted((call) => imageImport.create(inputs, context, call));
    const second = await interrupted((call) => imageImport.update(first.id, first.state, changed, context, call));
    expect(second.state).toMatchObject({ name: "web", tags: ["prod"] });
    await simulation.run(imageImport.update(first.id, second.state, changed, context, simulation.call(urn)));
    const { image } = (await simulation.ask("GET", `/v2/images/${first.id}`)) as { image: { name: string; tags: string[] } };
    expect([image.name, ...image.tags.filter((tag) => !tag.startsWith("imagefleet:"))]).toEqual(["renamed", "new"]);
  });

  it("only tags the image when a digest is declared for it", async () => {
    const simulation = simulate(12);
    const { id, state } = await create(simulation);
    simulation.emulator.requests.clear();
    const sha256 = "cd".repeat(32);
    const source = { url: "http://127.0.0.1/web.img", sha256 };
    const changed = await simulation.run(imageImport.update(id, state, { ...inputs, source }, simulation.context, simulation.call(urn)));
    expect(new Set(simulation.requests())).toEqual(new Set(["POST /v2/tags", `POST /v2/tags/imagefleet:sha256:${sha256}/resources`]));
    expect(changed.digest).toBe(sha256);
  });
});

describe("reading", () => {
  it("tells drift of what the program sets, and nothing of what it doesn't", async () => {
    const simulation = simulate(13);
    const { id, state } = await create(simulation);
    await simulation.ask("PUT", `/v2/images/${id}`, { name: "renamed", description: "by hand" });
    const { context, call } = simulation.restart();
    const answer = await simulation.run(imageImport.read(id, { state, inputs }, context, call(urn)));
    expect(answer?.inputs).toEqual({ ...inputs, name: "renamed" });
    expect(answer?.state).toMatchObject({ imageId: id, ownerTag: state.ownerTag, correlationTag: state.correlationTag, team: state.team });
  });

  it("without state tells everything that an import needs but the source", async () => {
    const simulation = simulate(14);
    const { id } = await create(simulation, { ...inputs, description: "the web", distribution: "Debian" });
    const answer = await simulation.run(imageImport.read(id, undefined, simulation.context, simulation.call(urn)));
    expect(answer?.inputs).toEqual({ name: "web", region: "nyc3", description: "the web", distribution: "Debian", tags: ["prod"] });
  });

  it("takes a missing image for gone while the token is of the same team", async () => {
    const simulation = simulate(15);
    const { id, state } = await create(simulation);
    await simulation.ask("DELETE", `/v2/images/${id}`);
    const { context, call } = simulation.restart();
    expect(await simulation.run(imageImport.read(id, { state, inputs }, context, call(urn)))).toBeUndefined();
  });

  it("refuses to call an image gone with a token of another team, and names both", async () => {
    const seed = { tokens: [{ token: "dop_v1_other", team: "Other Team" }] };
    const simulation = simulate(16, { seed });
    const { id, state } = await create(simulation);
    const { context, call } = simulation.restart("dop_v1_other");
    const read = simulation.run(imageImport.read(id, { state, inputs }, context, call(urn)));
    await expect(read).rejects.toThrow(/"My Team".*"Other Team"/);
  });

  it("says that an import still runs", async () => {
    const simulation = simulate(17);
    await simulation.options({ importSeconds: 600 });
    const call = simulation.call(urn);
    const interrupted = imageImport.create(inputs, simulation.context, call);
    void simulation.clock.sleep(5_000).then(() => call.interrupt());
    const { id, state } = await unfinished(simulation, interrupted);
    const { context, call: next } = simulation.restart();
    const left = await unfinished(simulation, imageImport.read(id, { state, inputs }, context, next(urn)));
    expect(left.inputs).toEqual(inputs);
  });
});

describe("deleting", () => {
  it("takes the image and its marks away, and succeeds a second time", async () => {
    const simulation = simulate(18);
    const { id, state } = await create(simulation);
    const remove = (): Promise<void> => simulation.run(imageImport.delete(id, state, simulation.context, simulation.call(urn)));
    await remove();
    const { tags } = (await simulation.ask("GET", "/v2/tags")) as { tags: { name: string }[] };
    expect(tags.map(({ name }) => name)).toEqual(["prod"]);
    await remove();
  });

  it("leaves an image alone that a later create has taken over", async () => {
    const simulation = simulate(19);
    const first = await create(simulation);
    const change = { ...first, before: first.state, after: first.state, effects: {} };
    await simulation.run(Promise.resolve(imageImport.diff?.(change, simulation.context, simulation.call(urn))));
    const second = await create(simulation);
    expect(second.id).toBe(first.id);
    await simulation.run(imageImport.delete(first.id, first.state, simulation.context, simulation.call(urn)));
    expect(await imageTags(simulation, second.id)).toContain(second.state.ownerTag);
    const { tags } = (await simulation.ask("GET", "/v2/tags")) as { tags: { name: string }[] };
    expect(tags.map(({ name }) => name)).toContain(second.state.correlationTag);
  });
});
