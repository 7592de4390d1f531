import { Unfinished } from "../../../../provider/host/fault";
import { imageImport } from "../../../../provider/resources/imageImport/imageImport";
import { imageReplica } from "../../../../provider/resources/imageReplica/imageReplica";
import { simulate, type RecordedCall, type SimulatedProcess, type Simulation } from "../../../helpers/simulation";

const regions = ["nyc3", "ams3", "fra1", "lon1"];
const transfers = /^POST \/v2\/images\/\d+\/actions$/;
type ReplicaState = Awaited<ReturnType<typeof imageReplica.update>>;

/** A simulation with an image in its home region and a clean request log. */
async function withImage(
  seed: number,
  tokens?: readonly { token: string; team: string }[],
): Promise<{ simulation: Simulation; imageId: string }> {
  const simulation = simulate(seed, tokens && { seed: { tokens } });
  const source = { url: "http://127.0.0.1/web.img" };
  const { process } = simulation;
  const { id } = await simulation.run(imageImport.create({ source, region: "nyc3", name: "web" }, process.context, process.call()));
  simulation.emulator.requests.clear();
  return { simulation, imageId: id };
}

function create(
  { context, call }: SimulatedProcess,
  imageId: string,
  region: string,
  wait = true,
  listener: RecordedCall = call(),
): Promise<ReplicaState> {
  const made = imageReplica.create({ imageId, region, siblingRegions: regions, wait }, context, listener);
  return made.then(({ id, state }) => {
    expect(id).toBe(`${imageId}/${region}`);
    return state;
  });
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "nothing failed",
    (error: unknown) => error,
  );
}

async function imageRegions(simulation: Simulation, imageId: string): Promise<readonly string[]> {
  const { image } = (await simulation.ask("GET", `/v2/images/${imageId}`)) as { image: { regions: string[] } };
  return image.regions;
}

describe("creating replicas", () => {
  it("starts all copies with the first one, and makes no other wait for its turn", async () => {
    const { simulation, imageId } = await withImage(1);
    await simulation.options({ transferSeconds: 300 });
    const began = simulation.clock.now();
    for (const region of regions) {
      const state = await simulation.run(create(simulation.process, imageId, region));
      expect(state).toMatchObject({ imageId, region, status: "available", team: { name: "My Team" } });
    }
    expect(simulation.clock.now() - began).toBeLessThan(310_000);
    expect(simulation.requests(transfers)).toHaveLength(3);
    expect([...(await imageRegions(simulation, imageId))].sort()).toEqual([...regions].sort());
  });

  it("asks once for a region where the image already is", async () => {
    const { simulation, imageId } = await withImage(2);
    const { context, call } = simulation.restart();
    await simulation.run(imageReplica.create({ imageId, region: "nyc3", wait: true }, context, call()));
    expect(simulation.requests()).toEqual(["GET /v2/account", `GET /v2/images/${imageId}`]);
  });

  it("adopts the copies that a killed run started", async () => {
    const { simulation, imageId } = await withImage(3);
    await simulation.options({ transferSeconds: 300 });
    void create(simulation.process, imageId, "ams3");
    await simulation.clock.advance(30_000);
    simulation.process.kill();
    const next = simulation.restart();
    await simulation.run(Promise.all(regions.map((region) => create(next, imageId, region))));
    expect(simulation.requests(transfers)).toHaveLength(3);
  });

  it.each(["before", "after"] as const)("makes the missing copies of a run that died %s one of its transfers took effect", async (when) => {
    for (let request = 1; request <= 5; request += 1) {
      const { simulation, imageId } = await withImage(4);
      await simulation.options({ transferSeconds: 60 });
      simulation.process.killAt(request, when);
      void create(simulation.process, imageId, "ams3");
      await simulation.run(simulation.process.dead);
      const next = simulation.restart();
      await simulation.run(Promise.all(regions.map((region) => create(next, imageId, region))));
      const taken = simulation.emulator.requests.list().filter(({ method, status }) => method === "POST" && status === 201);
      expect(taken).toHaveLength(3);
    }
  });

  it("looks up a transfer whose answer was lost before it is repeated", async () => {
    const { simulation, imageId } = await withImage(5);
    const path = "/v2/images/:id/actions";
    await simulation.fault({ on: "request", method: "POST", path, drop: true, when: "after" });
    await simulation.fault({ on: "request", method: "POST", path, drop: true, when: "before" });
    await simulation.run(Promise.all(regions.map((region) => create(simulation.process, imageId, region))));
    expect(simulation.requests(transfers)).toHaveLength(4);
  });

  it("asks for no copy that has ended since the image was looked at", async () => {
    const { simulation, imageId } = await withImage(7);
    await simulation.options({ transferSeconds: 60 });
    await simulation.ask("POST", `/v2/images/${imageId}/actions`, { type: "transfer", region: "ams3" });
    const watcher = simulation.context.watchers.of(imageId);
    watcher.forget();
    await simulation.run(watcher.image(simulation.call().signal));
    await simulation.clock.advance(100_000);
    await simulation.run(Promise.all(regions.map((region) => create(simulation.process, imageId, region))));
    expect(simulation.requests(transfers)).toHaveLength(3);
  });

  it("takes over a copy that another run was faster to start", async () => {
    const { simulation, imageId } = await withImage(6);
    await simulation.options({ transferSeconds: 60 });
    const path = "/v2/images/:id/actions";
    await simulation.fault({ on: "request", method: "POST", path, delaySeconds: 2 });
    const created = create(simulation.process, imageId, "ams3");
    await simulation.clock.advance(100);
    await simulation.ask("POST", `/v2/images/${imageId}/actions`, { type: "transfer", region: "ams3" });
    expect((await simulation.run(created)).status).toBe("available");
    expect(simulation.requests(transfers)).toHaveLength(4);
  });

  it("says once what became of all copies", async () => {
    const { simulation, imageId } = await withImage(7);
    const calls = regions.map(() => simulation.call());
    await simulation.run(Promise.all(regions.map((region, at) => create(simulation.process, imageId, region, true, calls[at]))));
    const said = calls.flatMap(({ infos }) => infos);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(new RegExp(`^Image ${imageId} is in ams3, .*; copying took \\d+ s\\.$`));
  });

  it("says where it is at least every 30 s or so, and at once when a region is done", async () => {
    const { simulation, imageId } = await withImage(8);
    await simulation.options({ transferSeconds: 200, transferSecondsByRegion: { fra1: 100 } });
    const call = simulation.call();
    await simulation.run(create(simulation.process, imageId, "ams3", true, call));
    const lines = call.progressLines;
    expect(lines[0]?.text).toMatch(/^copying image \d+, 1 of 4 regions, 0 s/);
    expect(lines.some(({ text }) => text.includes("2 of 4 regions"))).toBe(true);
    const gaps = lines.slice(1).map(({ at }, index) => at - (lines[index]?.at ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(45_000);
    expect(lines.length).toBeLessThan(12);
  });
});

describe("a copy that fails", () => {
  it("fails its own replica with action, cause, remedy and every region's state, and no other", async () => {
    const { simulation, imageId } = await withImage(10);
    await simulation.options({ transferSecondsByRegion: { fra1: 10, ams3: 60, lon1: 60 } });
    await simulation.fault({ on: "transfer", region: "fra1", fails: true });
    const outcomes = await simulation.run(Promise.all(regions.map((region) => failure(create(simulation.process, imageId, region)))));
    expect(outcomes.map((outcome) => outcome instanceof Error)).toEqual([false, false, true, false]);
    expect(outcomes[2]).not.toBeInstanceOf(Unfinished);
    expect(String(outcomes[2])).toMatch(
      /not copied to fra1 \(action \d+\): its transfer ended `errored`.*nyc3: there, ams3: being copied by action \d+, fra1: action \d+ failed, lon1: being copied.*run `pulumi up` again/,
    );
    expect(simulation.requests(transfers)).toHaveLength(3);
  });

  it("is asked for again by the next run, and nothing else is", async () => {
    const { simulation, imageId } = await withImage(11);
    await simulation.fault({ on: "transfer", region: "fra1", fails: true });
    await simulation.run(Promise.all(regions.map((region) => failure(create(simulation.process, imageId, region)))));
    simulation.emulator.requests.clear();
    const state = await simulation.run(create(simulation.restart(), imageId, "fra1"));
    expect(state.status).toBe("available");
    expect(simulation.requests(transfers)).toHaveLength(1);
  });

  it("isn't asked for again by the Create that comes later in the same run", async () => {
    const { simulation, imageId } = await withImage(12);
    await simulation.fault({ on: "transfer", region: "fra1", fails: true });
    await simulation.run(create(simulation.process, imageId, "ams3"));
    expect(String(await simulation.run(failure(create(simulation.process, imageId, "fra1"))))).toContain("errored");
    expect(simulation.requests(transfers)).toHaveLength(3);
  });

  it("by a refusal is told in the service's words and hinders no other", async () => {
    const { simulation, imageId } = await withImage(13);
    await simulation.fault({ on: "request", method: "POST", path: "/v2/images/:id/actions", status: 422, message: "Region is closed." });
    const outcomes = await simulation.run(Promise.all(regions.map((region) => failure(create(simulation.process, imageId, region)))));
    expect(outcomes.filter((outcome) => outcome instanceof Error)).toHaveLength(1);
    expect(String(outcomes[1])).toMatch(/not copied to ams3: its transfer was refused: .*Region is closed.*ams3: refused/);
  });

  it("is noticed at the first look after it errored", async () => {
    const { simulation, imageId } = await withImage(14);
    await simulation.options({ transferSeconds: 300 });
    await simulation.fault({ on: "transfer", region: "ams3", fails: true, seconds: 100 });
    const began = simulation.clock.now();
    await simulation.run(failure(create(simulation.process, imageId, "ams3")));
    expect(simulation.clock.now() - began).toBeLessThan(112_000);
  });

  it("because the image is gone says so", async () => {
    const { simulation, imageId } = await withImage(15);
    await simulation.options({ transferSeconds: 300 });
    const created = failure(create(simulation.process, imageId, "ams3"));
    await simulation.clock.advance(10_000);
    await simulation.ask("DELETE", `/v2/images/${imageId}`);
    expect(String(await simulation.run(created))).toContain("the image, or its copy there, was deleted meanwhile");
    const { context, call } = simulation.restart();
    const again = simulation.run(imageReplica.create({ imageId, region: "ams3", wait: true }, context, call()));
    await expect(again).rejects.toThrow(`\`imageId\` must be an image that exists and that the token can see, got \`${imageId}\`.`);
  });
});

describe("an interrupted replica", () => {
  it("is kept as unfinished, and the next update waits for the same copy", async () => {
    const { simulation, imageId } = await withImage(20);
    await simulation.options({ transferSeconds: 300 });
    const call = simulation.call();
    const created = failure(create(simulation.process, imageId, "ams3", true, call));
    await simulation.clock.advance(30_000);
    call.interrupt("timeLimit");
    const left = await simulation.run(created);
    if (!(left instanceof Unfinished)) throw new Error("It isn't unfinished.");
    expect(left.id).toBe(`${imageId}/ams3`);
    expect(left.state).toMatchObject({ imageId, region: "ams3", status: "pending" });
    expect(left.reasons[0]).toMatch(/nyc3: there, ams3: being copied by action \d+, .*stopped by the test/);
    expect(simulation.process.timers).toBe(0);
    const { context, call: next } = simulation.restart();
    const inputs = { imageId, region: "ams3", siblingRegions: regions, wait: true };
    const state = await simulation.run(imageReplica.update(left.id, left.state, inputs, context, next()));
    expect(state.status).toBe("available");
    expect(simulation.requests(transfers)).toHaveLength(3);
  });

  it("is stored as there where the image is there, though the copies of others were still being asked for", async () => {
    const { simulation, imageId } = await withImage(23);
    await simulation.fault({ on: "request", method: "POST", path: "/v2/images/:id/actions", delaySeconds: 60, times: 3 });
    const call = simulation.call();
    const created = create(simulation.process, imageId, "nyc3", true, call);
    await simulation.clock.advance(5_000);
    call.interrupt();
    expect(await simulation.run(created)).toMatchObject({ imageId, region: "nyc3", status: "available" });
  });

  it("leaves the others waiting", async () => {
    const { simulation, imageId } = await withImage(21);
    await simulation.options({ transferSeconds: 100 });
    const call = simulation.call();
    const stopped = failure(create(simulation.process, imageId, "ams3", true, call));
    const other = create(simulation.process, imageId, "fra1");
    await simulation.clock.advance(30_000);
    call.interrupt();
    expect(await stopped).toBeInstanceOf(Unfinished);
    expect((await simulation.run(other)).status).toBe("available");
    expect(simulation.process.timers).toBe(0);
  });

  it("rides out minutes without network", async () => {
    const { simulation, imageId } = await withImage(22);
    await simulation.options({ transferSeconds: 100 });
    const created = create(simulation.process, imageId, "ams3");
    await simulation.clock.advance(30_000);
    simulation.offline = true;
    await simulation.clock.advance(300_000);
    simulation.offline = false;
    expect((await simulation.run(created)).status).toBe("available");
    expect(simulation.requests(transfers)).toHaveLength(3);
  });
});

describe("a replica that isn't waited for", () => {
  it("is started and stored as pending, looked at once by each update, and then available", async () => {
    const { simulation, imageId } = await withImage(30);
    await simulation.options({ transferSeconds: 60 });
    const began = simulation.clock.now();
    const state = await simulation.run(create(simulation.process, imageId, "ams3", false));
    expect([state.status, simulation.clock.now() - began]).toEqual(["pending", 0]);
    const inputs = { imageId, region: "ams3", siblingRegions: regions, wait: false };
    expect(
      imageReplica.diff?.({ id: "", state, before: inputs, after: inputs, effects: {} }, simulation.context, simulation.call()),
    ).toEqual({
      status: "update",
    });
    simulation.emulator.requests.clear();
    const second = simulation.restart();
    const still = await simulation.run(imageReplica.update(`${imageId}/ams3`, state, inputs, second.context, second.call()));
    expect(still.status).toBe("pending");
    expect(simulation.requests()).toEqual([`GET /v2/images/${imageId}`, `GET /v2/images/${imageId}/actions`]);
    await simulation.clock.advance(60_000);
    const third = simulation.restart();
    const done = await simulation.run(imageReplica.update(`${imageId}/ams3`, still, inputs, third.context, third.call()));
    expect(done.status).toBe("available");
    expect(imageReplica.diff?.({ id: "", state: done, before: inputs, after: inputs, effects: {} }, third.context, third.call())).toEqual(
      {},
    );
  });

  it("warns of a refusal instead of failing", async () => {
    const { simulation, imageId } = await withImage(31);
    await simulation.fault({ on: "request", method: "POST", path: "/v2/images/:id/actions", status: 422, message: "Region is closed." });
    const call = simulation.call();
    const state = await simulation.run(create(simulation.process, imageId, "ams3", false, call));
    expect(state.status).toBe("pending");
    expect(call.warnings).toEqual([expect.stringContaining("Region is closed")]);
  });
});

describe("reading replicas", () => {
  it("asks once for an image, however many regions", async () => {
    const { simulation, imageId } = await withImage(40);
    const states = await simulation.run(Promise.all(regions.map((region) => create(simulation.process, imageId, region))));
    simulation.emulator.requests.clear();
    const { context, call } = simulation.restart();
    const reads = states.map((state) =>
      imageReplica.read(`${imageId}/${state.region}`, { state, inputs: { imageId, region: state.region, wait: true } }, context, call()),
    );
    const answers = await simulation.run(Promise.all(reads));
    expect(answers.map((answer) => answer?.state.status)).toEqual(regions.map(() => "available"));
    expect(simulation.requests()).toEqual([`GET /v2/images/${imageId}`]);
  });

  it("takes a lost region for gone, a running copy for unfinished", async () => {
    const { simulation, imageId } = await withImage(41);
    await simulation.options({ transferSeconds: 60 });
    await simulation.ask("POST", `/v2/images/${imageId}/actions`, { type: "transfer", region: "ams3" });
    const { context, call } = simulation.process;
    context.watchers.of(imageId).forget();
    expect(await simulation.run(imageReplica.read(`${imageId}/fra1`, undefined, context, call()))).toBeUndefined();
    const left = await simulation.run(failure(imageReplica.read(`${imageId}/ams3`, undefined, context, call())));
    expect(left).toBeInstanceOf(Unfinished);
    const known = { state: {}, inputs: { wait: false } };
    const unwaited = await simulation.run(imageReplica.read(`${imageId}/ams3`, known, context, call()));
    expect(unwaited?.state.status).toBe("pending");
  });

  it("refuses to call a copy gone with a token of another team", async () => {
    const { simulation, imageId } = await withImage(42, [{ token: "dop_v1_other", team: "Other Team" }]);
    const state = await simulation.run(create(simulation.process, imageId, "ams3"));
    const { context, call } = simulation.restart("dop_v1_other");
    const read = simulation.run(imageReplica.read(`${imageId}/ams3`, { state, inputs: state }, context, call()));
    await expect(read).rejects.toThrow(/"My Team".*"Other Team"/);
  });

  it("says what an id looks like", async () => {
    const { simulation } = await withImage(43);
    const read = imageReplica.read("web", undefined, simulation.context, simulation.call());
    await expect(read).rejects.toThrow("must be `<imageId>/<region>`, such as `38413969/ams3`, got `web`");
  });
});

describe("deleting a replica", () => {
  it("makes no request and says that the copy stays", async () => {
    const { simulation, imageId } = await withImage(50);
    const call = simulation.call();
    await imageReplica.delete(`${imageId}/ams3`, { status: "available" }, simulation.context, call);
    expect(simulation.requests()).toEqual([]);
    expect(call.warnings).toEqual([expect.stringContaining(`The copy of image ${imageId} in ams3 stays`)]);
  });
});
