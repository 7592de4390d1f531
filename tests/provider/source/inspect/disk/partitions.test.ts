import { readFileSync } from "node:fs";

import { inspectFile } from "../../../../../provider/source/inspect/inspectSource";
import type { Inspection } from "../../../../../provider/source/inspect/inspect";
import { describeWith, overwrite, run, Workshop } from "../images";

const workshop = new Workshop();
afterAll(() => workshop.clean());

async function seen(file: string): Promise<Pick<Inspection, "partitionTable" | "bootMode" | "filesystems">> {
  const { partitionTable, bootMode, filesystems } = (await inspectFile(file)).inspection;
  return { partitionTable, bootMode, filesystems };
}

describeWith(["sfdisk", "mke2fs", "mkfs.xfs", "mkfs.btrfs", "mkfs.vfat", "mkswap", "blkid"], "partitions and file systems", () => {
  const kinds: readonly (readonly [kind: string, mib: number, ...options: string[]])[] = [
    ["ext2", 8],
    ["ext3", 8],
    ["ext4", 8],
    ["ext4", 8, "-O", "^has_journal"],
    ["ext4", 8, "-O", "^extent,^64bit,^flex_bg"],
    ["ext4", 8, "-O", "^extent,^64bit,^flex_bg,^huge_file,^dir_nlink,^extra_isize,^metadata_csum"],
    ["vfat", 40],
    ["vfat", 4, "-F", "12"],
    ["xfs", 320],
    ["btrfs", 128],
    ["swap", 8],
  ];
  for (const [kind, mib, ...options] of kinds) {
    test(`calls ${[kind, ...options].join(" ")} what blkid calls it`, async () => {
      const file = workshop.fileSystem(kind, mib, [], options);
      const name = run("blkid", ["-p", "-s", "TYPE", "-o", "value", file]).toString().trim();
      expect(await seen(file)).toEqual({ partitionTable: "none", bootMode: "unknown", filesystems: [name] });
    });
  }

  test("lists file systems in the order of the table, not of the disk", async () => {
    const disk = workshop.disk("unordered.raw", 40, "gpt", [
      { startMib: 20, mib: 8, type: "L", holds: workshop.fileSystem("ext4", 8) },
      { startMib: 1, mib: 8, type: "L", holds: workshop.fileSystem("ext3", 8) },
    ]);
    expect(await seen(disk)).toEqual({ partitionTable: "gpt", bootMode: "bios", filesystems: ["ext4", "ext3"] });
  });

  test("finds boot code with an EFI system partition beside it to boot by BIOS, and without it by UEFI only", async () => {
    for (const [label, type] of [
      ["gpt", "uefi"],
      ["dos", "ef"],
    ] as const) {
      const plan = [{ startMib: 1, mib: 36, type, holds: workshop.fileSystem("vfat", 36) }];
      const expected = { partitionTable: label === "dos" ? "mbr" : "gpt", filesystems: ["vfat"] };
      expect(await seen(workshop.disk("efi.raw", 40, label, plan))).toEqual({ ...expected, bootMode: "bios" });
      expect(await seen(workshop.disk("efi.raw", 40, label, plan, false))).toEqual({ ...expected, bootMode: "uefi-only" });
    }
  });

  test("reads a GPT of more entries than the usual 128", async () => {
    const plan = { startMib: 2, mib: 8, type: "L", holds: workshop.fileSystem("ext4", 8) };
    const disk = workshop.disk("long-table.raw", 16, "gpt", [plan], true, "table-length: 1024");
    expect(await seen(disk)).toEqual({ partitionTable: "gpt", bootMode: "bios", filesystems: ["ext4"] });
  });

  test("reads the copy of a GPT at the end of the disk where the first one is gone", async () => {
    const disk = workshop.disk("copy.raw", 16, "gpt", [{ startMib: 1, mib: 8, type: "L", holds: workshop.fileSystem("ext4", 8) }]);
    expect(await seen(overwrite(disk, 512, Buffer.alloc(512)))).toEqual({ partitionTable: "gpt", bootMode: "bios", filesystems: ["ext4"] });
  });

  test("looks for a file system no further than its partition goes", async () => {
    const disk = workshop.disk("tight.raw", 16, "dos", [{ startMib: 1, mib: 1, type: "83" }]);
    overwrite(disk, 1024 * 1024 + 4086, Buffer.from("SWAPSPACE2"));
    expect((await seen(disk)).filesystems).toEqual(["swap"]);
    // One sector is left to it.
    expect((await seen(overwrite(disk, 446 + 12, Buffer.from([1, 0, 0, 0])))).filesystems).toEqual([]);
  });

  test("takes 55aa with four empty entries for no table, and its code for one that a BIOS runs", async () => {
    const disk = overwrite(workshop.blank("bare.raw", 8), 510, Buffer.from("55aa", "hex"));
    expect(await seen(disk)).toEqual({ partitionTable: "none", bootMode: "unknown", filesystems: [] });
    expect((await seen(overwrite(disk, 0, Buffer.from("faf4", "hex")))).bootMode).toBe("bios");
  });

  test("ends a chain of logical partitions that runs in a circle", async () => {
    const disk = workshop.disk("circle.raw", 64, "dos", [
      { startMib: 1, mib: 60, type: "5" },
      { startMib: 2, mib: 8, type: "83", holds: workshop.fileSystem("ext4", 8) },
      { startMib: 20, mib: 8, type: "83", holds: workshop.fileSystem("ext3", 8) },
    ]);
    const first = await seen(disk);
    expect(first.filesystems).toEqual(["ext4", "ext3"]);
    // The second entry of the first sector names the next sector; there the second entry is made to name the first.
    const extended = 1024 * 1024;
    const second = extended + readFileSync(disk).readUInt32LE(extended + 462 + 8) * 512;
    expect(readFileSync(disk).readUInt16LE(second + 510)).toBe(0xaa55);
    const back = Buffer.alloc(16);
    back.writeUInt8(5, 4);
    back.writeUInt32LE(2048, 12);
    expect(await seen(overwrite(disk, second + 462, back))).toEqual(first);
  });
});
