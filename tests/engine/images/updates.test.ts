import type { LoggedRequest } from "../../../emulator/requestLog";
import { tagsOf } from "../helpers/account";
import { requestsOf } from "../helpers/copies";
import { diagnosticsOf } from "../helpers/outcome";
import { useService, type Service } from "../helpers/service";

/** Each test goes on where the one before it ended. */
describe("an image that exists", () => {
  let service: Service;
  let source: object;
  let id: string;
  const first = { name: "web", description: "first", distribution: "Debian", tags: ["prod", "old"] };
  const second = { name: "shop", description: "", distribution: "Unknown", tags: ["prod", "new"], retain: 1 };

  beforeAll(async () => {
    service = await useService();
    source = await service.image("1.0.0");
    await want(first);
    expect(await service.stack.update()).toSucceed();
    id = (await service.stack.outputs()).imageId as string;
  });

  function want(described: object): Promise<void> {
    return service.stack.setConfig({ "service:image": { source, regions: ["nyc3"], ...described }, "service:fleets": {} });
  }

  /** Updates it, shown so and not as a replacement, and answers by which writes. */
  async function updated(differences: string): Promise<unknown> {
    const { stack } = service;
    const [up, requests] = await requestsOf(service, () => stack.update());
    expect(up.code).toBe(0);
    expect(up.stdout).toContain(` ~  imagefleet:index:ImageImport web updating (0s) [diff: ${differences}]\n`);
    expect(up.stdout).toMatch(/^Resources:\n {4}~ 1 updated\n {4}\d+ unchanged\n\n/m);
    return writesAmong(requests);
  }

  test("gets another name, distribution, retention and other tags, and its description emptied, in place", async () => {
    await want(second);
    expect((await service.stack.preview()).stdout).toContain(
      " ~  imagefleet:index:ImageImport web update [diff: +retain~description,distribution,name,tags]\n",
    );

    expect(await updated("+retain~description,distribution,name,tags")).toEqual([
      ["PUT /v2/images/<image>", { name: "shop", description: "", distribution: "Unknown" }],
      ...madeAndPut("new"),
      ["DELETE /v2/tags/old/resources", onImage],
      ...madeAndPut("imagefleet:retain:1:<lineage>"),
    ]);
  });

  test("stays as it is where `Unknown` is called `Unknown OS` and tags stand in another order, and no request is made", async () => {
    await want({ ...second, distribution: "Unknown OS", tags: ["new", "prod"] });
    const [up, requests] = await requestsOf(service, () => service.stack.update("--expect-no-changes"));
    expect([up.code, requests]).toEqual([0, []]);
  });

  test("is asked for no distribution that DigitalOcean would take for `Unknown`", async () => {
    await want({ ...second, distribution: "Alpine" });
    const [up, requests] = await requestsOf(service, () => service.stack.update());
    expect(up.code).toBe(1);
    expect(diagnosticsOf(up)["imagefleet:index:ImageImport (web)"]).toMatch(
      /: property distribution value \{Alpine\} has a problem: must be one of `Arch Linux`, .+, got `Alpine`\. DigitalOcean would take any other value as `Unknown`\.$/,
    );
    expect(requests).toEqual([]);
  });

  test("that somebody changed is shown so by a refresh, and brought back by the next `up`", async () => {
    const { stack, emulator } = service;
    await want(second);
    await emulator.call("PUT", `/v2/images/${id}`, { name: "other", description: "by hand", distribution: "Fedora" });
    await emulator.call("POST", "/v2/tags", { name: "stray" });
    const resources = [{ resource_id: id, resource_type: "image" }];
    await emulator.call("POST", "/v2/tags/stray/resources", { resources });
    await emulator.call("DELETE", "/v2/tags/prod/resources", { resources });

    const differences = "~description,distribution,name,tags";
    expect((await stack.refresh()).stdout).toMatch(
      new RegExp(` ~ {2}imagefleet:index:ImageImport web updated .*\\[diff: ${differences}\\]\n`),
    );
    expect(await updated(differences)).toEqual([
      ["PUT /v2/images/<image>", { name: "shop", description: "", distribution: "Unknown" }],
      ["POST /v2/tags/prod/resources", onImage],
      ["DELETE /v2/tags/stray/resources", onImage],
    ]);
    expect(await stack.update("--refresh", "--expect-no-changes")).toSucceed();
  });

  test("gets back what it had, and loses the mark of its retention", async () => {
    await want(first);
    expect(await updated("-retain~description,distribution,name,tags")).toEqual([
      ["PUT /v2/images/<image>", { name: "web", description: "first", distribution: "Debian" }],
      ["POST /v2/tags/old/resources", onImage],
      ["DELETE /v2/tags/new/resources", onImage],
      ["DELETE /v2/tags/imagefleet:retain:1:<lineage>", null],
    ]);
    const { there, carried } = await tagsOf(service.emulator);
    expect(there.filter((tag) => !carried.includes(tag))).toEqual(["new", "stray"]);
  });

  const onImage = { resources: [{ resource_id: "<image>", resource_type: "image" }] };

  /** A tag that doesn't exist is put on the image, made, and put there. */
  function madeAndPut(tag: string): readonly unknown[] {
    const put = [`POST /v2/tags/${tag}/resources`, onImage];
    return [put, ["POST /v2/tags", { name: tag }], put];
  }

  function writesAmong(requests: readonly LoggedRequest[]): unknown {
    const writes = requests.filter(({ method }) => method !== "GET").map(({ method, path, body }) => [`${method} ${path}`, body]);
    return JSON.parse(
      JSON.stringify(writes)
        .replaceAll(id, "<image>")
        .replaceAll(/retain:1:[0-9a-f]{32}/g, "retain:1:<lineage>"),
    );
  }
});
