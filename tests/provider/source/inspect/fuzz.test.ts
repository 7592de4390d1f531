import { readFileSync } from "node:fs";

import fc from "fast-check";

import type { OpenedSource } from "../../../../provider/source/bytes/openedSource";
import { inspect, type Inspection } from "../../../../provider/source/inspect/inspect";
import { PagedSource } from "../../../../provider/source/bytes/pagedSource";
import { describeWith, overwrite, withFooter, Workshop } from "./images";

const mib = 1024 * 1024;
const limitBytes = 4 * mib;
const workshop = new Workshop();
afterAll(() => workshop.clean());

async function inspectBytes(bytes: Buffer, local = true): Promise<{ inspection: Inspection; bytesRead: number }> {
  const fetchPages = (offset: number, length: number) => Promise.resolve(bytes.subarray(offset, offset + length));
  const pages = new PagedSource({ size: bytes.length, limitBytes, fetch: fetchPages });
  const source: OpenedSource = {
    local,
    traits: [],
    size: bytes.length,
    get bytesRead() {
      return pages.bytesRead;
    },
    read: (offset, length) => pages.read(offset, length),
    close: () => Promise.resolve(),
  };
  return { inspection: await inspect(source), bytesRead: pages.bytesRead };
}

/** A finding or "unknown": never an exception, never more bytes than stated. */
async function expectAnswer(bytes: Buffer): Promise<void> {
  const { inspection, bytesRead } = await inspectBytes(bytes);
  expect(bytesRead).toBeLessThanOrEqual(limitBytes);
  expect(inspection.acceptable).toBe(inspection.findings.every(({ severity }) => severity !== "error"));
  expect(inspection.virtualSizeBytes === null || Number.isSafeInteger(inspection.virtualSizeBytes)).toBe(true);
}

/** Numbers that break careless readers, of one to eight bytes. */
const patch = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  fc.constantFrom(1, 2, 4, 8).map((width) => new Uint8Array(width).fill(0xff)),
  fc.constantFrom(1, 2, 4, 8).map((width) => new Uint8Array(width)),
  fc.constantFrom(0x7f, 0x80).map((high) => Uint8Array.from([high, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
);

function mutated(image: Buffer, places: readonly number[], patches: readonly (readonly [number, Uint8Array])[], cut: number): Buffer {
  const bytes = Buffer.from(image);
  for (const [where, values] of patches) {
    const start = places[Math.floor(where * places.length)] ?? 0;
    bytes.set(values.subarray(0, Math.max(0, bytes.length - start)), Math.min(start, bytes.length));
  }
  return bytes.subarray(0, cut > 0.8 ? Math.floor(bytes.length * (cut - 0.8) * 5) : bytes.length);
}

/** Where the image holds anything, near the front first: the headers and maps. */
function places(image: Buffer): number[] {
  const used: number[] = [];
  for (let at = 0; at < image.length && used.length < 4000; at++) if (image[at] !== 0) used.push(at);
  return [...used, ...Array.from({ length: 512 }, (_, index) => index)];
}

test("arbitrary bytes give a finding or unknown", async () => {
  const magics = [
    "QFI\xfb\0\0\0\x03",
    "KDMV",
    "vhdxfile",
    "conectix",
    "# Disk DescriptorFile\n",
    "PK\x03\x04",
    "BZh91AY&SY",
    "\x1f\x8b\x08",
    "\xfd7zXZ\0",
    "\x28\xb5\x2f\xfd",
  ];
  const bytes = fc.tuple(fc.constantFrom("", ...magics), fc.uint8Array({ maxLength: 2048 }));
  await fc.assert(
    fc.asyncProperty(bytes, ([magic, rest]) => expectAnswer(Buffer.concat([Buffer.from(magic, "latin1"), rest]))),
    { numRuns: 200, seed: 6 },
  );
});

describeWith(["qemu-img", "sfdisk", "mke2fs", "gzip", "bzip2", "xz", "zstd"], "mutated real headers give a finding or unknown", () => {
  const makers: Readonly<Record<string, () => string>> = {
    "raw with logical partitions": () =>
      workshop.disk("logical.raw", 12, "dos", [
        { startMib: 1, mib: 4, type: "83", holds: workshop.fileSystem("ext4", 4, ["etc/hostname", "usr/bin/cloud-init"]) },
        { startMib: 5, mib: 6, type: "5" },
        { startMib: 6, mib: 2, type: "83", holds: workshop.fileSystem("ext3", 2, ["etc/hostname", "usr/sbin/sshd"]) },
      ]),
    "raw with GPT": () =>
      workshop.disk("gpt.raw", 8, "gpt", [{ startMib: 1, mib: 4, type: "L", holds: workshop.fileSystem("ext2", 4, ["etc/a", "usr/b"]) }]),
    qcow2: () => workshop.convert(small(), "fuzz.qcow2", "qcow2"),
    "qcow2 compressed": () => workshop.convert(small(), "fuzzc.qcow2", "qcow2", "-c"),
    "qcow2 compressed by zstd": () => workshop.convert(small(), "fuzzz.qcow2", "qcow2", "-c", "-o", "compression_type=zstd"),
    "qcow2 extended": () => workshop.convert(small(), "fuzze.qcow2", "qcow2", "-o", "extended_l2=on,cluster_size=128k"),
    vmdk: () => workshop.convert(small(), "fuzz.vmdk", "vmdk"),
    "vmdk streamOptimized": () => workshop.convert(small(), "fuzzs.vmdk", "vmdk", "-o", "subformat=streamOptimized"),
    vhdx: () => workshop.convert(small(), "fuzz.vhdx", "vhdx", "-o", "block_size=1M"),
    vdi: () => workshop.convert(small(), "fuzz.vdi", "vdi"),
    vhd: () => workshop.convert(small(), "fuzz.vhd", "vpc"),
    "vhd fixed": () => workshop.convert(small(), "fuzzf.vhd", "vpc", "-o", "subformat=fixed,force_size=on"),
    "vmdk description": () => workshop.convert(small(), "fuzzd.vmdk", "vmdk", "-o", "subformat=monolithicFlat"),
    "vmdk with a footer": () => withFooter(workshop.convert(small(), "fuzzv.vmdk", "vmdk", "-o", "subformat=streamOptimized")),
    "raw whose GPT is the copy": () => {
      const plan = { startMib: 1, mib: 2, type: "L", holds: workshop.fileSystem("ext2", 2, ["etc/a", "usr/bin/b"]) };
      return overwrite(workshop.disk("copy.raw", 4, "gpt", [plan]), 512, Buffer.alloc(512));
    },
    gzip: () => workshop.compress("gzip", small(), "fuzz.gz"),
    bzip2: () => workshop.compress("bzip2", small(), "fuzz.bz2"),
    xz: () => workshop.compress("xz", small(), "fuzz.xz"),
    zstd: () => workshop.compress("zstd", small(), "fuzz.zst"),
  };
  const small = () =>
    workshop.disk("small.raw", 6, "dos", [
      { startMib: 1, mib: 4, type: "83", holds: workshop.fileSystem("ext4", 4, ["etc/hostname", "usr/sbin/sshd"]) },
    ]);

  for (const [name, make] of Object.entries(makers)) {
    test(name, async () => {
      const image = readFileSync(make());
      const held = places(image);
      const property = fc.asyncProperty(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), patch), { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (patches, cut) => expectAnswer(mutated(image, held, patches, cut)),
      );
      await fc.assert(property, { numRuns: 150, seed: 6 });
    });
  }
});

test("bzip2 that asks for a run without end is damaged", async () => {
  const { inspection } = await inspectBytes(endlessRun());
  expect(inspection.findings.map(({ code }) => code)).toEqual(["compression-damaged"]);
});

/** A block of 160 times the symbol "run A", each of twice the weight of the one before. */
function endlessRun(): Buffer {
  const code = ["00001", "0", "100", "0"]; // lengths from one: run A one bit, run B and the end two bits each
  const block = [
    ...["0", "0".repeat(24)], // not randomised; origin
    ...["1000000000000000", "1000000000000000"], // one byte is in use
    ...["010", "000000000000100", "0000"], // two codes, four groups, all by the first code
    ...[...code, ...code],
    ...["0".repeat(160)],
  ].join("");
  const bytes = (block.match(/.{8}/g) ?? []).map((bits) => parseInt(bits, 2));
  return Buffer.concat([Buffer.from("BZh91AY&SY\0\0\0\0", "latin1"), Buffer.from(bytes)]);
}
