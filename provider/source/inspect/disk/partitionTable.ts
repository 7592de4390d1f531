import type { ByteSource } from "../../bytes/byteSource";
import { fields, guidAt, textAt } from "../../bytes/fields";

export interface Partition {
  /** Bytes from the beginning of the disk. */
  readonly start: number;
  readonly bytes: number;
  /** What it is for, where that matters to booting; an extended partition only holds logical ones. */
  readonly purpose: "efi-system" | "bios-boot" | "extended" | "other";
  /** GPT's attribute "legacy BIOS bootable". */
  readonly legacyBootable: boolean;
}

export interface PartitionTable {
  readonly kind: "none" | "mbr" | "gpt";
  /** In the order of the table, without the logical ones. */
  readonly partitions: readonly Partition[];
  /** How much of a disk the table speaks of, in bytes from the disk's beginning. */
  readonly reach: number;
  /** The first sector announces a GPT, and none is behind it. */
  readonly gptMissing: boolean;
}

const sectorBytes = 512;
const firstEntry = 446;
const [PROTECTIVE, EFI_SYSTEM] = [0xee, 0xef];
const extendedTypes = [0x05, 0x0f, 0x85];
/** As many as Linux follows. */
const mostLogical = 256;

const entryLayout = { status: [0, 1], type: [4, 1], start: [8, 4], sectors: [12, 4] } as const;
const gptLayout = { lastUsable: [48, 8], entries: [72, 8], count: [80, 4], entryBytes: [84, 4] } as const;
const gptPurposes: Readonly<Record<string, Partition["purpose"]>> = {
  "c12a7328-f81f-11d2-ba4b-00a0c93ec93b": "efi-system",
  "21686148-6449-6e6f-744e-656564454649": "bios-boot",
};
const noType = "00000000-0000-0000-0000-000000000000";
/** 8192 entries: the usual 128 can be asked to be more. */
const largestGptBytes = 1024 * 1024;

/** Reads the MBR in a disk's first sector, or the GPT that it announces: the copy at the end where the one behind it is missing. */
export async function readPartitionTable(disk: ByteSource, sector: Buffer): Promise<PartitionTable> {
  const entries = mbrEntries(sector);
  if (entries === undefined) return { kind: "none", partitions: [], reach: 0, gptMissing: false };
  const announced = entries.some(({ type }) => type === PROTECTIVE);
  const gpt = announced ? await gptAt(disk, sectorBytes) : undefined;
  if (gpt !== undefined) return { kind: "gpt", ...gpt, gptMissing: false };
  const copy =
    announced && disk.size !== undefined ? await gptAt(disk, (Math.floor(disk.size / sectorBytes) - 1) * sectorBytes) : undefined;
  if (copy !== undefined) return { kind: "gpt", ...copy, gptMissing: true };
  const partitions = entries.map((entry) => partitionOf(entry));
  // What protects a GPT may claim more than there is.
  return { kind: "mbr", partitions, reach: announced ? 0 : Math.max(...partitions.map(endOf)), gptMissing: announced };
}

export function endOf({ start, bytes }: Partition): number {
  return start + bytes;
}

interface MbrEntry {
  readonly type: number;
  readonly start: number;
  readonly sectors: number;
}

/**
 * The entries in use; undefined where the sector is no table. A FAT file system ends its first sector with the same 55aa, but what
 * stands before that makes no entries; four empty ones are no table either.
 */
function mbrEntries(sector: Buffer): readonly MbrEntry[] | undefined {
  if (!textAt(sector, 510, "\x55\xaa")) return undefined;
  const entries = [0, 1, 2, 3].map((index) => fields(sector.subarray(firstEntry + index * 16), "little", entryLayout));
  const used = entries.filter(({ type, sectors }) => type !== 0 && sectors !== 0);
  return used.length > 0 && entries.every(({ status }) => status === 0 || status === 0x80) ? used : undefined;
}

function partitionOf({ type, start, sectors }: MbrEntry, from = 0): Partition {
  const purpose = type === EFI_SYSTEM ? "efi-system" : extendedTypes.includes(type) ? "extended" : "other";
  return { start: (from + start) * sectorBytes, bytes: sectors * sectorBytes, purpose, legacyBootable: false };
}

/**
 * The logical partitions in an extended one, each as soon as it is known: a stream can't go back to it far. Each sector of the chain holds
 * one partition, counted from there, and the next sector, counted from the first.
 */
export async function* logicalPartitions(disk: ByteSource, extended: Partition): AsyncGenerator<Partition> {
  const first = extended.start / sectorBytes;
  const seen = new Set<number>();
  for (let at: number | undefined = first; at !== undefined && !seen.has(at) && seen.size < mostLogical;) {
    seen.add(at);
    const here: number = at;
    const entries: readonly MbrEntry[] = mbrEntries(await disk.read(here * sectorBytes, sectorBytes)) ?? [];
    yield* entries.map((entry) => partitionOf(entry, here)).filter(({ purpose }) => purpose !== "extended");
    const next = entries.find(({ type }) => extendedTypes.includes(type));
    at = next === undefined ? undefined : first + next.start;
  }
}

async function gptAt(disk: ByteSource, place: number): Promise<Pick<PartitionTable, "partitions" | "reach"> | undefined> {
  const header = await disk.read(place, sectorBytes);
  if (!textAt(header, 0, "EFI PART") || header.length < sectorBytes) return undefined;
  const { lastUsable, entries, count, entryBytes } = fields(header, "little", gptLayout);
  if (entryBytes < 128 || count * entryBytes > largestGptBytes) return undefined;
  const table = await disk.read(entries * sectorBytes, count * entryBytes);
  const partitions = Array.from({ length: Math.floor(table.length / entryBytes) }, (_, index) => table.subarray(index * entryBytes))
    .filter((entry) => guidAt(entry, 0) !== noType)
    .map((entry) => {
      const { first, last, attributes } = fields(entry, "little", { first: [32, 8], last: [40, 8], attributes: [48, 1] });
      return {
        start: first * sectorBytes,
        bytes: (last - first + 1) * sectorBytes,
        purpose: gptPurposes[guidAt(entry, 0)] ?? "other",
        legacyBootable: (attributes & 0x4) !== 0,
      };
    });
  // Linux takes no GPT that allots more than the disk has.
  return { partitions, reach: Math.max((lastUsable + 1) * sectorBytes, ...partitions.map(endOf)) };
}
