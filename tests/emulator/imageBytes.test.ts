import { spawnSync } from "node:child_process";
import { gzipSync } from "node:zlib";

import { readImage } from "../../emulator/imageBytes";
import { disk } from "./inMemory";

const gibibyte = 2 ** 30;
const unsupported = /^We don't support the compression format/;
const corrupt = /^We had a problem decompressing/;
const unknown = /^We couldn't recognize/;

const read = (bytes: Buffer): ReturnType<typeof readImage> => readImage(bytes, bytes.length);

/** A buffer with pieces at offsets. */
function pieces(length: number, at: Readonly<Record<number, string | Buffer>>): Buffer {
  const bytes = Buffer.alloc(length);
  for (const [offset, piece] of Object.entries(at))
    (typeof piece === "string" ? Buffer.from(piece, "latin1") : piece).copy(bytes, Number(offset));
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

const bootSector = pieces(4096, { 510: "\u0055\u00aa" });
const vhdx = pieces(4 * 1024 * 1024, {
  0: "vhdxfile",
  [256 * 1024]: "regi",
  // The region table's second entry: the metadata region, which begins at 3 MiB.
  [256 * 1024 + 48]: Buffer.concat([Buffer.from("06a27c8b90479a4bb8fe575f050f886e", "hex"), u64(3 * 1024 * 1024)]),
  [3 * 1024 * 1024]: "metadata",
  [3 * 1024 * 1024 + 64]: Buffer.from("2442a52f1bcd7648b2115dbed83bf4b80800010008000000", "hex"),
  [3 * 1024 * 1024 + 0x10008]: u64(7 * gibibyte),
});

test.each<[string, Buffer, number | undefined]>([
  ["qcow2", disk(3), 3 * gibibyte],
  ["raw with a boot sector", bootSector, 4096],
  ["raw with a GPT", pieces(4096, { 512: "EFI PART" }), 4096],
  ["VMDK", pieces(512, { 0: "KDMV", 12: u64((4 * gibibyte) / 512) }), 4 * gibibyte],
  ["VDI", pieces(512, { 64: Buffer.from("7f10dabe", "hex"), 368: u64(5 * gibibyte) }), 5 * gibibyte],
  ["VHDX", vhdx, 7 * gibibyte],
  ["qcow2 in gzip", gzipSync(disk(6)), 6 * gibibyte],
  ["raw in gzip", gzipSync(bootSector), 4096],
  ["bzip2", pieces(64, { 0: "BZh9", 4: Buffer.from("314159265359", "hex") }), undefined],
])("accepts %s", (_, bytes, virtualBytes) => {
  expect(read(bytes)).toEqual({ fileBytes: bytes.length, virtualBytes });
});

test.each<[string, Buffer, RegExp]>([
  ["xz", Buffer.from("fd377a585a000004", "hex"), unsupported],
  ["zstd", Buffer.from("28b52ffd00000000", "hex"), unsupported],
  ["zip", Buffer.from("504b030414000000", "hex"), unsupported],
  ["xz in gzip", gzipSync(Buffer.from("fd377a585a000004", "hex")), unsupported],
  ["tar", pieces(1024, { 257: "ustar" }), corrupt],
  ["tar in gzip", gzipSync(pieces(1024, { 257: "ustar" })), corrupt],
  ["gzip cut short", gzipSync(disk(2)).subarray(0, 30), corrupt],
  ["gzip with a wrong checksum", flipped(gzipSync(disk(2))), corrupt],
  ["an ISO", pieces(40_000, { 510: "\u0055\u00aa", 32_769: "CD001" }), unknown],
  ["a page of HTML", Buffer.from("<!doctype html><title>Not found</title>"), unknown],
  ["text that begins like bzip2", Buffer.from("BZh9 is no archive"), unknown],
  ["nothing", Buffer.alloc(0), unknown],
])("refuses %s with the service's message", (_, bytes, message) => {
  expect(read(bytes)).toMatch(message);
});

test("of a gzip file that is too large to hold, reads the beginning only", () => {
  const packed = gzipSync(pieces(1024 * 1024, { 0: disk(9) }));
  expect(readImage(packed.subarray(0, 200), 10 * gibibyte)).toEqual({ fileBytes: 10 * gibibyte, virtualBytes: 9 * gibibyte });
  const raw = gzipSync(pieces(1024 * 1024, { 0: bootSector }));
  expect(readImage(raw.subarray(0, 200), 10 * gibibyte)).toEqual({ fileBytes: 10 * gibibyte });
});

function flipped(packed: Buffer): Buffer {
  const bytes = Buffer.from(packed);
  bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 0xff;
  return bytes;
}

const tools = ["xz", "bzip2", "zstd"].filter((tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).error === undefined);
if (tools.length < 3) process.stderr.write("SKIPPED: not every compressor is installed, so some real archives are not read.\n");

test.each(tools)("reads what %s really writes", (tool) => {
  const packed = spawnSync(tool, ["-c"], { input: disk(2) }).stdout;
  expect(read(packed)).toEqual(tool === "bzip2" ? { fileBytes: packed.length } : (expect.stringMatching(unsupported) as string));
});
