import { ensure, ensureInside, readWhole, type ByteSource } from "../../bytes/byteSource";
import { fields, guidAt, numbers, textAt } from "../../bytes/fields";
import { MappedDisk } from "../disk/mappedDisk";
import type { DiskFormat } from "./diskFormat";

const kib = 1024;
/** Two, of which the one with the higher sequence number counts. */
const headerSet = [64 * kib, 128 * kib] as const;
const headerLayout = { sequence: [8, 8], logBytes: [68, 4], log: [72, 8] } as const;
const logGuid = 48;
const logSector = 4 * kib;
const largestLogBytes = 1024 * kib;
const regionTables = [192 * kib, 256 * kib];
const tableBytes = 64 * kib;
const entryBytes = 32;
const [BLOCK_MAP, METADATA] = ["2dc27766-f623-4200-9d64-115e9bfd4a08", "8b7ca206-4790-4b9a-b8fe-575f050f886e"];
const [FILE_PARAMETERS, VIRTUAL_SIZE, SECTOR_SIZE] = [
  "caa16737-fa36-4d43-b3b6-33f0aa44e76b",
  "2fa54224-cd1b-4876-b211-5dbed83bf4b8",
  "8141bf1d-a96f-4709-ba47-f233a8faab5f",
];
const hasParent = 0x2;
/** Map entries: the state in the low three bits, the offset in whole MiB from bit 20. */
const [FULLY_PRESENT, PARTIALLY_PRESENT] = [6, 7];
const mib = 1024 * kib;
const largestMapBytes = 1024 * kib;

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
    ensure(blockBytes >= mib && (sectorBytes === 512 || sectorBytes === 4096));
    // One entry for a bitmap follows the entries of so many blocks.
    const ratio = Math.max(1, Math.floor((2 ** 23 * sectorBytes) / blockBytes));
    const entryOf = (block: number) => block + Math.floor(block / ratio);
    const complete = (flags & hasParent) === 0;
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
        const entries = numbers(await readWhole(file, map.offset, Math.min(used, largestMapBytes)), "little", 8);
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
  return state === FULLY_PRESENT || state === PARTIALLY_PRESENT ? Math.floor(entry / mib) * mib : undefined;
}

/** Refuses a disk that its writer did not close: what the log holds was to be written to its place first. */
async function ensureClosed(file: ByteSource): Promise<void> {
  const headers = [await readWhole(file, headerSet[0], logSector), await readWhole(file, headerSet[1], logSector)];
  const valid = headers.filter((header) => textAt(header, 0, "head")).map((bytes) => ({ bytes, ...fields(bytes, "little", headerLayout) }));
  const current = valid.sort((a, b) => b.sequence - a.sequence)[0];
  ensure(current !== undefined);
  const guid = current.bytes.subarray(logGuid, logGuid + 16);
  if (guid.every((byte) => byte === 0)) return;
  const log = await file.read(current.log, Math.min(current.logBytes, largestLogBytes));
  // Entries of an earlier log carry another GUID.
  for (let at = 0; at < log.length; at += logSector) {
    ensure(!textAt(log, at, "loge") || !log.subarray(at + 32, at + 48).equals(guid));
  }
}

/** Region -> where it is. The second table is a copy of the first. */
async function regionTable(file: ByteSource): Promise<ReadonlyMap<string, { readonly offset: number }>> {
  for (const place of regionTables) {
    const table = await readWhole(file, place, tableBytes);
    if (!textAt(table, 0, "regi")) continue;
    const count = Math.min(table.readUInt32LE(8), tableBytes / entryBytes - 1);
    return new Map(
      Array.from({ length: count }, (_, index) => 16 + index * entryBytes).map((at) => [
        guidAt(table, at),
        { offset: Number(table.readBigUInt64LE(at + 16)) },
      ]),
    );
  }
  return new Map();
}

async function metadataItems(file: ByteSource, start: number): Promise<(item: string, length: number) => Promise<Buffer>> {
  const table = await readWhole(file, start, tableBytes);
  const count = Math.min(table.readUInt16LE(10), tableBytes / entryBytes - 1);
  const places = Array.from({ length: count }, (_, index) => (index + 1) * entryBytes);
  return (item, length) => {
    const place = places.find((at) => guidAt(table, at) === item);
    ensure(place !== undefined);
    return readWhole(file, start + table.readUInt32LE(place + 16), length);
  };
}
