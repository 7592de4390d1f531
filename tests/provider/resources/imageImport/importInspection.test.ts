import { unknownValue } from "../../../../provider/host/property";
import { imageImport } from "../../../../provider/resources/imageImport/imageImport";
import type { ImageImportInputs } from "../../../../provider/resources/imageImport/imageImportTable";
import { simulate, type RecordedCall, type Simulation } from "../../../helpers/simulation";

const good: ImageImportInputs = { source: { url: "http://127.0.0.1/web.img" }, region: "nyc3", name: "web" };
const bad: ImageImportInputs = { ...good, source: { url: "http://127.0.0.1/secret-path/web.txt" } };
const refusal = [
  "`source` is not an image that a Droplet can run.",
  expect.stringMatching(/^The file is a text file, not a disk image\. .+ \(text-refused\)$/),
];

function preview(simulation: Simulation, inputs: ImageImportInputs, call: RecordedCall): Promise<unknown> {
  return simulation.run(Promise.resolve(imageImport.preview?.(inputs, undefined, simulation.context, call)));
}

async function linesOf(promise: Promise<unknown>): Promise<readonly string[]> {
  const error = await promise.then(
    () => new Error("It was not refused."),
    (reason: unknown) => reason as Error,
  );
  return error.message.split("\n");
}

describe("a new source", () => {
  it("that no Droplet can run is refused by preview and by up, before anything is spent and without its URL", async () => {
    const simulation = simulate(1);
    const call = simulation.call();
    expect(await linesOf(preview(simulation, bad, call))).toEqual(refusal);
    expect(await linesOf(simulation.run(imageImport.create(bad, simulation.context, call)))).toEqual(refusal);
    expect(simulation.requests(/^(?!GET)/)).toEqual([]);
    expect(simulation.process.timers).toBe(0);
  });

  it("is imported all the same where `accept` names each of its errors, and the warning says so", async () => {
    const simulation = simulate(7);
    const call = simulation.call();
    const source = { ...bad.source, accept: ["text-refused"] };
    await preview(simulation, { ...bad, source }, call);
    expect(call.warnings).toEqual([
      expect.stringMatching(/^`source`: The file is a text file, not a disk image\. `source\.accept` accepts it\. .+ \(text-refused\)$/),
    ]);
    expect(imageImport.check?.({ ...bad, source: { ...source, accept: ["text-refsed"] } }, undefined)).toEqual([
      {
        property: "source.accept[0]",
        expectation: "must be the code of a finding, such as `text-refused`",
        received: "text-refsed",
      },
    ]);
  });

  it("is asked again where its server's answer may pass", async () => {
    const simulation = simulate(8);
    const { send } = simulation.context.world;
    let refusals = 2;
    const flaky = (request: Request) =>
      request.method === "HEAD" && refusals-- > 0 ? Promise.resolve(new Response(null, { status: 503 })) : send(request);
    const context = { ...simulation.context, world: { ...simulation.context.world, send: flaky } };
    await simulation.run(Promise.resolve(imageImport.preview?.(good, undefined, context, simulation.call())));
    expect(refusals).toBeLessThan(0);
  });

  it("is one URL, encoded once, for the inspection and for the service", async () => {
    const simulation = simulate(9);
    const spelled = { ...good, source: { url: "http://127.0.0.1/my ü.img\n" } };
    const { id, state } = await simulation.run(imageImport.create(spelled, simulation.context, simulation.call()));
    const encoded = "http://127.0.0.1/my%20%C3%BC.img";
    expect(new Set(simulation.asked.map(({ url }) => url))).toEqual(new Set([encoded]));
    const change = { id, state, before: spelled, after: { ...good, source: { url: encoded } }, effects: { source: "update" } as const };
    const effects = await simulation.run(Promise.resolve(imageImport.diff?.(change, simulation.context, simulation.call())));
    expect(effects?.source).toBe("update");
  });

  it("that can't be reached is a warning of preview and an error of up", async () => {
    const simulation = simulate(2);
    simulation.served = "gone";
    const call = simulation.call();
    expect(await preview(simulation, good, call)).toEqual(good);
    expect(call.warnings).toEqual([
      "`source` could not be inspected, and `pulumi up` will refuse it as long as that is so. " +
        "The image's server could not be reached: check the URL and the network.",
    ]);
    expect(await linesOf(simulation.run(imageImport.create(good, simulation.context, call)))).toEqual([
      "`source` can't be imported. The image's server could not be reached: check the URL and the network.",
    ]);
    expect(simulation.requests(/^(?!GET)/)).toEqual([]);
  });

  it("of FTP, or one that isn't known yet, is not asked", async () => {
    const simulation = simulate(3);
    simulation.served = "gone";
    const call = simulation.call();
    await preview(simulation, { ...good, source: { url: "ftp://127.0.0.1/web.img" } }, call);
    await preview(simulation, { ...good, source: { url: unknownValue } } as never, call);
    expect(call.warnings).toEqual([]);
  });

  it("is not asked again for an image that exists", async () => {
    const simulation = simulate(4);
    const { id, state } = await simulation.run(imageImport.create(good, simulation.context, simulation.call()));
    simulation.served = "gone";
    const renamed = { ...good, name: "renamed" };
    await simulation.run(Promise.resolve(imageImport.preview?.(renamed, state, simulation.context, simulation.call())));
    const updated = await simulation.run(imageImport.update(id, state, renamed, simulation.context, simulation.call()));
    expect(updated.name).toBe("renamed");
  });
});
