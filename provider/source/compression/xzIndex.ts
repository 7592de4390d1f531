import { readWhole, Unreadable, type ByteSource } from "../bytes/byteSource";
import { textAt } from "../bytes/fields";

const headerBytes = 12;
const footerBytes = 12;
const largestIndexBytes = 1024 * 1024;
const mostStreams = 64;
const mostPaddingBytes = 64 * 1024;

/** The unpacked size of an xz file, from the index at the end of each of its streams; undefined where there are too many. */
export async function xzUnpackedBytes(file: ByteSource): Promise<number | undefined> {
  let end = file.size;
  let unpacked = 0;
  for (let stream = 0; end !== undefined && end > 0; stream++) {
    if (stream === mostStreams) return undefined;
    end -= await paddingBefore(file, end);
    if (end < headerBytes + footerBytes) return undefined;
    const footer = await readWhole(file, end - footerBytes, footerBytes);
    if (!textAt(footer, 10, "YZ")) throw new Unreadable("compression-damaged");
    const indexBytes = (footer.readUInt32LE(4) + 1) * 4;
    const start: number = end - footerBytes - indexBytes;
    if (indexBytes > largestIndexBytes || start < headerBytes) return undefined;
    const sizes = blockSizes(await readWhole(file, start, indexBytes));
    unpacked += sizes.unpacked;
    end = start - sizes.packed - headerBytes;
  }
  return end === 0 ? unpacked : undefined;
}

/** Zeros may follow each stream, four at a time. */
async function paddingBefore(file: ByteSource, end: number): Promise<number> {
  const length = Math.min(end, mostPaddingBytes);
  const zeros = length - 1 - (await readWhole(file, end - length, length)).findLastIndex((byte) => byte !== 0);
  return zeros - (zeros % 4);
}

function blockSizes(index: Buffer): { packed: number; unpacked: number } {
  let at = 1;
  const next = () => {
    let value = 0;
    for (let weight = 1, byte = 0x80; byte >= 0x80; weight *= 128) {
      byte = index[at++] ?? 0;
      value += (byte & 0x7f) * weight;
    }
    return value;
  };
  const total = { packed: 0, unpacked: 0 };
  for (let left = next(); left > 0 && at < index.length; left--) {
    total.packed += Math.ceil(next() / 4) * 4;
    total.unpacked += next();
  }
  return total;
}
