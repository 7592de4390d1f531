import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { makeDiskImage } from "../../../local/diskImage/diskImage";
import { describeWithSpaces, startSpaces, type TestSpaces } from "../../helpers/spaces";
import { nothing } from "../helpers/account";
import { followReadme } from "../helpers/readme";
import { useService, type Service } from "../helpers/service";

const importType = "POST /v2/images";

/** One `up` that imports. */
async function runsThrough(service: Service, regions: readonly string[]): Promise<void> {
  expect(await service.stack.up()).toSucceed();
  await stays(service, regions);
}

/** After an `up` that imported: one that does nothing, and an end without remains. */
async function stays({ stack, account, writes }: Service, regions: readonly string[]): Promise<void> {
  expect((await account()).images).toEqual([{ id: (await stack.outputs()).imageId, regions }]);
  expect(await stack.up("--expect-no-changes")).toSucceed();
  expect((await writes()).filter((write) => write === importType)).toHaveLength(1);
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
}

test("examples/url runs as its README says", async () => {
  const service = await useService({ program: "examples/url" });
  const { url } = await service.image("web-1.4.2.qcow2.gz");
  await followReadme(service, "examples/url", { "https://images.example.com": path.dirname(url) });
  await stays(service, ["ams3", "nyc3"]);
});

test("examples/previous-version runs as its README says: back to a kept version without an import", async () => {
  const service = await useService({ program: "examples/previous-version" });
  const { stack, image, writes } = service;
  await image("web-1.4.1.qcow2.gz");
  const { url } = await image("web-1.4.2.qcow2.gz");
  const ids: unknown[] = [];
  await followReadme(service, "examples/previous-version", { "https://images.example.com": path.dirname(url) }, async () => {
    ids.push((await stack.outputs()).imageId);
  });
  expect(ids).toHaveLength(3);
  expect(ids[2]).toBe(ids[0]);
  expect((await writes()).filter((write) => write === importType)).toHaveLength(2);
});

describeWithSpaces("what passes through Spaces", () => {
  let spaces: TestSpaces;
  beforeAll(async () => {
    spaces = await startSpaces();
  });
  afterAll(() => spaces.stop());
  afterEach(async () => expect(await spaces.contents()).toEqual({ objects: [], uploads: [] }));

  const environment = (): Record<string, string> => {
    const { accessId, secretKey, bucket, endpoint } = spaces.limited;
    return { SPACES_ACCESS_KEY_ID: accessId, SPACES_SECRET_ACCESS_KEY: secretKey, SPACES_BUCKET: bucket, SPACES_ENDPOINT_URL: endpoint };
  };

  test("examples/local-file runs as it stands", async () => {
    const service = await useService({ program: "examples/local-file" });
    const file = path.join(service.folder, "web.qcow2");
    await makeDiskImage(file, "1.4.2");
    service.stack.setEnv(environment());
    await service.stack.setConfig({ "local-file:path": path.relative(path.resolve(__dirname, "../../../examples/local-file"), file) });
    await runsThrough(service, ["ams3", "nyc3"]);
  });

  test("examples/xz runs as it stands", async () => {
    const service = await useService({ program: "examples/xz" });
    const { url } = await service.image("42.qcow2");
    execFileSync("xz", ["--keep", path.join(service.folder, "42.qcow2")]);
    const sha256 = createHash("sha256")
      .update(readFileSync(path.join(service.folder, "42.qcow2.xz")))
      .digest("hex");
    service.stack.setEnv(environment());
    await service.stack.setConfig({ "xz:url": `${url}.xz`, "xz:sha256": sha256 });
    await runsThrough(service, ["fra1"]);
  });
});
