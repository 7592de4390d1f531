import { ensure, ensureInside, readWhole, Unreadable, type ByteSource } from "../../bytes/byteSource";
import { fields, textAt } from "../../bytes/fields";
import { MappedDisk } from "../disk/mappedDisk";
import type { DiskFormat, FormatTrait } from "./diskFormat";

const header = {
  version: [4, 4],
  backingFile: [8, 8],
  clusterBits: [20, 4],
  virtualSize: [24, 8],
  encryption: [32, 4],
  level1Entries: [36, 4],
  level1: [40, 8],
  unknownFeatures: [72, 4],
  features: [76, 4],
  headerBytes: [100, 4],
  compression: [104, 1],
} as const;

/** Incompatible features. */
const [CORRUPT, EXTERNAL_DATA, EXTENDED_LEVEL2, KNOWN_FEATURES] = [0x2, 0x4, 0x10, 0x1f];
const offsetMask = 0x00fffffffffffe00n;
const compressedBit = 1n << 62n;
const largestLevel1Bytes = 1024 * 1024;

/** Versions 2 and 3, with compressed clusters and extended level-2 entries. */
export const qcow2: DiskFormat = {
  name: "qcow2",
  matches: (head) => textAt(head, 0, "QFI\xfb"),
  async open(file) {
    const read = fields(await readWhole(file, 0, 112), "big", header);
    ensure((read.version === 2 || read.version === 3) && read.clusterBits >= 9 && read.clusterBits <= 21);
    // The header of version 2 ends before the features.
    const features = read.version === 2 ? 0 : read.features;
    ensure(read.version === 2 || (read.unknownFeatures === 0 && (features & ~KNOWN_FEATURES) === 0));
    const traits: readonly (FormatTrait | false)[] = [
      read.backingFile !== 0 && "backing-file",
      (features & EXTERNAL_DATA) !== 0 && "external-data",
      read.encryption !== 0 && "encrypted",
    ];
    const held = traits.filter((trait) => trait !== false);
    const zstd = read.version === 3 && read.headerBytes > 104 && read.compression === 1;
    const map = { ...read, clusterBytes: 2 ** read.clusterBits, extended: (features & EXTENDED_LEVEL2) !== 0, zstd };
    return {
      format: "qcow2",
      virtualSizeBytes: read.virtualSize,
      traits: held,
      guest: held.length === 0 ? guestOf(file, map) : undefined,
      async verify() {
        ensure((features & CORRUPT) === 0);
        await verify(file, map);
      },
    };
  },
};

interface ClusterMap {
  readonly virtualSize: number;
  readonly level1Entries: number;
  readonly level1: number;
  readonly clusterBits: number;
  readonly clusterBytes: number;
  readonly extended: boolean;
  readonly zstd: boolean;
}

/** With extended entries a cluster has 32 parts that are allocated one by one. */
function guestOf(file: ByteSource, map: ClusterMap): ByteSource {
  const [parts, entryBytes] = map.extended ? [32, 16] : [1, 8];
  const entries = map.clusterBytes / entryBytes;
  const partBytes = map.clusterBytes / parts;
  return new MappedDisk(file, map.virtualSize, partBytes, async (block) => {
    const [cluster, part] = [Math.floor(block / parts), block % parts];
    const level2 = await entryAt(file, map.level1 + Math.floor(cluster / entries) * 8);
    if (offsetOf(level2) === 0) return "zeros";
    const place = offsetOf(level2) + (cluster % entries) * entryBytes;
    const entry = await entryAt(file, place);
    if ((entry & compressedBit) !== 0n) {
      return (await unpackCluster(file, entry, map)).subarray(part * partBytes, (part + 1) * partBytes);
    }
    const allocated = map.extended ? ((await entryAt(file, place + 8)) >> BigInt(part)) & 1n : 1n - (entry & 1n);
    return allocated === 0n || offsetOf(entry) === 0 ? "zeros" : offsetOf(entry) + part * partBytes;
  });
}

async function entryAt(file: ByteSource, offset: number): Promise<bigint> {
  return (await readWhole(file, offset, 8)).readBigUInt64BE();
}

function offsetOf(entry: bigint): number {
  return Number(entry & offsetMask);
}

/** Offset and count of 512-byte sectors share the entry; their widths depend on the cluster's. */
function compressedPlace(entry: bigint, clusterBits: number): { offset: number; length: number } {
  const offsetBits = BigInt(62 - (clusterBits - 8));
  const offset = Number(entry & ((1n << offsetBits) - 1n));
  const sectors = Number((entry & (compressedBit - 1n)) >> offsetBits) + 1;
  return { offset, length: sectors * 512 - (offset % 512) };
}

async function unpackCluster(file: ByteSource, entry: bigint, { clusterBits, clusterBytes, zstd }: ClusterMap): Promise<Buffer> {
  const { offset, length } = compressedPlace(entry, clusterBits);
  // The last sector may be cut off at the end of the file.
  const packed = await file.read(offset, length);
  try {
    const unpacked = zstd ? await unzstd(packed, clusterBytes) : await inflate(packed, clusterBytes);
    if (unpacked.length === clusterBytes) return unpacked;
  } catch {
    // Falls through: a stream that ends early is as damaged as one that makes no sense.
  }
  throw new Unreadable("damaged");
}

async function inflate(packed: Buffer, clusterBytes: number): Promise<Buffer> {
  const { constants, inflateRawSync } = await import("node:zlib");
  return inflateRawSync(packed, { maxOutputLength: clusterBytes, finishFlush: constants.Z_SYNC_FLUSH });
}

/** What follows the frame in its last sector belongs to others, so the output's size ends the work. */
async function unzstd(packed: Buffer, clusterBytes: number): Promise<Buffer> {
  const { Decompress } = await import("fzstd");
  const parts: Uint8Array[] = [];
  let length = 0;
  const decoder = new Decompress((part) => {
    parts.push(part);
    length += part.length;
  });
  try {
    decoder.push(packed);
  } catch (error) {
    if (length < clusterBytes) throw error;
  }
  return Buffer.concat(parts).subarray(0, clusterBytes);
}

/** The last level-2 table was written last: it points to the end of the file. */
async function verify(file: ByteSource, map: ClusterMap): Promise<void> {
  if (map.level1Entries * 8 > largestLevel1Bytes) return;
  const tables = entries(await readWhole(file, map.level1, map.level1Entries * 8)).map(offsetOf);
  ensureInside(file, tables);
  const last = tables.findLast((offset) => offset !== 0);
  if (last === undefined) return;
  const words = entries(await readWhole(file, last, map.clusterBytes)).filter((_, index) => !map.extended || index % 2 === 0);
  ensureInside(
    file,
    words.map((entry) => ((entry & compressedBit) === 0n ? offsetOf(entry) : compressedPlace(entry, map.clusterBits).offset)),
  );
}

function entries(table: Buffer): bigint[] {
  return Array.from({ length: Math.floor(table.length / 8) }, (_, index) => table.readBigUInt64BE(index * 8));
}
