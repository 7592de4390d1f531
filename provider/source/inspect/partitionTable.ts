import type { ByteSource } from "./byteSource";
import { fields, guidAt, textAt } from "./fields";

export interface Partition {
  /** Bytes from the beginning of the disk. */
  readonly start: number;
  readonly bytes: number;
  /** What it is for, where that matters to booting. */
  readonly purpose: "efi-system" | "bios-boot" | "other";
  /** GPT's attribute "legacy BIOS bootable". */
  readonly legacyBootable: boolean;
}

export interface PartitionTable {
  readonly kind: "none" | "mbr" | "gpt";
  /** In the order of the table; logical partitions behind the primary ones. */
  readonly partitions: readonly Partition[];
}

const SECTOR = 512;
const FIRST_ENTRY = 446;
const [PROTECTIVE, EFI_SYSTEM] = [0xee, 0xef];
const EXTENDED = [0x05, 0x0f, 0x85];
/** As many as Linux follows. */
const MOST_LOGICAL = 256;

const entryLayout = { status: [0, 1], type: [4, 1], start: [8, 4], sectors: [12, 4] } as const;
const gptLayout = { entries: [72, 8], count: [80, 4], entryBytes: [84, 4] } as const;
const gptPurposes: Readonly<Record<string, Partition["purpose"]>> = {
  "c12a7328-f81f-11d2-ba4b-00a0c93ec93b": "efi-system",
  "21686148-6449-6e6f-744e-656564454649": "bios-boot",
};
const NO_TYPE = "00000000-0000-0000-0000-000000000000";
const LARGEST_GPT_BYTES = 64 * 1024;

/** Reads MBR with its extended partitions, or GPT. */
export async function readPartitionTable(disk: ByteSource): Promise<PartitionTable> {
  const primary = mbrEntries(await disk.read(0, SECTOR));
  if (primary === undefined) return { kind: "none", partitions: [] };
  if (primary.some(({ type }) => type === PROTECTIVE)) {
    const partitions = await gptPartitions(disk);
    if (partitions !== undefined) return { kind: "gpt", partitions };
  }
  const logical: Partition[] = [];
  for (const { type, start } of primary) if (EXTENDED.includes(type)) logical.push(...(await logicalPartitions(disk, start)));
  return { kind: "mbr", partitions: [...primary.filter(isPlain).map((entry) => partitionOf(entry)), ...logical] };
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
  const entries = [0, 1, 2, 3].map((index) => fields(sector.subarray(FIRST_ENTRY + index * 16), "little", entryLayout));
  const used = entries.filter(({ type, sectors }) => type !== 0 && sectors !== 0);
  return used.length > 0 && entries.every(({ status }) => status === 0 || status === 0x80) ? used : undefined;
}

function isPlain({ type }: MbrEntry): boolean {
  return !EXTENDED.includes(type);
}

function partitionOf({ type, start, sectors }: MbrEntry, from = 0): Partition {
  const purpose = type === EFI_SYSTEM ? "efi-system" : "other";
  return { start: (from + start) * SECTOR, bytes: sectors * SECTOR, purpose, legacyBootable: false };
}

/** Each sector of the chain holds one partition, counted from there, and the next sector, counted from the first. */
async function logicalPartitions(disk: ByteSource, first: number): Promise<Partition[]> {
  const found: Partition[] = [];
  const seen = new Set<number>();
  for (let at: number | undefined = first; at !== undefined && !seen.has(at) && seen.size < MOST_LOGICAL;) {
    seen.add(at);
    const here: number = at;
    const entries: readonly MbrEntry[] = mbrEntries(await disk.read(here * SECTOR, SECTOR)) ?? [];
    found.push(...entries.filter(isPlain).map((entry) => partitionOf(entry, here)));
    const next = entries.find((entry) => !isPlain(entry));
    at = next === undefined ? undefined : first + next.start;
  }
  return found;
}

async function gptPartitions(disk: ByteSource): Promise<Partition[] | undefined> {
  const header = await disk.read(SECTOR, SECTOR);
  if (!textAt(header, 0, "EFI PART") || header.length < SECTOR) return undefined;
  const { entries, count, entryBytes } = fields(header, "little", gptLayout);
  if (entryBytes < 128 || count * entryBytes > LARGEST_GPT_BYTES) return undefined;
  const table = await disk.read(entries * SECTOR, count * entryBytes);
  return Array.from({ length: Math.floor(table.length / entryBytes) }, (_, index) => table.subarray(index * entryBytes))
    .filter((entry) => guidAt(entry, 0) !== NO_TYPE)
    .map((entry) => {
      const { first, last, attributes } = fields(entry, "little", { first: [32, 8], last: [40, 8], attributes: [48, 1] });
      return {
        start: first * SECTOR,
        bytes: (last - first + 1) * SECTOR,
        purpose: gptPurposes[guidAt(entry, 0)] ?? "other",
        legacyBootable: (attributes & 0x4) !== 0,
      };
    });
}
