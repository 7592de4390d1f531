import { streamOf, type ByteStream } from "../bytes/byteStream";

/**
 * The largest window that is unpacked, in bytes: what `zstd` itself unpacks without being told to, and the largest that its levels choose.
 * A frame may ask for terabytes, and the window is held in memory.
 */
export const mostWindowBytes = 128 * 1024 * 1024;
const mostBlockBytes = 128 * 1024;

const frame = 0xfd2fb528;
/** Sixteen magics in a row. */
const skippable = 0x184d2a50;

/**
 * Unpacks zstd, frame after frame. The decoder is handed one block at a time, since a few bytes may unpack to thousands of times their size,
 * and no frame before its header was found to be of a kind that it unpacks: without a dictionary, in a window that memory has room for.
 */
export async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const packed = streamOf(chunks);
  try {
    for (let magic: Buffer; (magic = await atMost(4, packed)).length > 0;) {
      const kind = magic.length < 4 ? 0 : magic.readUInt32LE();
      if (kind >= skippable && kind < skippable + 16) await skip((await exactly(4, packed)).readUInt32LE(), packed);
      else if (kind === frame) yield* unpackedFrame(magic, packed);
      else ensure(false);
    }
  } finally {
    await packed.close();
  }
}

async function* unpackedFrame(magic: Buffer, packed: ByteStream): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import("fzstd");
  const unpacked: Uint8Array[] = [];
  // Used for more than one frame, it would hold on to the end of each.
  const decoder = new Decompress((bytes) => void unpacked.push(bytes));
  const { header, hasChecksum } = await frameHeader(packed);
  let block = await exactly(3, packed);
  decoder.push(Buffer.concat([magic, header, block]));
  for (let last = false; !last;) {
    const word = block.readUIntLE(0, 3);
    const [isRepeatedByte, size] = [((word >> 1) & 3) === 1, word >> 3];
    ensure(size <= mostBlockBytes);
    last = (word & 1) !== 0;
    const content = await exactly(isRepeatedByte ? 1 : size, packed);
    // It would hold on to a block that ends where the bytes do that it is handed, so the next one's beginning comes along.
    block = await exactly(last ? (hasChecksum ? 4 : 0) : 3, packed);
    decoder.push(Buffer.concat([content, block]), last);
    yield* unpacked.splice(0);
  }
}

/** What follows a frame's magic, up to its first block. */
async function frameHeader(packed: ByteStream): Promise<{ header: Buffer; hasChecksum: boolean }> {
  const first = await exactly(1, packed);
  const flags = first.readUInt8();
  const [sizeFlag, isSingleSegment, dictionaryFlag] = [flags >> 6, (flags & 32) !== 0, flags & 3];
  ensure(dictionaryFlag === 0);
  const sizeBytes = sizeFlag > 0 ? 2 ** sizeFlag : isSingleSegment ? 1 : 0;
  const rest = await exactly((isSingleSegment ? 0 : 1) + sizeBytes, packed);
  ensure(windowBytes(rest, isSingleSegment) <= mostWindowBytes);
  return { header: Buffer.concat([first, rest]), hasChecksum: (flags & 4) !== 0 };
}

/** Of a frame in a single segment, the window is its whole content. */
function windowBytes(rest: Buffer, isSingleSegment: boolean): number {
  if (isSingleSegment) return Number(Buffer.concat([rest, Buffer.alloc(8)]).readBigUInt64LE());
  const descriptor = rest.readUInt8();
  return 2 ** (10 + (descriptor >> 3)) * (1 + (descriptor & 7) / 8);
}

async function skip(bytes: number, packed: ByteStream): Promise<void> {
  for (let left = bytes; left > 0; left -= mostBlockBytes) await exactly(Math.min(left, mostBlockBytes), packed);
}

async function exactly(count: number, packed: ByteStream): Promise<Buffer> {
  const bytes = await atMost(count, packed);
  ensure(bytes.length === count);
  return bytes;
}

/** Fewer only at the end. */
async function atMost(count: number, packed: ByteStream): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(count);
  let filled = 0;
  for (let read = 1; filled < count && read > 0; filled += read) read = await packed.read(bytes.subarray(filled));
  return bytes.subarray(0, filled);
}

function ensure(holds: boolean): asserts holds {
  if (!holds) throw new Error("This is no zstd data, or of a kind that is not unpacked here.");
}
