import { ensure, ensureInside, readWhole, type ByteSource } from "../byteSource";
import { fields, guidAt, numbers, textAt } from "../fields";
import { MappedDisk } from "../mappedDisk";
import type { DiskFormat } from "./diskFormat";

const KIB = 1024;
/** Two, of which the one with the higher sequence number counts. */
const HEADERS = [64 * KIB, 128 * KIB] as const;
const headerLayout = { sequence: [8, 8], logBytes: [68, 4], log: [72, 8] } as const;
const LOG_GUID = 48;
const LOG_SECTOR = 4 * KIB;
const LARGEST_LOG_BYTES = 1024 * KIB;
const REGION_TABLES = [192 * KIB, 256 * KIB];
const TABLE_BYTES = 64 * KIB;
const ENTRY_BYTES = 32;
const [BLOCK_MAP, METADATA] = ["2dc27766-f623-4200-9d64-115e9bfd4a08", "8b7ca206-4790-4b9a-b8fe-575f050f886e"];
const [FILE_PARAMETERS, VIRTUAL_SIZE, SECTOR_SIZE] = [
  "caa16737-fa36-4d43-b3b6-33f0aa44e76b",
  "2fa54224-cd1b-4876-b211-5dbed83bf4b8",
  "8141bf1d-a96f-4709-ba47-f233a8faab5f",
];
const HAS_PARENT = 0x2;
/** Map entries: the state in the low three bits, the offset in whole MiB from bit 20. */
const [FULLY_PRESENT, PARTIALLY_PRESENT] = [6, 7];
const MIB = 1024 * KIB;
const LARGEST_MAP_BYTES = 1024 * KIB;

export const vhdx: DiskFormat = {
  name: "vhdx",
  matches: (head) => textAt(head, 0, "vhdxfile"),
  async open(file) {
    const regions = await regionTable(file);
    const [map, metadata] = [regions.get(BLOCK_MAP), regions.get(METADATA)];
    ensure(map !== undefined && metadata !== undefined);
    const items = await metadataItems(file, metadata.offset);
    const parameters = await items(FILE_PARAMETERS, 8);
    const [blockBytes, flags] = [parameters.readUInt32LE(0), parameters.readUInt32LE(4)];
    const virtualSize = Number((await items(VIRTUAL_SIZE, 8)).readBigUInt64LE());
    const sectorBytes = (await items(SECTOR_SIZE, 4)).readUInt32LE();
    ensure(blockBytes >= MIB && (sectorBytes === 512 || sectorBytes === 4096));
    // One entry for a bitmap follows the entries of so many blocks.
    const ratio = Math.max(1, Math.floor((2 ** 23 * sectorBytes) / blockBytes));
    const entryOf = (block: number) => block + Math.floor(block / ratio);
    const complete = (flags & HAS_PARENT) === 0;
    const guest = new MappedDisk(file, virtualSize, blockBytes, async (block) => {
      const place = placeOf(Number((await readWhole(file, map.offset + entryOf(block) * 8, 8)).readBigUInt64LE()));
      return place ?? "zeros";
    });
    return {
      format: "vhdx",
      virtualSizeBytes: virtualSize,
      traits: complete ? [] : ["backing-file"],
      guest: complete ? guest : undefined,
      async verify() {
        await ensureClosed(file);
        const used = entryOf(Math.ceil(virtualSize / blockBytes)) * 8;
        const entries = numbers(await readWhole(file, map.offset, Math.min(used, LARGEST_MAP_BYTES)), "little", 8);
        ensureInside(
          file,
          entries.map((entry) => placeOf(entry) ?? 0),
        );
      },
    };
  },
};

function placeOf(entry: number): number | undefined {
  const state = entry % 8;
  return state === FULLY_PRESENT || state === PARTIALLY_PRESENT ? Math.floor(entry / MIB) * MIB : undefined;
}

/** Refuses a disk that its writer did not close: what the log holds was to be written to its place first. */
async function ensureClosed(file: ByteSource): Promise<void> {
  const headers = [await readWhole(file, HEADERS[0], LOG_SECTOR), await readWhole(file, HEADERS[1], LOG_SECTOR)];
  const valid = headers.filter((header) => textAt(header, 0, "head")).map((bytes) => ({ bytes, ...fields(bytes, "little", headerLayout) }));
  const current = valid.sort((a, b) => b.sequence - a.sequence)[0];
  ensure(current !== undefined);
  const guid = current.bytes.subarray(LOG_GUID, LOG_GUID + 16);
  if (guid.every((byte) => byte === 0)) return;
  const log = await file.read(current.log, Math.min(current.logBytes, LARGEST_LOG_BYTES));
  // Entries of an earlier log carry another GUID.
  for (let at = 0; at < log.length; at += LOG_SECTOR) {
    ensure(!textAt(log, at, "loge") || !log.subarray(at + 32, at + 48).equals(guid));
  }
}

/** Region -> where it is. The second table is a copy of the first. */
async function regionTable(file: ByteSource): Promise<ReadonlyMap<string, { readonly offset: number }>> {
  for (const place of REGION_TABLES) {
    const table = await readWhole(file, place, TABLE_BYTES);
    if (!textAt(table, 0, "regi")) continue;
    const count = Math.min(table.readUInt32LE(8), TABLE_BYTES / ENTRY_BYTES - 1);
    return new Map(
      Array.from({ length: count }, (_, index) => 16 + index * ENTRY_BYTES).map((at) => [
        guidAt(table, at),
        { offset: Number(table.readBigUInt64LE(at + 16)) },
      ]),
    );
  }
  return new Map();
}

async function metadataItems(file: ByteSource, start: number): Promise<(item: string, length: number) => Promise<Buffer>> {
  const table = await readWhole(file, start, TABLE_BYTES);
  const count = Math.min(table.readUInt16LE(10), TABLE_BYTES / ENTRY_BYTES - 1);
  const places = Array.from({ length: count }, (_, index) => (index + 1) * ENTRY_BYTES);
  return (item, length) => {
    const place = places.find((at) => guidAt(table, at) === item);
    ensure(place !== undefined);
    return readWhole(file, start + table.readUInt32LE(place + 16), length);
  };
}
