import { readFileSync } from "node:fs";
import path from "node:path";

import { findingsPage } from "../../../../provider/source/inspect/findingsPage";
import { compressionTable, formatTable, refusalOf } from "../../../../provider/source/accepted";
import { findingRules } from "../../../../provider/source/inspect/findings";
import { inspectFile, inspectUrl } from "../../../../provider/source/inspect/inspectSource";
import { serveImage, type ServerManners } from "./imageServer";
import { describeWith, noise, overwrite, run, Workshop, zipOf } from "./images";

const biosBoot = "21686148-6449-6E6F-744E-656564454649";
const lvm = "8e";

const workshop = new Workshop();
afterAll(() => workshop.clean());

async function codesOf(file: string): Promise<string[]> {
  return (await inspectFile(file)).inspection.findings.map(({ code }) => code);
}

async function codesOfUrl(file: string, manners: ServerManners, name = "disk.qcow2"): Promise<string[]> {
  const server = await serveImage(file, manners);
  try {
    const { inspection } = await inspectUrl(server.url.replace("disk.qcow2", name), { send: (request) => fetch(request) });
    return inspection.findings.map(({ code }) => code);
  } finally {
    await server.close();
  }
}

/** code -> a real image of which nothing else is to be said, or what else there is. */
const images: Readonly<Record<string, () => Promise<readonly [found: string[], expected: string[]]>>> = {
  "file-empty": async () => [await codesOf(workshop.write("empty.raw", "")), ["file-empty"]],
  "file-truncated": async () => {
    const disk = workshop.disk("long.raw", 64, "dos", [{ startMib: 1, mib: 60, type: "83", holds: workshop.fileSystem("ext4", 60) }]);
    return [await codesOf(workshop.cut(disk, "short.raw", 40 * 1024 * 1024)), ["file-truncated"]];
  },
  "file-damaged": async () => {
    const image = workshop.convert(workshop.goodDisk(), "damaged.qcow2", "qcow2");
    return [await codesOf(overwrite(image, 20, Buffer.from([0, 0, 0, 99]))), ["file-damaged"]];
  },
  "compression-refused": async () => [await codesOf(workshop.compress("xz", workshop.goodDisk(), "good.raw.xz")), ["compression-refused"]],
  "compression-damaged": async () => {
    const packed = workshop.compress("gzip", workshop.goodDisk(), "good.raw.gz");
    return [await codesOf(workshop.cut(packed, "cut.raw.gz", 600)), ["compression-damaged"]];
  },
  "compressed-twice": async () => {
    const once = workshop.compress("gzip", workshop.goodDisk(), "once.gz");
    return [await codesOf(workshop.compress("gzip", once, "twice.gz")), ["compressed-twice"]];
  },
  "archive-refused": async () => {
    workshop.goodDisk("disk.raw");
    run("tar", ["-C", workshop.folder, "-cf", workshop.at("disk.tar"), "disk.raw"]);
    return [await codesOf(workshop.at("disk.tar")), ["archive-refused"]];
  },
  "iso-refused": async () => {
    run("genisoimage", ["-quiet", "-o", workshop.at("disc.iso"), path.dirname(workshop.write("readme.txt", "a disc"))]);
    return [await codesOf(workshop.at("disc.iso")), ["iso-refused"]];
  },
  "text-refused": async () => {
    const page = workshop.write("page.img", "<!-- v1 -->\n<!DOCTYPE html><title>Sign in – café</title>");
    const [seen] = (await inspectFile(page)).inspection.findings;
    expect(seen?.message).toBe("The file is an HTML page, not a disk image.");
    // Cut within a character: only the beginning of a long text is looked at.
    const long = workshop.write("long.img", `x${"é".repeat(40_000)}`);
    return [
      [...(await codesOf(page)), ...(await codesOf(long))],
      ["text-refused", "text-refused"],
    ];
  },
  "vhd-refused": async () => [await codesOf(workshop.convert(workshop.goodDisk(), "good.vhd", "vpc")), ["vhd-refused"]],
  "backing-file": async () => {
    const base = workshop.convert(workshop.goodDisk(), "base.qcow2", "qcow2");
    return [await codesOf(workshop.create("overlay.qcow2", "qcow2", "24M", "-b", base, "-F", "qcow2")), ["backing-file"]];
  },
  "external-data": async () => {
    const image = workshop.create("outside.qcow2", "qcow2", "24M", "-o", `data_file=${workshop.at("outside.data")}`);
    return [await codesOf(image), ["external-data"]];
  },
  encrypted: async () => {
    const options = "encrypt.format=aes,encrypt.key-secret=key";
    const image = workshop.create("locked.qcow2", "qcow2", "24M", "--object", "secret,id=key,data=x", "-o", options);
    return [await codesOf(image), ["encrypted"]];
  },
  "vmdk-descriptor-only": async () => {
    const image = workshop.convert(workshop.goodDisk(), "flat.vmdk", "vmdk", "-o", "subformat=monolithicFlat");
    return [await codesOf(image), ["vmdk-descriptor-only"]];
  },
  "vmdk-split": async () => {
    workshop.convert(workshop.goodDisk(), "split.vmdk", "vmdk", "-o", "subformat=twoGbMaxExtentSparse");
    return [await codesOf(workshop.at("split-s001.vmdk")), ["vmdk-split"]];
  },
  "disk-too-large": async () => {
    const image = workshop.convert(workshop.goodDisk(), "large.qcow2", "qcow2");
    run("qemu-img", ["resize", "-q", image, "99999999488"]);
    const below = await codesOf(image);
    run("qemu-img", ["resize", "-q", image, "100000000000"]);
    return [[...below, ...(await codesOf(image))], ["disk-too-large"]];
  },
  "disk-size-unknown": async () => {
    const disk = overwrite(workshop.goodDisk("noisy.raw"), 8 * 1024 * 1024, noise(5 * 1024 * 1024));
    return [await codesOf(workshop.compress("gzip", disk, "noisy.raw.gz")), ["disk-size-unknown"]];
  },
  "partition-table-missing": async () => {
    const root = workshop.fileSystem("ext4", 32, ["etc/hostname", "usr/bin/cloud-init", "usr/bin/sshd"]);
    return [await codesOf(root), ["partition-table-missing"]];
  },
  "partition-table-unread": async () => {
    // The disk's first sector was written last, so it lies at the end of the file, and this server has no ranges.
    const image = workshop.create("late.qcow2", "qcow2", "24M");
    run("qemu-io", ["-f", "qcow2", "-c", "write -P 7 8M 6M", "-c", "write -P 7 0 512", image]);
    return [await codesOfUrl(image, { ranges: false }), ["partition-table-unread", "ranges-missing"]];
  },
  "gpt-missing": async () => {
    const plans = [
      { startMib: 1, mib: 1, type: biosBoot },
      { startMib: 2, mib: 28, type: "L", holds: workshop.fileSystem("ext4", 28) },
    ];
    const disk = overwrite(workshop.disk("gone.raw", 32, "gpt", plans), 512, Buffer.alloc(512));
    const withCopy = await codesOf(disk);
    return [
      [...withCopy, ...(await codesOf(overwrite(disk, 32 * 1024 * 1024 - 512, Buffer.alloc(512))))],
      ["gpt-missing", "gpt-missing"],
    ];
  },
  "uefi-only": async () => {
    const plans = [
      { startMib: 1, mib: 34, type: "uefi", holds: workshop.fileSystem("vfat", 34) },
      { startMib: 40, mib: 28, type: "L", holds: workshop.fileSystem("ext4", 28) },
    ];
    return [await codesOf(workshop.disk("uefi.raw", 72, "gpt", plans, false)), ["uefi-only"]];
  },
  "boot-code-missing": async () => {
    const plan = { startMib: 1, mib: 28, type: "83", holds: workshop.fileSystem("ext4", 28) };
    return [await codesOf(workshop.disk("codeless.raw", 32, "dos", [plan], false)), ["boot-code-missing"]];
  },
  "bios-boot-partition-missing": async () => {
    const plan = { startMib: 1, mib: 28, type: "L", holds: workshop.fileSystem("ext4", 28) };
    return [await codesOf(workshop.disk("homeless.raw", 32, "gpt", [plan])), ["bios-boot-partition-missing"]];
  },
  "file-system-not-ext": async () => {
    const plans = [
      { startMib: 1, mib: 1, type: biosBoot },
      { startMib: 2, mib: 320, type: "L", holds: workshop.fileSystem("xfs", 320) },
    ];
    return [await codesOf(workshop.disk("xfs.raw", 330, "gpt", plans)), ["file-system-not-ext"]];
  },
  "file-system-unknown": async () => {
    const plan = { startMib: 1, mib: 28, type: lvm };
    return [await codesOf(workshop.disk("volumes.raw", 32, "dos", [plan])), ["file-system-unknown"]];
  },
  "fat-partition": async () => {
    const plans = [
      { startMib: 1, mib: 34, type: "c", holds: workshop.fileSystem("vfat", 34) },
      { startMib: 36, mib: 28, type: "83", holds: workshop.fileSystem("ext4", 28) },
    ];
    return [await codesOf(workshop.disk("fatboot.raw", 68, "dos", plans)), ["fat-partition"]];
  },
  "first-boot-agent-missing": async () => {
    const root = workshop.fileSystem("ext4", 28, ["etc/hostname", "usr/sbin/sshd"]);
    const disk = workshop.disk("agentless.raw", 32, "dos", [{ startMib: 1, mib: 28, type: "83", holds: root }]);
    return [await codesOf(disk), ["first-boot-agent-missing"]];
  },
  "trailing-bytes": async () => {
    // What OpenWrt's build appends
    const signature = Buffer.concat([Buffer.from("# fake certificateFWx0"), Buffer.from("765aeeb8000000000000000022", "hex")]);
    const packed = readFileSync(workshop.compress("gzip", workshop.goodDisk(), "signed.gz"));
    const codes = async (...tail: Buffer[]) => codesOf(workshop.write("signed.img.gz", Buffer.concat([packed, ...tail])));
    const behindZeros = [Buffer.alloc(8), Buffer.from('{ "metadata_version": "1.1" }\n'), signature];
    return [
      [...(await codes(signature)), ...(await codes(...behindZeros)), ...(await codes(Buffer.alloc(512)))],
      ["trailing-bytes", "trailing-bytes"],
    ];
  },
  "cloud-init-old": async () => {
    const codes = async (version: string) => {
      const module = `usr/lib/python3/dist-packages/cloudinit/version.py = def version(): return vr.StrictVersion("${version}")`;
      return codesOf(rootDisk([module, "etc/cloud/cloud.cfg"]));
    };
    return [[...(await codes("0.7.5")), ...(await codes("0.7.7")), ...(await codes("24.1"))], ["cloud-init-old"]];
  },
  "no-cloud-first": async () => {
    const codes = (...settings: string[]) => codesOf(rootDisk(["etc/cloud/cloud.cfg = datasource_list: [ConfigDrive]\n", ...settings]));
    const dpkg = "etc/cloud/cloud.cfg.d/90_dpkg.cfg = # by dpkg\ndatasource_list: [ NoCloud, ConfigDrive, None ]\n";
    const block = "etc/cloud/cloud.cfg.d/91_list.cfg = datasource_list:\n  - ConfigDrive\n  - NoCloud\n";
    return [[...(await codes()), ...(await codes(dpkg)), ...(await codes(dpkg, block))], ["no-cloud-first"]];
  },
  "sshd-missing": async () => {
    const root = workshop.fileSystem("ext4", 28, ["etc/cloud/cloud.cfg", "usr/bin/true"]);
    const disk = workshop.disk("mute.raw", 32, "dos", [{ startMib: 1, mib: 28, type: "83", holds: root }]);
    return [await codesOf(disk), ["sshd-missing"]];
  },
  "head-refused": async () => [await codesOfUrl(goodQcow2(), { headStatus: 405 }), ["head-refused"]],
  "ranges-missing": async () => {
    const disk = overwrite(workshop.goodDisk("noisy2.raw"), 8 * 1024 * 1024, noise(5 * 1024 * 1024));
    return [await codesOfUrl(disk, { ranges: false }), ["ranges-missing"]];
  },
  redirected: async () => [await codesOfUrl(goodQcow2(), { redirects: true }), ["redirected"]],
  "url-without-extension": async () => [await codesOfUrl(goodQcow2(), {}, "download?dl=0"), ["url-without-extension"]],
};

describeWith(
  ["qemu-img", "qemu-io", "sfdisk", "mke2fs", "mkfs.xfs", "mkfs.vfat", "genisoimage", "gzip", "xz", "zstd", "tar"],
  "every finding, and nothing else, on a real image",
  () => {
    for (const [code, make] of Object.entries(images)) {
      test(`says ${code}`, async () => {
        const [found, expected] = await make();
        expect(found).toEqual(expected);
      });
    }

    test("says nothing of a disk as DigitalOcean wants it", async () => {
      expect(await codesOf(workshop.goodDisk())).toEqual([]);
      expect(await codesOfUrl(goodQcow2(), {})).toEqual([]);
    });

    test("says nothing against a disk that boots by BIOS and by UEFI", async () => {
      const plans = [
        { startMib: 1, mib: 1, type: biosBoot },
        { startMib: 2, mib: 34, type: "uefi", holds: workshop.fileSystem("vfat", 34) },
        { startMib: 40, mib: 28, type: "L", holds: workshop.fileSystem("ext4", 28) },
      ];
      expect(await codesOf(workshop.disk("both.raw", 72, "gpt", plans))).toEqual([]);
    });

    test("takes the attribute for BIOS instead of a BIOS boot partition", async () => {
      const plan = { startMib: 1, mib: 28, type: "L", attributes: "LegacyBIOSBootable", holds: workshop.fileSystem("ext4", 28) };
      expect(await codesOf(workshop.disk("legacy.raw", 32, "gpt", [plan]))).toEqual([]);
    });

    test("leaves open whether FreeBSD's file system will do, since FreeBSD is accepted", async () => {
      const disk = workshop.disk("freebsd.raw", 32, "dos", [{ startMib: 1, mib: 28, type: "a5" }]);
      const image = overwrite(disk, 1024 * 1024 + 66_908, Buffer.from("19015419", "hex"));
      expect((await inspectFile(image)).inspection.filesystems).toEqual(["ufs"]);
      expect(await codesOf(image)).toEqual(["file-system-unknown"]);
    });

    test("refuses an OVA and a zip as archives", async () => {
      workshop.write("machine.ovf", "<Envelope/>");
      workshop.goodDisk("machine.raw");
      run("tar", ["-C", workshop.folder, "-cf", workshop.at("machine.ova"), "machine.ovf", "machine.raw"]);
      const zip = workshop.write("machine.zip", zipOf("machine.raw", readFileSync(workshop.at("machine.raw"))));
      expect(await codesOf(workshop.at("machine.ova"))).toEqual(["archive-refused"]);
      expect(await codesOf(zip)).toEqual(["archive-refused"]);
      expect(await codesOf(workshop.compress("gzip", workshop.at("machine.ova"), "machine.tar.gz"))).toEqual(["archive-refused"]);
    });

    test("finds the end of a disk with GPT missing behind its last partition", async () => {
      const plan = { startMib: 1, mib: 28, type: "L", attributes: "LegacyBIOSBootable", holds: workshop.fileSystem("ext4", 28) };
      const disk = workshop.disk("gpt-whole.raw", 64, "gpt", [plan]);
      expect(await codesOf(workshop.cut(disk, "gpt-cut.raw", 40 * 1024 * 1024))).toEqual(["file-truncated"]);
    });

    test("says so where nothing could be seen of what a compression holds", async () => {
      // A frame to skip that is longer than what is received of a URL.
      const skipped = Buffer.concat([Buffer.from("502a4d1800005000", "hex"), noise(5 * 1024 * 1024)]);
      const packed = readFileSync(workshop.compress("zstd", workshop.goodDisk(), "hidden.zst"));
      const file = workshop.write("hidden.raw.zst", Buffer.concat([skipped, packed]));
      expect(await codesOfUrl(file, {}, "hidden.raw.zst")).toEqual(["compression-refused", "partition-table-unread", "disk-size-unknown"]);
    });

    test("finds the end missing in every format that has a map", async () => {
      const disk = overwrite(workshop.goodDisk("full.raw"), 12 * 1024 * 1024, noise(8 * 1024 * 1024));
      for (const [format, ...options] of [["qcow2"], ["qcow2", "-c"], ["vmdk"], ["vdi"], ["vhdx"]] as const) {
        const image = workshop.convert(disk, `full.${format}`, format, ...options);
        const cut = workshop.cut(image, `cut.${format}`, Math.floor(readFileSync(image).length * 0.7));
        expect([format, await codesOf(cut)]).toEqual([format, ["file-truncated"]]);
      }
    });
  },
);

test("every rule has an image that shows it, and every code is one rule's", () => {
  expect(Object.keys(images).sort()).toEqual(findingRules.map(({ code }) => code).sort());
});

test("every refusal of the table of what DigitalOcean takes is a rule", () => {
  const refusals = [...Object.values(compressionTable), ...Object.values(formatTable)].map(refusalOf).filter((code) => code !== undefined);
  expect(findingRules.map(({ code }) => code)).toEqual(expect.arrayContaining(refusals));
});

test("docs/findings.md is what the rules say", () => {
  // After a change of a rule: npm run build && npm run reference
  expect(readFileSync(path.resolve(__dirname, "../../../../docs/findings.md"), "utf8")).toBe(findingsPage());
});

function rootDisk(files: readonly string[]): string {
  const root = workshop.fileSystem("ext4", 28, ["etc/hostname", "usr/sbin/sshd", ...files]);
  return workshop.disk("root.raw", 32, "dos", [{ startMib: 1, mib: 28, type: "83", holds: root }]);
}

function goodQcow2(): string {
  return workshop.convert(workshop.goodDisk(), "good.qcow2", "qcow2");
}
