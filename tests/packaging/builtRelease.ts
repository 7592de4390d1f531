import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { makeOnce } from "../../local/makeOnce";

const run = promisify(execFile);
const root = path.resolve(__dirname, "../..");
const folders: string[] = [];

afterAll(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** The folder of a release, which its own command writes once in a run of Jest: the first test file that asks waits for it with the others. */
export async function builtRelease(): Promise<string> {
  const folder = path.join(root, "dist/release");
  await makeOnce(folder, writeRelease);
  return folder;
}

export async function writeRelease(folder: string): Promise<void> {
  await run(path.join(root, "bin/imagefleet"), ["package", "--out", folder]);
}

/** An empty folder, gone when the test file ends. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "imagefleet-package-"));
  folders.push(folder);
  return folder;
}

/** Unpacks a .tar.gz into a folder of its own. */
export async function unpacked(archive: string): Promise<string> {
  const folder = path.join(await scratchFolder(), "unpacked");
  await mkdir(folder);
  await run("tar", ["-xzf", archive, "-C", folder]);
  return folder;
}
