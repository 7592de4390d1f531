import { ensure, ensureInside, readWhole } from "../../bytes/byteSource";
import { fields, numbers } from "../../bytes/fields";
import { MappedDisk } from "../disk/mappedDisk";
import type { DiskFormat } from "./diskFormat";

const header = { type: [76, 4], map: [340, 4], data: [344, 4], virtualSize: [368, 8], blockBytes: [376, 4], blocks: [384, 4] } as const;
const magic = 0xbeda107f;
/** 1 grows, 2 is of full size; undo and differencing disks (3, 4) are nothing without their parent. */
const lastCompleteType = 2;
/** This and the value above it: no block was written. */
const firstUnused = 0xfffffffe;
const largestMapBytes = 1024 * 1024;

export const vdi: DiskFormat = {
  name: "vdi",
  // The text before it differs by writer.
  matches: (head) => head.length >= 68 && head.readUInt32LE(64) === magic,
  async open(file) {
    const { type, map, data, virtualSize, blockBytes, blocks } = fields(await readWhole(file, 0, 512), "little", header);
    ensure(blockBytes >= 512 && type >= 1 && type <= 4);
    const complete = type <= lastCompleteType;
    const guest = new MappedDisk(file, virtualSize, blockBytes, async (block) => {
      const place = (await readWhole(file, map + block * 4, 4)).readUInt32LE();
      return place >= firstUnused ? "zeros" : data + place * blockBytes;
    });
    return {
      format: "vdi",
      virtualSizeBytes: virtualSize,
      traits: complete ? [] : ["backing-file"],
      guest: complete ? guest : undefined,
      async verify() {
        const places = numbers(await readWhole(file, map, Math.min(blocks * 4, largestMapBytes)), "little", 4);
        ensureInside(
          file,
          places.filter((place) => place < firstUnused).map((place) => data + place * blockBytes),
        );
      },
    };
  },
};
