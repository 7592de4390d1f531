import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import manifest from "../../package.json";
import { builtRelease, scratchFolder, unpacked, writeRelease } from "./builtRelease";

let release: string;
let plugin: string;

beforeAll(async () => {
  release = await builtRelease();
  plugin = await unpacked(path.join(release, "pulumi-resource-imagefleet-v0.1.0-linux-amd64.tar.gz"));
});

const scripts = ["construct.js", "provider.js", "proxies.js", "spaces.js", "start.js"];
const smallHeap = ["--max-semi-space-size=1", "--optimize-for-size"];

/** Runs the launcher on a PATH of nothing but what lies in `folder`. */
function launch(folder: string) {
  return spawnSync(path.join(plugin, "pulumi-resource-imagefleet"), ["127.0.0.1:1"], {
    encoding: "utf8",
    env: { PATH: folder },
    input: "",
  });
}

test("there is an archive for each platform that the engine asks for, with its checksum, beside schema and tarball", async () => {
  const archives = ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64"].map(
    (platform) => `pulumi-resource-imagefleet-v${manifest.version}-${platform}.tar.gz`,
  );
  expect((await readdir(release)).sort()).toEqual(["checksums.txt", `imagefleet-${manifest.version}.tgz`, ...archives, "schema.json"]);
  const sums = await Promise.all(
    archives.map(async (name) => {
      const digest = createHash("sha256").update(await readFile(path.join(release, name)));
      return `${digest.digest("hex")}  ${name}\n`;
    }),
  );
  expect(await readFile(path.join(release, "checksums.txt"), "utf8")).toBe(sums.join(""));
});

test("the same sources make the same bytes", async () => {
  const again = await scratchFolder();
  await writeRelease(again);
  const digests = await Promise.all([release, again].map((folder) => readFile(path.join(folder, "checksums.txt"), "utf8")));
  expect(digests[1]).toBe(digests[0]);
});

test("an archive holds the launcher and the bundles at its root, and no packages", async () => {
  expect((await readdir(plugin)).sort()).toEqual([...scripts, "pulumi-resource-imagefleet"].sort());
  expect((await stat(path.join(plugin, "pulumi-resource-imagefleet"))).mode & 0o777).toBe(0o755);
  const windows = await unpacked(path.join(release, "pulumi-resource-imagefleet-v0.1.0-windows-amd64.tar.gz"));
  expect((await readdir(windows)).sort()).toEqual([...scripts, "pulumi-resource-imagefleet.cmd"].sort());
  expect(await readFile(path.join(windows, "pulumi-resource-imagefleet.cmd"), "utf8")).toMatch(/^@echo off\r\n(.*\r\n)+$/);
});

test("what few runs need lies beside it, each in a file that can be loaded", () => {
  const load = createRequire(path.join(plugin, "start.js"));
  const exported = ["./construct", "./proxies", "./spaces"].map((name) => Object.keys(load(name) as object));
  expect(exported.map((names) => names.sort())).toEqual([["call", "construct", "faults"], ["useProxies"], ["createSpaces"]]);
});

test("there is one protobuf in the plugin, for messages of one can't be read by another", async () => {
  const source = await readFile(path.join(plugin, "provider.js"), "utf8");
  expect(source.split("proto.google.protobuf.Struct.deserializeBinary=").length - 1).toBe(1);
});

test("the launcher starts the plugin, which prints its port and ends with its stdin", async () => {
  const folder = await scratchFolder();
  await symlink(process.execPath, path.join(folder, "node"));
  expect(launch(folder)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\n$/) as string, stderr: "" });
});

test.each([
  ["where no images pass through Spaces, as quickly as it can", {}, []],
  ["with a small heap where the environment names a bucket", { SPACES_BUCKET: "images" }, smallHeap],
  ["with a small heap where the configuration names a bucket", { PULUMI_CONFIG: '{"spacesBucket":"images"}' }, smallHeap],
])("the launcher starts Node.js %s", async (_, env, flags) => {
  const folder = await scratchFolder();
  await writeFile(path.join(folder, "node"), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  const launcher = path.join(plugin, "pulumi-resource-imagefleet");
  const { stdout } = spawnSync(launcher, ["127.0.0.1:1"], { encoding: "utf8", env: { PATH: folder, ...env } });
  expect(stdout.trim().split(" ")).toEqual([...flags, path.join(plugin, "start.js"), "127.0.0.1:1"]);
});

test("the launcher says in one sentence that Node.js is missing", async () => {
  expect(launch(await scratchFolder())).toMatchObject({
    status: 1,
    stdout: "",
    stderr:
      "imagefleet's provider runs on Node.js 20.20 or newer, and no node is on PATH: " +
      "install it from https://nodejs.org and run the command again.\n",
  });
});

test.each(["12.22.12", "18.20.8", "20.19.5"])("says in one sentence that Node.js %s is too old", async (version) => {
  const folder = await scratchFolder();
  const old = path.join(folder, "old.js");
  await writeFile(old, `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });\n`);
  await writeFile(path.join(folder, "node"), `#!/bin/sh\nexec ${process.execPath} -r ${old} "$@"\n`, { mode: 0o755 });
  expect(launch(folder)).toMatchObject({
    status: 1,
    stdout: "",
    stderr: `imagefleet's provider needs Node.js 20.20 or newer, but \`node\` is ${version}: update Node.js.\n`,
  });
});

test("the first file is written in what old Node.js reads, so that it can say so", async () => {
  const source = await readFile(path.join(plugin, "start.js"), "utf8");
  expect(source).not.toMatch(/\?\?|\?\.|catch\{|\basync\b|\*\*/);
});
