import { readFileSync } from "node:fs";

import { inspectFile } from "../../../../provider/source/inspect/inspectSource";
import { describeWith, noise, overwrite, qemuInfo, run, withFooter, Workshop, type PartitionPlan } from "./images";

const workshop = new Workshop();
afterAll(() => workshop.clean());

/** name, qemu-img's format, options */
const writers: readonly (readonly [name: string, format: string, ...options: string[]])[] = [
  ["qcow2 version 3", "qcow2"],
  ["qcow2 version 2", "qcow2", "-o", "compat=0.10"],
  ["qcow2 of compressed clusters", "qcow2", "-c"],
  ["qcow2 of clusters in zstd", "qcow2", "-c", "-o", "compression_type=zstd"],
  ["qcow2 of small clusters", "qcow2", "-o", "cluster_size=512"],
  ["qcow2 of large clusters", "qcow2", "-o", "cluster_size=2M"],
  ["qcow2 with extended level-2 entries", "qcow2", "-o", "extended_l2=on,cluster_size=128k"],
  ["qcow2 with extended entries and compressed clusters", "qcow2", "-c", "-o", "extended_l2=on,cluster_size=128k"],
  ["qcow2 with metadata in advance", "qcow2", "-o", "preallocation=metadata"],
  ["VMDK monolithicSparse", "vmdk"],
  ["VMDK streamOptimized", "vmdk", "-o", "subformat=streamOptimized"],
  ["VHDX dynamic", "vhdx"],
  ["VHDX fixed", "vhdx", "-o", "subformat=fixed"],
  ["VDI dynamic", "vdi"],
  ["VDI static", "vdi", "-o", "static=on"],
  ["VHD dynamic", "vpc"],
  ["raw", "raw"],
];

describeWith(["qemu-img", "sfdisk", "mke2fs", "mkswap"], "disk formats", () => {
  /** MBR with a logical partition far in: every reader has to find its way through the guest's disk. */
  const source = (): string => {
    const plans: readonly PartitionPlan[] = [
      { startMib: 1, mib: 20, type: "83", holds: workshop.fileSystem("ext4", 20, ["etc/hostname", "usr/bin/cloud-init", "usr/sbin/sshd"]) },
      { startMib: 24, mib: 36, type: "5" },
      { startMib: 30, mib: 10, type: "83", holds: workshop.fileSystem("ext3", 10) },
      { startMib: 45, mib: 10, type: "82", holds: workshop.fileSystem("swap", 10) },
    ];
    return overwrite(workshop.disk("source.raw", 64, "dos", plans), 21 * 1024 * 1024, noise(1024 * 1024));
  };
  let disk: string;
  beforeAll(() => (disk = source()));

  for (const [name, format, ...options] of writers) {
    test(`reads the guest's disk in ${name}`, async () => {
      const image = workshop.convert(disk, `${name.replaceAll(" ", "-")}.image`, format, ...options);
      const info = qemuInfo(image);
      const { inspection } = await inspectFile(image);
      expect(inspection).toEqual({
        format: info.format === "vpc" ? "vhd" : info.format,
        compression: null,
        virtualSizeBytes: info["virtual-size"],
        partitionTable: "mbr",
        bootMode: "bios",
        filesystems: ["ext4", "ext3", "swap"],
        contents: { cloudInit: true, sshd: true },
        findings: inspection.findings.filter(({ code }) => code === "vhd-refused"),
        acceptable: info.format !== "vpc",
      });
    });
  }

  test("tells a fixed VHD by its end, which qemu-img takes for a raw disk", async () => {
    const image = workshop.convert(disk, "fixed.vhd", "vpc", "-o", "subformat=fixed,force_size=on");
    expect(qemuInfo(image).format).toBe("raw");
    const { format, virtualSizeBytes, filesystems } = (await inspectFile(image)).inspection;
    expect([format, virtualSizeBytes, filesystems]).toEqual(["vhd", 64 * 1024 * 1024, ["ext4", "ext3", "swap"]]);
  });

  test("says what a qcow2 is that is marked as damaged", async () => {
    const image = overwrite(workshop.convert(disk, "marked.qcow2", "qcow2"), 79, Buffer.from([2]));
    const { virtualSizeBytes, filesystems, findings } = (await inspectFile(image)).inspection;
    expect([virtualSizeBytes, filesystems]).toEqual([qemuInfo(image)["virtual-size"], ["ext4", "ext3", "swap"]]);
    expect(findings.map(({ code }) => code)).toEqual(["file-damaged"]);
  });

  test("refuses a VHDX whose log was to be replayed first, and takes one whose log is of before", async () => {
    const image = workshop.convert(disk, "open.vhdx", "vhdx");
    const guid = Buffer.alloc(16, 7);
    for (const header of [64 * 1024, 128 * 1024]) overwrite(image, header + 48, guid);
    expect((await inspectFile(image)).inspection.findings).toEqual([]);
    const entry = Buffer.concat([Buffer.from("loge"), Buffer.alloc(28), guid]);
    const log = readFileSync(image).readUInt32LE(64 * 1024 + 72);
    const { findings, filesystems } = (await inspectFile(overwrite(image, log + 8192, entry))).inspection;
    expect([findings.map(({ code }) => code), filesystems]).toEqual([["file-damaged"], ["ext4", "ext3", "swap"]]);
  });

  test("adds up the extents of a VMDK that is only described", async () => {
    const image = workshop.convert(disk, "split.vmdk", "vmdk", "-o", "subformat=twoGbMaxExtentSparse");
    const { format, virtualSizeBytes, partitionTable, acceptable } = (await inspectFile(image)).inspection;
    expect([format, virtualSizeBytes, partitionTable, acceptable]).toEqual(["vmdk", 64 * 1024 * 1024, null, false]);
  });

  test("finds the directory of a streamed VMDK in its footer, as VMware writes it, and misses a footer that was cut off", async () => {
    const image = withFooter(workshop.convert(disk, "footer.vmdk", "vmdk", "-o", "subformat=streamOptimized"));
    expect((await inspectFile(image)).inspection.filesystems).toEqual(["ext4", "ext3", "swap"]);
    const cut = workshop.cut(image, "cut-footer.vmdk", run("cat", [image]).length - 1536);
    expect((await inspectFile(cut)).inspection.findings.map(({ code }) => code)).toEqual(["file-truncated"]);
  });

  test("looks into a hybrid ISO as an ISO, not as the disk that it also is", async () => {
    const image = overwrite(workshop.convert(disk, "hybrid.iso", "raw"), 32_769, Buffer.from("CD001"));
    expect((await inspectFile(image)).inspection.format).toBe("iso");
  });

  test("goes by content, not by name", async () => {
    const image = workshop.convert(disk, "web.vmdk.iso.gz", "qcow2");
    expect((await inspectFile(image)).inspection.format).toBe("qcow2");
  });
});
