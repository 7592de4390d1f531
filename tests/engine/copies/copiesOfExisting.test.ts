import { writeFile } from "node:fs/promises";
import path from "node:path";
import { requestsOf, transferred, useCopies, type Copying } from "../helpers/copies";
import { diagnosticsOf, stateOf } from "../helpers/outcome";
import { kindOf } from "../helpers/service";

/** Each test goes on where the one before it ended. */
describe("an image that was made elsewhere", () => {
  let service: Copying;
  const LOOK = "GET /v2/images/:id";

  beforeAll(async () => {
    service = await useCopies();
  });

  async function statuses(): Promise<Readonly<Record<string, unknown>>> {
    const state = Object.entries(await stateOf(service.stack));
    return Object.fromEntries(state.map(([name, { outputs }]) => [name.replace("ImageReplica golden-", ""), outputs?.status]));
  }

  test("is copied by its number, and only the home region is waited for", async () => {
    await service.wantCopies(["nyc3", "ams3", "fra1"], "home");

    const [up, requests] = await requestsOf(service, () => service.stack.update());

    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(transferred(requests)).toEqual(["ams3", "fra1"]);
    expect(await statuses()).toEqual({ nyc3: "available", ams3: "pending", fra1: "pending" });
    expect(await service.stack.outputs()).toEqual({ imageId: service.imageId, regions: ["nyc3"] });
  });

  test("is looked at once by the next `up`, which does not wait for copies that run", async () => {
    await service.wantCopies(["nyc3", "ams3", "fra1"], ["nyc3"]);

    const [up, requests] = await requestsOf(service, () => service.stack.update());

    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(requests.map(kindOf)).toEqual([LOOK, `${LOOK}/actions`, LOOK]);
    expect(await statuses()).toEqual({ nyc3: "available", ams3: "pending", fra1: "pending" });
  });

  test("is available everywhere once the copies are there, after one look, also where it is waited for now", async () => {
    await service.wantCopies(["nyc3", "ams3", "fra1"]);
    await service.emulator.control("clock", { advanceSeconds: 3_600 });

    const [up, requests] = await requestsOf(service, () => service.stack.update());

    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(requests.map(kindOf)).toEqual([LOOK]);
    expect(await statuses()).toEqual({ nyc3: "available", ams3: "available", fra1: "available" });
    expect((await requestsOf(service, () => service.stack.update("--expect-no-changes")))[1]).toEqual([]);
  });

  test("keeps its copy in a region that is taken out of the list, with a notice and no request", async () => {
    await service.wantCopies(["nyc3", "ams3"]);

    const [up, requests] = await requestsOf(service, () => service.stack.update());

    expect(up.code).toBe(0);
    expect(diagnosticsOf(up)["imagefleet:index:ImageReplica (golden-fra1)"]).toBe(
      `warning: The copy of image ${service.imageId} in fra1 stays: DigitalOcean removes an image from no single region, only the image as a whole.`,
    );
    expect(requests).toEqual([]);
    expect((await service.account()).images).toEqual([{ id: service.imageId, regions: ["ams3", "fra1", "nyc3"] }]);
  });

  test("is looked at once when a region is added where its copy still is", async () => {
    await service.wantCopies(["nyc3", "ams3", "fra1"]);

    const [up, requests] = await requestsOf(service, () => service.stack.update());

    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(requests.map(kindOf)).toEqual(["GET /v2/account", LOOK]);
  });

  test("is healed by one transfer under `up --refresh` where it has lost a region, and not before", async () => {
    const { stack, folder, emulator } = service;
    // DigitalOcean removes no region, and so neither does the emulator: the state comes to know of a copy that isn't there.
    const file = path.join(folder, "state.json");
    await writeFile(file, (await stack.run("stack", "export")).stdout.replaceAll("fra1", "lon1"));
    expect(await stack.run("stack", "import", "--file", file)).toSucceed();
    await service.wantCopies(["nyc3", "ams3", "lon1"]);
    await emulator.control("options", { transferSeconds: 0.5 });

    expect((await requestsOf(service, () => stack.update("--expect-no-changes")))[1]).toEqual([]);
    const [up, requests] = await requestsOf(service, () => stack.update("--refresh"));

    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(transferred(requests)).toEqual(["lon1"]);
    expect(await statuses()).toEqual({ nyc3: "available", ams3: "available", lon1: "available" });
    expect(await stack.update("--refresh", "--expect-no-changes")).toSucceed();
  });
});
