import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { installedTools, makeDiskImage, noTools } from "../../../local/diskImage/diskImage";
import { ext4 } from "../../../local/diskImage/ext4";
import { partitionStartBytes } from "../../../local/diskImage/mbr";

const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
const hasTool = (name: string) => spawnSync(name, ["--version"], { env }).error === undefined;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imagefleet-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ["the installed tools", installedTools],
  ["no tools at all", noTools],
])("a disk image made with %s", (_, tools) => {
  test("is qcow2 and different bits for a different version", async () => {
    const one = await makeDiskImage(path.join(folder, "1.qcow2"), "1", tools);
    const two = await makeDiskImage(path.join(folder, "2.qcow2"), "2", tools);
    expect(readFileSync(one.path).subarray(0, 4)).toEqual(Buffer.from("QFI\xfb", "latin1"));
    expect(one.sha256).not.toBe(two.sha256);
  });
});

test("the same version gives the same bits without tools", async () => {
  const one = await makeDiskImage(path.join(folder, "1.qcow2"), "1", noTools);
  const again = await makeDiskImage(path.join(folder, "again.qcow2"), "1", noTools);
  expect(again.sha256).toBe(one.sha256);
});

(hasTool("e2fsck") ? test : test.skip)("the file system written without tools passes e2fsck and holds its file", () => {
  const file = path.join(folder, "ext4");
  writeFileSync(file, ext4(15 * 1024 * 1024, { name: "release", text: "version 7\n" }));
  execFileSync("e2fsck", ["-fn", file], { env, stdio: "pipe" });
  expect(execFileSync("debugfs", ["-R", "cat /release", file], { env, stdio: "pipe" }).toString()).toBe("version 7\n");
});

(hasTool("qemu-img") ? test : test.skip)(
  "the qcow2 written without tools passes qemu-img check and reads back as an active Linux partition",
  async () => {
    const image = await makeDiskImage(path.join(folder, "1.qcow2"), "1", noTools);
    execFileSync("qemu-img", ["check", image.path], { env, stdio: "pipe" });
    const raw = path.join(folder, "raw");
    execFileSync("qemu-img", ["convert", "-O", "raw", image.path, raw], { env });
    const disk = readFileSync(raw);
    expect({ active: disk[446], type: disk[450], signature: disk.readUInt16LE(510) }).toEqual({
      active: 0x80,
      type: 0x83,
      signature: 0xaa55,
    });
    const written = ext4(15 * 1024 * 1024, { name: "release", text: "imagefleet example, version 1\n" });
    expect(disk.subarray(partitionStartBytes).equals(written)).toBe(true);
  },
);
