import { ensure, ensureInside, readWhole, sliceOf, Unreadable } from "../../bytes/byteSource";
import { fields, numbers, textAt } from "../../bytes/fields";
import { MappedDisk } from "../disk/mappedDisk";
import type { DiskFormat } from "./diskFormat";

const sectorBytes = 512;
const cookie = "conectix";
const footer = { dynamicHeader: [16, 8], virtualSize: [48, 8], type: [60, 4] } as const;
const dynamicHeader = { map: [16, 8], blocks: [28, 4], blockBytes: [32, 4] } as const;
const [DYNAMIC, DIFFERENCING] = [3, 4];
const unused = 0xffffffff;
const largestMapBytes = 1024 * 1024;

/** A raw disk with a footer behind it: only the end of the file tells, so through a compression it is a raw disk. */
export const fixedVhd: DiskFormat = {
  name: "vhd",
  matches: (head, tail) => textAt(tail, 0, cookie) && !textAt(head, 0, cookie),
  async open(file) {
    ensure(file.size !== undefined && file.size >= sectorBytes);
    const end = file.size - sectorBytes;
    const { virtualSize } = fields(await readWhole(file, end, sectorBytes), "big", footer);
    return { format: "vhd", virtualSizeBytes: virtualSize, traits: [], guest: sliceOf(file, 0, end) };
  },
};

/** The footer stands at the beginning too. */
export const dynamicVhd: DiskFormat = {
  name: "vhd",
  matches: (head) => textAt(head, 0, cookie),
  async open(file) {
    const read = fields(await readWhole(file, 0, sectorBytes), "big", footer);
    ensure(read.type === DYNAMIC || read.type === DIFFERENCING);
    const { map, blocks, blockBytes } = fields(await readWhole(file, read.dynamicHeader, 1024), "big", dynamicHeader);
    ensure(blockBytes >= sectorBytes);
    // One bit a sector stands before each block.
    const bitmapBytes = Math.ceil(blockBytes / sectorBytes / 8 / sectorBytes) * sectorBytes;
    const guest = new MappedDisk(file, read.virtualSize, blockBytes, async (block) => {
      const sector = (await readWhole(file, map + block * 4, 4)).readUInt32BE();
      return sector === unused ? "zeros" : sector * sectorBytes + bitmapBytes;
    });
    return {
      format: "vhd",
      virtualSizeBytes: read.virtualSize,
      traits: read.type === DYNAMIC ? [] : ["backing-file"],
      guest: read.type === DYNAMIC ? guest : undefined,
      async verify() {
        const sectors = numbers(await readWhole(file, map, Math.min(blocks * 4, largestMapBytes)), "big", 4);
        ensureInside(
          file,
          sectors.filter((sector) => sector !== unused).map((sector) => sector * sectorBytes),
        );
        if (file.size === undefined) return;
        if (!textAt(await file.read(file.size - sectorBytes, sectorBytes), 0, cookie)) throw new Unreadable("truncated");
      },
    };
  },
};
