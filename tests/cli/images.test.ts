import { execFile } from "node:child_process";
import path from "node:path";
import { begunTag, claimedTag, digestTag, ownerTag } from "../../provider/resources/lineage/lineageTags";
import { useEmulator, type EmulatorUnderTest } from "../helpers/emulator";

const executable = path.resolve(__dirname, "../../bin/imagefleet");
const sha256 = "ab".repeat(32);
const url = "http://127.0.0.1/web.img";
const shared = [digestTag(sha256), claimedTag("", sha256, 0, url)];

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let emulator: EmulatorUnderTest;
afterEach(() => emulator.close());

/** An account with these images: their ids, by name. */
async function useAccount(tagsByName: Readonly<Record<string, readonly string[]>>): Promise<Readonly<Record<string, string>>> {
  const seeded = Object.entries(tagsByName).map(([name, tags]) => ({ name, tags, regions: ["nyc3"], sizeGigabytes: 2 }));
  emulator = await useEmulator({ seed: { images: seeded } });
  const { body } = await emulator.call<{ images: readonly { id: number; name: string }[] }>("GET", "/v2/images?private=true");
  return Object.fromEntries(body.images.map(({ id, name }) => [name, String(id)]));
}

function images(args: readonly string[], { answer = "", token = emulator.token } = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, DIGITALOCEAN_TOKEN: token, DIGITALOCEAN_API_URL: emulator.url };
    const child = execFile(process.execPath, [executable, "images", ...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end(answer);
  });
}

function mark(stack: string, history: string): string {
  const urn = `urn:pulumi:${stack}::web::imagefleet:index:ImageImport::site`;
  return ownerTag(1, `imagefleet:lineage:${history}`, { namespace: "", urn, identity: "" });
}

async function there(): Promise<readonly string[]> {
  const { body } = await emulator.call<{ images: readonly { id: number }[] }>("GET", "/v2/images?private=true");
  return body.images.map(({ id }) => String(id)).sort();
}

test("lists the images that carry marks, by history, with their owners, as JSON and for a person; others are not shown", async () => {
  const ids = await useAccount({
    foreign: ["prod"],
    old: ["imagefleet:lineage:aa", "imagefleet:retired:1-x:aa"],
    new: [...shared, "imagefleet:lineage:aa", mark("dev", "aa"), mark("prod", "bb")],
  });
  const { code, stdout } = await images(["--json"]);
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as { images: object[] }).images).toMatchObject([
    {
      id: ids.new,
      pricePerMonth: 0.12,
      digest: sha256,
      owners: [{ name: "web/dev/site" }, { name: "web/prod/site" }],
      kept: false,
      unowned: false,
      droplets: 0,
    },
    { id: ids.old, owners: [], kept: true, unowned: false, histories: ["aa"], regions: ["nyc3"] },
  ]);
  const table = (await images([])).stdout;
  expect(table).toContain("owned by web/dev/site, web/prod/site");
  expect(table).toContain("kept as an earlier version");
  expect(table).not.toContain("foreign");
});

test("deletes only what nobody owns, keeps or imports, after a yes, and leaves no tag of it", async () => {
  const { left, ...others } = await useAccount({
    foreign: [],
    owned: [...shared, mark("dev", "aa")],
    kept: ["imagefleet:lineage:bb", "imagefleet:retired:1-x:bb"],
    begun: ["imagefleet:lineage:cc", begunTag("imagefleet:lineage:cc")],
    left: [...shared, "imagefleet:lineage:dd", "imagefleet:import:ee:dd"],
  });
  const staying = Object.values(others).sort();
  expect((await images(["--delete-unowned"], { answer: "no\n" })).stdout).toContain("Nothing was changed.");
  expect(await there()).toEqual([...staying, left].sort());
  const { code, stdout } = await images(["--delete-unowned"], { answer: "yes\n" });
  expect([code, stdout]).toEqual([0, expect.stringContaining(`Image ${left ?? ""} (left) is deleted.`)]);
  expect(await there()).toEqual(staying);
  const { body } = await emulator.call<{ tags: readonly { name: string }[] }>("GET", "/v2/tags?per_page=200");
  expect(body.tags.map(({ name }) => name).filter((name) => /:dd$|deleting/.test(name))).toEqual([]);
  expect((await images(["--delete-unowned"])).stdout).toBe("No image is unowned.\n");
});

test("releases what a lost state owned, with what its history kept, and nothing of other owners", async () => {
  const { kept, both } = await useAccount({
    kept: ["imagefleet:lineage:aa", "imagefleet:retired:1-x:aa"],
    both: [...shared, "imagefleet:lineage:aa", mark("dev", "aa"), mark("prod", "bb")],
  });
  expect((await images(["--release", "dev/site", "--yes"])).code).toBe(0);
  const { images: listed } = JSON.parse((await images(["--json"])).stdout) as { images: object[] };
  expect(listed).toMatchObject([
    { id: both, owners: [{ name: "web/prod/site" }], unowned: false },
    { id: kept, owners: [], unowned: true },
  ]);
  expect((await images(["--delete-unowned", "--yes"])).code).toBe(0);
  expect(await there()).toEqual([both]);
});

test.each([
  ["an owner that there isn't", ["--release", "dev/nothing"], /^`--release` must name an owner: web\/dev\/site, got `dev\/nothing`\./],
  ["owners of several projects", ["--release", "site"], /^`--release` must/],
])("refuses to release %s", async (_, args, sentence) => {
  await useAccount({ owned: [...shared, mark("dev", "aa")] });
  const { code, stderr } = await images([...args, "--yes"]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
});

test("says how the token is read where there is none", async () => {
  await useAccount({});
  const { code, stderr } = await images([], { token: "" });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^`token` must be set to a DigitalOcean API token\. /)]);
});
