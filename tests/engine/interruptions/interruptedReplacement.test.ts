import type { Fault } from "../../../emulator/faults";
import { nothing, tagsOf } from "../helpers/account";
import { providersOf, requestsOf } from "../helpers/copies";
import { kindOf, useService, type Service, type Source } from "../helpers/service";
import { untilAsked } from "../helpers/untilAsked";

/** Each test goes on where the one before it ended: with a version in use, and the one before that kept. */
describe("where a run is killed,", () => {
  let service: Service;
  /** The one in use last. */
  let current: { readonly source: Source; readonly id: string };
  let kept: { readonly source: Source; readonly id: string };
  let made = 0;

  beforeAll(async () => {
    service = await useService();
    for (const source of [await next(), await next()]) {
      await want(source);
      expect(await service.stack.update()).toSucceed();
      kept = current;
      current = { source, id: await imageId() };
    }
  });

  const next = (): Promise<Source> => service.image(`${++made}.0.0`);
  const want = (source: Source): Promise<void> =>
    service.stack.setConfig({ "service:image": { source, regions: ["nyc3"], retain: 1 }, "service:fleets": {} });
  const imageId = async (): Promise<string> => (await service.stack.outputs()).imageId as string;

  /** Kills a command, with all that it started, while a request waits that never arrives. */
  async function killAt({ method, path, skip = 0 }: Request, ...command: readonly string[]): Promise<void> {
    const { stack, emulator } = service;
    const fault: Fault = { on: "request", method, path, skip, delaySeconds: 3_600, drop: true };
    const asked = (await emulator.requests()).length;
    await emulator.control("faults", fault);
    const run = stack.start(...command, "--yes", "--skip-preview");
    const isIt = (request: Parameters<typeof kindOf>[0]): boolean => kindOf(request) === `${method} ${path}`;
    await untilAsked(service, run, (requests) => requests.slice(asked).filter(isIt).length > skip);
    const providers = await providersOf(run.pid);
    run.kill("SIGKILL");
    for (const pid of providers) process.kill(pid, "SIGKILL");
    expect(await run.ended).toMatchObject({ code: null });
    await emulator.control("clock", { advanceSeconds: 3_600 });
    expect(await stack.cancel()).toSucceed();
  }

  test.each<readonly [string, "new" | "kept", Request]>([
    ["a replaced version is marked as retired by the next", "new", { method: "POST", path: "/v2/tags/:name/resources" }],
    ["a replaced version loses its owner by the next", "new", { method: "DELETE", path: "/v2/tags/:name", skip: 1 }],
    ["a surplus version goes with the tags that it has left by the next", "new", { method: "DELETE", path: "/v2/tags/:name", skip: 3 }],
    ["a kept version is taken back by the next, its mark not yet made", "kept", { method: "POST", path: "/v2/tags" }],
    ["a kept version is taken back by the next, its mark made already", "kept", { method: "POST", path: "/v2/tags/:name/resources" }],
    ["a version that was taken back is no more retired by the next", "kept", { method: "DELETE", path: "/v2/tags/:name" }],
  ])("%s", async (_, wanted, at) => {
    const source = wanted === "new" ? await next() : kept.source;
    await want(source);
    await killAt(at, "up");

    const [up, requests] = await requestsOf(service, () => service.stack.update());

    expect(up).toSucceed();
    expect(requests.map(kindOf)).not.toContain("POST /v2/images");
    const before = current;
    current = { source, id: await imageId() };
    if (wanted === "kept") expect(current.id).toBe(kept.id);
    kept = before;
    const { images } = await service.account();
    expect(images.map(({ id }) => id).sort()).toEqual([kept.id, current.id].sort());
    const { there, carried } = await tagsOf(service.emulator);
    expect(there).toEqual(carried);
    expect(carried.map((tag) => tag.split(":")[1])).toEqual([
      "claimed",
      "claimed",
      "import",
      "import",
      "lineage",
      "owner",
      "retain",
      "retired",
      "sha256",
      "sha256",
    ]);
  });

  test("a destroy leaves nothing by the next one", async () => {
    await killAt({ method: "DELETE", path: "/v2/tags/:name", skip: 2 }, "destroy");
    expect(await service.stack.destroy()).toSucceed();
    expect(await service.account()).toEqual(nothing);
  });
});

interface Request {
  readonly method: string;
  /** A route of the emulator's. */
  readonly path: string;
  /** How many of them arrive before. Default: 0. */
  readonly skip?: number;
}
