import { constants, gunzipSync } from "node:zlib";

/** What the bytes of a file say about the image in it. */
export interface ImageFacts {
  /** Bytes of the file. */
  readonly fileBytes: number;
  /** Bytes of the disk in it, where they can be told without unpacking everything. */
  readonly virtualBytes?: number;
}

const unsupportedCompression =
  "We don't support the compression format of your image. Please try again with a supported format (gzip, bzip2) or an uncompressed image file.";
const cannotDecompress =
  "We had a problem decompressing your file. This typically happens if the archive is corrupt or contains multiple files. Please try decompressing the file locally and uploading the uncompressed image, or recompressing using gzip or bzip2.";
const unknownFormat =
  "We couldn't recognize your image file. Please try again with a raw image that has a boot sector, or a qcow2, VHDX, VDI or VMDK file.";

/** How much a small gzip file may unpack to. Of a larger file only the beginning is read. */
const unpackedBytes = 128 * 1024 * 1024;
const prefixBytes = 64 * 1024;

/** Reads an image file by its first bytes (`held`, which is the whole file if it is `length` long). Returns an error message if the service refuses it. */
export function readImage(held: Buffer, length: number): ImageFacts | string {
  if (startsWith(held, "1f8b")) return readGzip(held, length);
  if (isBzip2(held)) return { fileBytes: length };
  const disk = readDisk(held, length);
  return typeof disk === "string" ? disk : { fileBytes: length, virtualBytes: disk.virtualBytes };
}

function readGzip(held: Buffer, length: number): ImageFacts | string {
  const whole = held.length === length ? gunzip(held, unpackedBytes, constants.Z_FINISH) : undefined;
  if (whole === "corrupt") return cannotDecompress;
  const inside = whole ?? gunzip(held.subarray(0, prefixBytes), unpackedBytes, constants.Z_SYNC_FLUSH);
  if (inside === "corrupt" || inside === undefined) return cannotDecompress;
  const disk = readDisk(inside, inside.length);
  if (typeof disk === "string") return disk;
  // A raw disk's size is its length, which the beginning alone does not tell.
  return whole === undefined && disk.raw ? { fileBytes: length } : { fileBytes: length, virtualBytes: disk.virtualBytes };
}

function gunzip(bytes: Buffer, maxOutputLength: number, finishFlush: number): Buffer | "corrupt" | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength, finishFlush });
  } catch (error) {
    return (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" ? undefined : "corrupt";
  }
}

interface Disk {
  readonly virtualBytes: number;
  readonly raw: boolean;
}

function readDisk(bytes: Buffer, length: number): Disk | string {
  const disk = (virtualBytes: number): Disk => ({ virtualBytes, raw: false });
  if (["fd377a585a00", "28b52ffd", "504b0304", "1f8b", "377abcaf271c"].some((magic) => startsWith(bytes, magic))) {
    return unsupportedCompression;
  }
  if (isBzip2(bytes)) return unsupportedCompression;
  if (bytes.toString("latin1", 257, 262) === "ustar") return cannotDecompress;
  if (startsWith(bytes, "514649fb") && bytes.length >= 72) return disk(Number(bytes.readBigUInt64BE(24)));
  if (startsWith(bytes, "4b444d56") && bytes.length >= 20) return disk(Number(bytes.readBigUInt64LE(12)) * 512);
  if (bytes.toString("latin1", 0, 8) === "vhdxfile") return disk(vhdxBytes(bytes) ?? length);
  if (bytes.length >= 376 && bytes.readUInt32LE(64) === 0xbeda107f) return disk(Number(bytes.readBigUInt64LE(368)));
  if (bytes.toString("latin1", 32_769, 32_774) === "CD001") return unknownFormat;
  const bootable = bytes.toString("hex", 510, 512) === "55aa" || bytes.toString("latin1", 512, 520) === "EFI PART";
  return bootable ? { virtualBytes: length, raw: true } : unknownFormat;
}

const metadataRegion = "06a27c8b90479a4bb8fe575f050f886e";
const virtualDiskSize = "2442a52f1bcd7648b2115dbed83bf4b8";

/** The size of a VHDX disk: region table -> metadata region -> item, as far as the held bytes reach. */
function vhdxBytes(bytes: Buffer): number | undefined {
  const region = [192 * 1024, 256 * 1024]
    .flatMap((table) => [16, 48, 80, 112].map((entry) => table + entry))
    .find((at) => bytes.toString("hex", at, at + 16) === metadataRegion);
  if (region === undefined) return undefined;
  const table = Number(bytes.readBigUInt64LE(region + 16));
  const item = Array.from({ length: 32 }, (_, at) => table + 32 * (at + 1)).find(
    (at) => bytes.toString("hex", at, at + 16) === virtualDiskSize,
  );
  if (item === undefined) return undefined;
  const place = table + bytes.readUInt32LE(item + 16);
  return place + 8 <= bytes.length ? Number(bytes.readBigUInt64LE(place)) : undefined;
}

/** Checks the first block's magic too, so that a text that begins with BZh does not match. */
function isBzip2(bytes: Buffer): boolean {
  return /^BZh[1-9]$/.test(bytes.toString("latin1", 0, 4)) && bytes.toString("hex", 4, 10) === "314159265359";
}

function startsWith(bytes: Buffer, hex: string): boolean {
  return bytes.toString("hex", 0, hex.length / 2) === hex;
}
