import { ensure, ensureInside, readWhole, Unreadable, type ByteSource } from "../../bytes/byteSource";
import { fields, numbers, textAt } from "../../bytes/fields";
import { MappedDisk } from "../disk/mappedDisk";
import type { Disk, DiskFormat } from "./diskFormat";

const sectorBytes = 512;
const header = {
  flags: [8, 4],
  capacity: [12, 8],
  grainSectors: [20, 8],
  descriptor: [28, 8],
  descriptorSectors: [36, 8],
  tableEntries: [44, 4],
  directory: [56, 8],
} as const;

const compressed = 0x10000;
/** The header was written before the directory: a copy at the end of the file knows where it is. */
const directoryAtEnd = 2 ** 64;
const footerBytes = 1536;
const largestDescriptorBytes = 64 * 1024;
const largestGrainBytes = 2 * 1024 * 1024;

/** A disk in one file: monolithicSparse and streamOptimized. Every other kind keeps its data in files of their own. */
export const vmdk: DiskFormat = {
  name: "vmdk",
  matches: (head) => textAt(head, 0, "KDMV"),
  async open(file) {
    const read = fields(await readWhole(file, 0, sectorBytes), "little", header);
    ensure(
      read.grainSectors > 0 && read.grainSectors * sectorBytes <= largestGrainBytes && read.tableEntries > 0 && read.tableEntries <= 4096,
    );
    const text = (
      await file.read(read.descriptor * sectorBytes, Math.min(read.descriptorSectors * sectorBytes, largestDescriptorBytes))
    ).toString("latin1");
    const kind = /createType="(\w+)"/.exec(text)?.[1];
    const parent = /^parentCID=(?!ffffffff)/im.test(text);
    // An extent of a split disk has this header too, but no descriptor.
    const split = read.descriptor === 0 || (kind !== "monolithicSparse" && kind !== "streamOptimized");
    const guest = split || parent ? undefined : guestOf(file, read);
    return {
      format: "vmdk",
      virtualSizeBytes: read.capacity * sectorBytes,
      traits: split ? ["split-extents"] : parent ? ["backing-file"] : [],
      guest,
      verify: () => verify(file, read),
    };
  },
};

/** A text that only names the files with the data. qemu-img begins it with a blank line. */
export const vmdkDescriptor: DiskFormat = {
  name: "vmdk",
  matches: (head) => /^\s*# Disk DescriptorFile/.test(head.toString("latin1", 0, 64)),
  async open(file): Promise<Disk> {
    const text = (await file.read(0, largestDescriptorBytes)).toString("latin1");
    const sectors = [...text.matchAll(/^(?:RW|RDONLY|NOACCESS) (\d+) /gm)].map(([, count]) => Number(count));
    const virtualSizeBytes = sectors.reduce((sum, count) => sum + count * sectorBytes, 0);
    return { format: "vmdk", virtualSizeBytes, traits: ["descriptor-only"], guest: undefined };
  },
};

type Header = { readonly [K in keyof typeof header]: number };

function guestOf(file: ByteSource, { flags, capacity, grainSectors, tableEntries, directory }: Header): ByteSource {
  const grainBytes = grainSectors * sectorBytes;
  return new MappedDisk(file, capacity * sectorBytes, grainBytes, async (grain) => {
    const tables = (await placeOfDirectory(file, directory)) * sectorBytes;
    const table = await sectorAt(file, tables + Math.floor(grain / tableEntries) * 4);
    if (table === 0) return "zeros";
    const sector = await sectorAt(file, table * sectorBytes + (grain % tableEntries) * 4);
    // 1 is a grain that was zeroed.
    if (sector <= 1) return "zeros";
    return (flags & compressed) === 0 ? sector * sectorBytes : unpackGrain(file, sector * sectorBytes, grainBytes);
  });
}

async function placeOfDirectory(file: ByteSource, directory: number): Promise<number> {
  if (directory !== directoryAtEnd) return directory;
  if (file.size === undefined) throw new Unreadable("out-of-reach");
  const footer = await readWhole(file, Math.max(0, file.size - footerBytes) + sectorBytes, sectorBytes);
  // The footer is the very last thing that is written.
  if (!textAt(footer, 0, "KDMV")) throw new Unreadable("truncated");
  return fields(footer, "little", header).directory;
}

async function sectorAt(file: ByteSource, offset: number): Promise<number> {
  return (await readWhole(file, offset, 4)).readUInt32LE();
}

/** A marker of 12 bytes (sector, length) goes before the packed grain. */
async function unpackGrain(file: ByteSource, offset: number, grainBytes: number): Promise<Buffer> {
  const length = (await readWhole(file, offset + 8, 4)).readUInt32LE();
  ensure(length <= 2 * grainBytes);
  const packed = await readWhole(file, offset + 12, length);
  const { inflateSync } = await import("node:zlib");
  try {
    return inflateSync(packed, { maxOutputLength: grainBytes });
  } catch {
    throw new Unreadable("damaged");
  }
}

/** The last grain table points to the end of the file. */
async function verify(file: ByteSource, { capacity, grainSectors, tableEntries, directory }: Header): Promise<void> {
  const tables = Math.min(Math.ceil(capacity / grainSectors / tableEntries), 64 * 1024);
  const places = numbers(await readWhole(file, (await placeOfDirectory(file, directory)) * sectorBytes, tables * 4), "little", 4);
  const last = places.findLast((table) => table !== 0);
  const grains = last === undefined ? [] : numbers(await readWhole(file, last * sectorBytes, tableEntries * 4), "little", 4);
  ensureInside(
    file,
    [...places, ...grains].map((sector) => sector * sectorBytes),
  );
}
