import { rename } from "node:fs/promises";
import path from "node:path";
import { makeDiskImage } from "../../../local/diskImage/diskImage";
import { describeWithSpaces, startSpaces, type TestSpaces } from "../../helpers/spaces";
import { nothing } from "../helpers/account";
import { diagnosticsOf, stateOf } from "../helpers/outcome";
import { useService, type Service } from "../helpers/service";

const importType = "POST /v2/images";
const program = path.resolve(__dirname, "../../../dist/tests/engine/programs/service");
const empty = { objects: [], uploads: [] };

describeWithSpaces("a local file", () => {
  let spaces: TestSpaces;
  beforeAll(async () => {
    spaces = await startSpaces();
  });
  afterAll(() => spaces.stop());

  /** A service whose stack may use the bucket, and an image file that nobody serves. */
  async function useFiles(): Promise<Service & { readonly file: (version: string) => Promise<{ path: string; sha256: string }> }> {
    const service = await useService();
    const { accessId, secretKey, bucket, endpoint } = spaces.limited;
    service.stack.setEnv({ SPACES_ACCESS_KEY_ID: accessId, SPACES_BUCKET: bucket, SPACES_ENDPOINT_URL: endpoint });
    await service.stack.setSecret("imagefleet:spacesSecretKey", secretKey);
    const file = async (version: string): Promise<{ path: string; sha256: string }> => {
      const to = path.join(service.folder, `${version}.qcow2`);
      const { sha256 } = await makeDiskImage(to, version);
      return { path: to, sha256 };
    };
    return { ...service, file };
  }

  const want = ({ stack }: Service, source: object): Promise<void> =>
    stack.setConfig({ "service:image": { source, regions: ["nyc3"] }, "service:fleets": {} });

  /** Where the service was told to fetch the image. */
  async function stagedAt({ emulator }: Service): Promise<string> {
    const posts = (await emulator.requests()).filter(({ method, path: route }) => `${method} ${route}` === importType);
    return (posts.at(-1)?.body as { url: string }).url;
  }

  const status = async (url: string): Promise<number> => (await fetch(url, { method: "HEAD" })).status;

  test("becomes an image, can be read by others only while the import runs, and is imported anew for other bits only", async () => {
    const service = await useFiles();
    const { stack, emulator, folder, file, writes, untilWritten, account } = service;
    const one = await file("1.0.0");
    await want(service, { path: path.relative(program, one.path) });
    await emulator.control("faults", { on: "import", seconds: 3_600 });

    const up = stack.start("up", "--yes", "--skip-preview");
    await untilWritten(up, importType);
    const url = await stagedAt(service);
    expect(await status(url)).toBe(200);
    await emulator.control("clock", { advanceSeconds: 3_600 });
    // Neither the client that uploads nor anything else has something to say on the side.
    expect(await up.ended).toMatchObject({ code: 0, stderr: "" });
    expect(await status(url)).toBe(403);
    expect(await spaces.contents()).toEqual(empty);
    expect((await stateOf(stack))["ImageImport web"]?.outputs).toMatchObject({ source: one, digest: one.sha256 });

    const elsewhere = path.join(folder, "elsewhere.qcow2");
    await rename(one.path, elsewhere);
    await want(service, { path: elsewhere });
    expect(await stack.update("--expect-no-changes")).toSucceed();
    const two = await file("2.0.0");
    await want(service, { path: two.path });
    expect(await stack.update()).toSucceed();

    expect((await writes()).filter((write) => write === importType)).toHaveLength(2);
    expect((await account()).images).toEqual([{ id: (await stack.outputs()).imageId, regions: ["nyc3"] }]);
    expect(await spaces.contents()).toEqual(empty);
    expect(await stack.destroy()).toSucceed();
    expect(await account()).toEqual(nothing);
  });
});

test("says in preview that a local file needs Spaces, and that a file is no disk, or isn't there", async () => {
  const service = await useService();
  const { stack, folder, garbage, image, writes } = service;
  await Promise.all([garbage(), image("1.0.0")]);
  const refused = async (name: string): Promise<string | undefined> => {
    await stack.setConfig({ "service:image": { source: { path: path.join(folder, name) }, regions: ["nyc3"] }, "service:fleets": {} });
    return diagnosticsOf(await stack.preview())["imagefleet:index:ImageImport (web)"];
  };
  expect(await refused("1.0.0")).toMatch(
    /^error: Preview failed: A local file \(`source\.path`\) reaches DigitalOcean through a Spaces bucket: set /,
  );
  expect(await refused("garbage")).toMatch(
    /`source` is not an image that a Droplet can run\.\nThe file is a text file, not a disk image\. /,
  );
  expect(await refused("gone")).toMatch(/`source\.path` must be a file that can be read, but `.+gone` can't be opened \(ENOENT\)\.$/);
  expect(await writes()).toEqual([]);
});
