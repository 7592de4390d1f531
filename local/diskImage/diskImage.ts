import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ext4 } from "./ext4";
import { partitionedDisk } from "./mbr";
import { qcow2 } from "./qcow2";

const run = promisify(execFile);
const fileSystemBytes = 15 * 1024 * 1024;

export interface DiskImage {
  readonly path: string;
  readonly sha256: string;
  /** What made the file system and the file: the usual tools where they are installed, else our own writers. */
  readonly madeBy: string;
}

/**
 * Writes a real, small disk image to `file`: qcow2, 16 MiB, MBR with boot code that a BIOS runs, and an ext4 file system that says which
 * version it is. Not a system that reaches a login: it is what an importer has to read.
 */
export async function makeDiskImage(file: string, version: string, tools: DiskTools = installedTools): Promise<DiskImage> {
  await mkdir(path.dirname(file), { recursive: true });
  const release = { name: "release", text: `imagefleet example, version ${version}\n` };
  const made = await tools.fileSystem(fileSystemBytes, release);
  const disk = partitionedDisk(made?.bits ?? ext4(fileSystemBytes, release), `imagefleet example ${version}`);
  const image = await tools.qcow2(disk);
  const bits = image?.bits ?? qcow2(disk);
  await writeFile(file, bits);
  const madeBy = `${made?.by ?? "own ext4 writer"} and ${image?.by ?? "own qcow2 writer"}`;
  return { path: file, sha256: createHash("sha256").update(bits).digest("hex"), madeBy };
}

/** Each answers undefined where its tool is not there. */
export interface DiskTools {
  fileSystem(bytes: number, file: { name: string; text: string }): Promise<{ bits: Buffer; by: string } | undefined>;
  qcow2(disk: Buffer): Promise<{ bits: Buffer; by: string } | undefined>;
}

export const noTools: DiskTools = { fileSystem: () => Promise.resolve(undefined), qcow2: () => Promise.resolve(undefined) };

export const installedTools: DiskTools = {
  fileSystem: (bytes, file) =>
    inFolder(async (folder) => {
      const [root, image] = [path.join(folder, "root"), path.join(folder, "ext4")];
      await mkdir(root);
      await writeFile(path.join(root, file.name), file.text);
      await run("mke2fs", ["-q", "-t", "ext4", "-L", "imagefleet", "-d", root, image, `${bytes / 1024}k`], withSystemTools);
      return { bits: await readFile(image), by: "mke2fs" };
    }),
  qcow2: (disk) =>
    inFolder(async (folder) => {
      const [raw, image] = [path.join(folder, "raw"), path.join(folder, "qcow2")];
      await writeFile(raw, disk);
      await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, image], withSystemTools);
      return { bits: await readFile(image), by: "qemu-img" };
    }),
};

/** Debian keeps mke2fs in /usr/sbin, which is not on every user's path. */
const withSystemTools = { env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` } };

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), "imagefleet-disk-"));
  try {
    return await work(folder);
  } catch (error) {
    if (isMissingTool(error)) return undefined;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isMissingTool(error: unknown): boolean {
  return (
    error instanceof Error && "code" in error && error.code === "ENOENT" && "syscall" in error && String(error.syscall).startsWith("spawn")
  );
}
