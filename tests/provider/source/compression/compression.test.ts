import { readFileSync } from "node:fs";

import { inspectFile } from "../../../../provider/source/inspect/inspectSource";
import { describeWith, noise, overwrite, run, Workshop } from "../inspect/images";

const workshop = new Workshop();
afterAll(() => workshop.clean());

const bytesPerMib = 1024 * 1024;
const tools = ["gzip", "bzip2", "xz", "zstd"] as const;

async function codesOf(file: string): Promise<string[]> {
  return (await inspectFile(file)).inspection.findings.map(({ code }) => code);
}

describeWith([...tools, "qemu-img", "sfdisk", "mke2fs", "mkfs.vfat"], "looking through compression", () => {
  for (const tool of tools) {
    test(`reads a raw disk, a qcow2 and a streamed VMDK inside ${tool}`, async () => {
      const disk = workshop.goodDisk();
      const images = [
        disk,
        workshop.convert(disk, "in.qcow2", "qcow2"),
        workshop.convert(disk, "in.vmdk", "vmdk", "-o", "subformat=streamOptimized"),
      ];
      for (const image of images) {
        const plain = (await inspectFile(image)).inspection;
        const refused = tool === "xz" || tool === "zstd";
        const { inspection } = await inspectFile(workshop.compress(tool, image, "packed"));
        expect(inspection).toEqual({
          ...plain,
          compression: tool,
          contents: { cloudInit: null, sshd: null },
          findings: inspection.findings.filter(({ code }) => refused && code === "compression-refused"),
          acceptable: !refused,
        });
      }
    });

    test(`calls what ${tool} lost in the middle damaged, and still names the compression`, async () => {
      const packed = readFileSync(workshop.compress(tool, workshop.goodDisk(), "whole"));
      const { compression, findings, acceptable } = (await inspectFile(workshop.write("cut", packed.subarray(0, packed.length / 2))))
        .inspection;
      expect([compression, acceptable]).toEqual([tool, false]);
      expect(findings.map(({ code }) => code)).toContain("compression-damaged");
    });
  }

  test("sees a partition that begins one GiB into the disk", async () => {
    const near = workshop.fileSystem("ext3", 8);
    const far = workshop.fileSystem("ext4", 8);
    const disk = workshop.disk("far.raw", 1040, "dos", [
      { startMib: 1, mib: 8, type: "83", holds: near },
      { startMib: 1024, mib: 8, type: "83" },
    ]);
    // In members of 16 MiB, all but the first and the last the same: quicker than to pack a GiB of zeros.
    const member = (bytes: Buffer) => readFileSync(workshop.compress("gzip", workshop.write("member", bytes), "member.gz"));
    const zeros = member(Buffer.alloc(16 * bytesPerMib));
    const first = member(run("head", ["-c", String(16 * bytesPerMib), disk]));
    const file = workshop.write(
      "far.raw.gz",
      Buffer.concat([first, ...Array.from({ length: 63 }, () => zeros), member(readFileSync(far))]),
    );
    const { inspection, bytesRead } = await inspectFile(file);
    expect(inspection.filesystems).toEqual(["ext3", "ext4"]);
    expect(bytesRead).toBeLessThan(8 * bytesPerMib);
  });

  test("keeps what it saw of a disk whose logical partitions are out of reach", async () => {
    const disk = workshop.disk("debian.raw", 300, "dos", [
      { startMib: 1, mib: 8, type: "83", holds: workshop.fileSystem("ext4", 8) },
      { startMib: 280, mib: 16, type: "5" },
      { startMib: 281, mib: 8, type: "82", holds: workshop.fileSystem("swap", 8) },
    ]);
    const { partitionTable, bootMode, filesystems, findings } = (await inspectFile(workshop.compress("bzip2", disk, "debian.bz2")))
      .inspection;
    expect([partitionTable, bootMode, filesystems]).toEqual(["mbr", "bios", ["ext4"]]);
    expect(findings.map(({ code }) => code)).toEqual(["disk-size-unknown"]);
  });

  test("looks at file systems on its way to the logical partitions behind them", async () => {
    const disk = workshop.disk("behind.raw", 64, "dos", [
      { startMib: 1, mib: 8, type: "83", holds: workshop.fileSystem("ext4", 8) },
      { startMib: 50, mib: 12, type: "5" },
      { startMib: 51, mib: 8, type: "83", holds: workshop.fileSystem("ext3", 8) },
    ]);
    const packed = workshop.compress("gzip", overwrite(disk, 10 * bytesPerMib, noise(38 * bytesPerMib)), "behind.gz");
    const { format, bootMode, filesystems } = (await inspectFile(packed)).inspection;
    expect([format, bootMode, filesystems]).toEqual(["raw", "bios", ["ext4", "ext3"]]);
  });

  test("knows xz of several streams with zeros behind each", async () => {
    const disk = readFileSync(workshop.goodDisk());
    const halves = [disk.subarray(0, 10 * bytesPerMib), disk.subarray(10 * bytesPerMib)].map((half, index) =>
      readFileSync(workshop.compress("xz", workshop.write("half", half), `half-${index}`)),
    );
    const file = workshop.write("padded.xz", Buffer.concat(halves.flatMap((half) => [half, Buffer.alloc(12)])));
    const { virtualSizeBytes, findings } = (await inspectFile(file)).inspection;
    expect([virtualSizeBytes, findings.map(({ code }) => code)]).toEqual([24 * bytesPerMib, ["compression-refused"]]);
  });

  test("takes several gzip members and zeros behind them for one file, as gunzip does", async () => {
    const disk = readFileSync(workshop.goodDisk());
    const halves = [disk.subarray(0, 10 * bytesPerMib), disk.subarray(10 * bytesPerMib)].map((half, index) =>
      readFileSync(workshop.compress("gzip", workshop.write("half", half), `half-${index}`)),
    );
    const file = workshop.write("members.gz", Buffer.concat([...halves, Buffer.alloc(1024)]));
    const { virtualSizeBytes, findings } = (await inspectFile(file)).inspection;
    expect([virtualSizeBytes, findings]).toEqual([24 * bytesPerMib, []]);
  });

  test("takes several bzip2 streams for one file", async () => {
    const disk = readFileSync(workshop.goodDisk());
    const halves = [disk.subarray(0, 10 * bytesPerMib), disk.subarray(10 * bytesPerMib)].map((half, index) =>
      readFileSync(workshop.compress("bzip2", workshop.write("half", half), `half-${index}`)),
    );
    const { virtualSizeBytes, findings } = (await inspectFile(workshop.write("streams.bz2", Buffer.concat(halves)))).inspection;
    expect([virtualSizeBytes, findings]).toEqual([24 * bytesPerMib, []]);
  });

  test("knows zstd by a frame to skip too, which parallel packers begin with", async () => {
    const packed = readFileSync(workshop.compress("zstd", workshop.goodDisk(), "good.zst"));
    const file = workshop.write("parallel.zst", Buffer.concat([Buffer.from("502a4d180400000001020304", "hex"), packed]));
    const { compression, filesystems } = (await inspectFile(file)).inspection;
    expect([compression, filesystems]).toEqual(["zstd", ["ext4"]]);
  });

  test("knows the size in xz from its index, however large the file", async () => {
    const disk = overwrite(workshop.goodDisk("noisy.raw"), 12 * bytesPerMib, noise(5 * bytesPerMib));
    expect((await inspectFile(workshop.compress("xz", disk, "noisy.xz"))).inspection.virtualSizeBytes).toBe(24 * bytesPerMib);
    expect((await inspectFile(workshop.compress("gzip", disk, "noisy.gz"))).inspection.virtualSizeBytes).toBe(null);
  });

  test("reads no more of a large compressed file than its partitions need", async () => {
    const disk = overwrite(workshop.goodDisk("tail.raw"), 12 * bytesPerMib, noise(8 * bytesPerMib));
    const { inspection, bytesRead } = await inspectFile(workshop.compress("gzip", disk, "tail.gz"));
    expect(inspection.filesystems).toEqual(["ext4"]);
    expect(bytesRead).toBeLessThanOrEqual(bytesPerMib);
  });

  test("answers wherever a bit of xz flipped, also where the decoder meets it ahead of what was asked for", async () => {
    const root = workshop.fileSystem("ext4", 4, ["etc/hostname"]);
    const disk = workshop.disk("small.raw", 6, "dos", [{ startMib: 1, mib: 4, type: "83", holds: root }]);
    const packed = readFileSync(workshop.compress("xz", disk, "small.xz"));
    for (let at = 12; at < packed.length; at += Math.ceil(packed.length / 60)) {
      const flipped = Buffer.from(packed);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      expect((await inspectFile(workshop.write("flipped.xz", flipped))).inspection.acceptable).toBe(false);
    }
  });

  test("refuses one bit that flipped in bzip2, by the checksum of its block", async () => {
    const packed = readFileSync(workshop.compress("bzip2", workshop.goodDisk(), "flip.bz2"));
    packed.writeUInt8(packed.readUInt8(packed.length >> 1) ^ 1, packed.length >> 1);
    expect(await codesOf(workshop.write("flipped.bz2", packed))).toContain("compression-damaged");
  });
});
