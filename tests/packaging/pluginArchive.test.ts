import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import manifest from "../../package.json";
import { builtRelease, scratchFolder, unpacked } from "./builtRelease";

let release: string;
let plugin: string;

beforeAll(async () => {
  release = await builtRelease();
  plugin = await unpacked(path.join(release, "pulumi-resource-imagefleet-v0.1.0-linux-amd64.tar.gz"));
});

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
  const again = await builtRelease();
  const digests = await Promise.all([release, again].map((folder) => readFile(path.join(folder, "checksums.txt"), "utf8")));
  expect(digests[1]).toBe(digests[0]);
});

test("an archive holds the launcher and the bundles at its root, and no packages", async () => {
  expect((await readdir(plugin)).sort()).toEqual(["provider.js", "pulumi-resource-imagefleet", "start.js"]);
  expect((await stat(path.join(plugin, "pulumi-resource-imagefleet"))).mode & 0o777).toBe(0o755);
  const windows = await unpacked(path.join(release, "pulumi-resource-imagefleet-v0.1.0-windows-amd64.tar.gz"));
  expect((await readdir(windows)).sort()).toEqual(["provider.js", "pulumi-resource-imagefleet.cmd", "start.js"]);
  expect(await readFile(path.join(windows, "pulumi-resource-imagefleet.cmd"), "utf8")).toMatch(/^@echo off\r\n(.*\r\n)+$/);
});

test("there is one protobuf in the plugin, for messages of one can't be read by another", async () => {
  const source = await readFile(path.join(plugin, "provider.js"), "utf8");
  expect(source.split("proto.google.protobuf.Struct.deserializeBinary=").length - 1).toBe(1);
});

test("the launcher starts the plugin, which prints its port and ends with its stdin", async () => {
  const folder = await scratchFolder();
  await symlink(process.execPath, path.join(folder, "node"));
  await symlink("/usr/bin/dirname", path.join(folder, "dirname"));
  expect(launch(folder)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\n$/) as string, stderr: "" });
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
  await symlink("/usr/bin/dirname", path.join(folder, "dirname"));
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
