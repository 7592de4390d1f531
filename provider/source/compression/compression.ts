import { createRequire } from "node:module";
import { ReadableStream } from "node:stream/web";

import { bunzip2 } from "./bunzip2";
import { gunzip } from "./gunzip";
import { unzstd } from "./unzstd";
import { Unreadable, type ByteSource } from "../bytes/byteSource";
import { textAt } from "../bytes/fields";
import { StreamedSource } from "../bytes/streamedSource";
import { xzUnpackedBytes } from "./xzIndex";
import type { CompressionName } from "../accepted";

/** What is told of the packed bytes besides what is unpacked: other bytes follow their end. */
export type Report = (trait: "trailing-bytes") => void;

/** How a compression is recognised and undone. */
export interface Decoder {
  readonly matches: (head: Buffer) => boolean;
  /** Each decoder is loaded with the first image that needs it. */
  readonly decode: (chunks: AsyncIterable<Buffer>, report: Report) => AsyncIterable<Uint8Array>;
  /** Most that is unpacked, in bytes: what takes a few seconds. A partition one GiB into the disk is still seen where that is quick. */
  readonly limitBytes: number;
  /** The unpacked size where the file says so. */
  readonly unpackedBytes?: (file: ByteSource) => Promise<number | undefined>;
}

const mib = 1024 * 1024;
const chunkBytes = 256 * 1024;

const decoders: Readonly<Record<CompressionName, Decoder>> = {
  gzip: { matches: (head) => textAt(head, 0, "\x1f\x8b\x08"), decode: gunzip, limitBytes: 1032 * mib },
  bzip2: {
    // The magic of a block, or of the end, follows: a text may well begin with BZh.
    matches: (head) => /^BZh[1-9](1AY&SY|\x17rE8P\x90)/.test(head.toString("latin1", 0, 10)),
    decode: bunzip2,
    limitBytes: 256 * mib,
  },
  xz: { matches: (head) => textAt(head, 0, "\xfd7zXZ\0"), decode: unxz, limitBytes: 1032 * mib, unpackedBytes: xzUnpackedBytes },
  zstd: {
    // Its second magic, of a frame to skip, begins what was packed in parallel.
    matches: (head) => textAt(head, 0, "\x28\xb5\x2f\xfd") || /^[P-_]\*M\x18/.test(head.toString("latin1", 0, 4)),
    decode: unzstd,
    limitBytes: 1032 * mib,
  },
};

export interface Compression extends Decoder {
  readonly name: CompressionName;
}

export function compressionOf(head: Buffer): Compression | undefined {
  const name = (Object.keys(decoders) as CompressionName[]).find((known) => decoders[known].matches(head));
  return name && { name, ...decoders[name] };
}

/** What lies inside a compressed file, unpacked as far as it is read. */
export function unpack(file: ByteSource, compression: Compression, report: Report): StreamedSource {
  return new StreamedSource(decoded(file, compression, report), compression.limitBytes);
}

async function* decoded(file: ByteSource, { decode }: Compression, report: Report): AsyncGenerator<Uint8Array> {
  let failure: unknown;
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for (let offset = 0, chunk: Buffer; (chunk = await file.read(offset, chunkBytes)).length > 0; offset += chunk.length) yield chunk;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  try {
    yield* decode(chunks(), report);
  } catch {
    // What is not the file's own failure is the decoder's: it got bytes that it cannot make sense of.
    if (failure === undefined) throw new Unreadable("compression-damaged");
    throw failure as Error;
  }
}

/** For a bundle: what it exports does not show to `import`. */
const bundled = createRequire(__filename);

async function* unxz(chunks: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const { XzReadableStream } = bundled("xz-decompress") as typeof import("xz-decompress");
  // Not by way of node's own streams: their adapter throws past everyone where it is closed while data comes.
  const packed = ReadableStream.from(chunks) as ConstructorParameters<typeof XzReadableStream>[0];
  for await (const chunk of new XzReadableStream(packed) as ReadableStream<Uint8Array>) yield chunk;
}
