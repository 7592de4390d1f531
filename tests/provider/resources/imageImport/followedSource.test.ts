import type { Effects } from "../../../../provider/host/resource";
import { imageImport } from "../../../../provider/resources/imageImport/imageImport";
import type { ImageImportInputs, ImageImportState } from "../../../../provider/resources/imageImport/imageImportTable";
import { simulate, type RecordedCall, type Simulation } from "../../../helpers/simulation";

const url = "http://127.0.0.1/latest.img";
const plain: ImageImportInputs = { source: { url }, region: "nyc3", name: "web" };
const followed: ImageImportInputs = { ...plain, source: { url, follow: true } };

async function create(
  simulation: Simulation,
  version: string | undefined,
  inputs = followed,
): Promise<{ id: string; state: ImageImportState }> {
  simulation.served = version;
  return simulation.run(imageImport.create(inputs, simulation.context, simulation.call()));
}

async function diff(
  simulation: Simulation,
  { id, state }: { id: string; state: ImageImportState },
  call: RecordedCall,
  [before, after, effects]: readonly [ImageImportInputs, ImageImportInputs, Effects] = [followed, followed, {}],
): Promise<Effects | undefined> {
  return simulation.run(Promise.resolve(imageImport.diff?.({ id, state, before, after, effects }, simulation.context, call)));
}

describe("a source that is followed", () => {
  it("replaces the image when what it serves has changed, and not before", async () => {
    const simulation = simulate(1);
    const first = await create(simulation, "monday");
    expect(first.state.followed).toEqual({ etag: '"monday"', bytes: 8_192 });
    const call = simulation.call();
    expect(await diff(simulation, first, call)).toEqual({});
    simulation.served = "tuesday";
    expect(await diff(simulation, first, call)).toEqual({ followed: "replace" });
    const second = await create(simulation, "tuesday");
    expect(second.id).not.toBe(first.id);
    expect(call.warnings).toEqual([]);
  });

  it("that can't be reached changes nothing of an image that exists, and is warned of once", async () => {
    const simulation = simulate(2);
    const first = await create(simulation, "monday");
    const call = simulation.call();
    simulation.served = "gone";
    expect(await diff(simulation, first, call)).toEqual({});
    expect(call.warnings).toEqual(["`source` can't be reached, so whether it has changed isn't known. The image stays as it is."]);
    await expect(create(simulation, "gone")).rejects.toThrow("`source.follow` needs an answer to HEAD");
  });

  it("is remembered from the update on that begins to follow it", async () => {
    const simulation = simulate(3);
    const { id, state } = await create(simulation, "monday", plain);
    expect(state.followed).toBeUndefined();
    const change = [plain, followed, { source: "update" }] as const;
    expect(await diff(simulation, { id, state }, simulation.call(), change)).toEqual({ source: "update", followed: "update" });
    const updated = await simulation.run(imageImport.update(id, state, followed, simulation.context, simulation.call()));
    expect(updated.followed).toEqual({ etag: '"monday"', bytes: 8_192 });
    simulation.served = "tuesday";
    expect(await diff(simulation, { id, state: updated }, simulation.call())).toEqual({ followed: "replace" });
  });

  it("isn't asked where it isn't followed, or is replaced anyway", async () => {
    const simulation = simulate(4);
    const first = await create(simulation, "monday");
    simulation.served = "gone";
    const call = simulation.call();
    const other = { ...followed, source: { url: "http://127.0.0.1/other.img", follow: true } };
    expect(await diff(simulation, first, call, [followed, other, { source: "replace" }])).toEqual({ source: "replace" });
    expect(await diff(simulation, first, call, [plain, plain, {}])).toEqual({});
    expect(call.warnings).toEqual([]);
  });

  it("has no digest beside it", () => {
    const source = { url, follow: true, sha256: "ab".repeat(32) };
    expect(imageImport.check?.({ ...plain, source }, undefined).map(({ property }) => property)).toEqual(["source.follow"]);
  });
});
