import { createGzip, gzipSync, type Gzip } from "node:zlib";
import { streamOf, type ByteStream } from "../bytes/byteStream";
import { accepted, compressionTable, listed } from "../accepted";
import { compressionOf, type Compression } from "../compression/compression";
import { formatOf } from "../inspect/formats/formatOf";
import type { LocalFile } from "../bytes/localFile";

/** Whether a source may be packed on its way to Spaces: wherever it helps, or not at all. */
export type Recompress = "auto" | "never";

/** In bytes, as much of the beginning as tells what a file is. */
export const headBytes = 64 * 1024;
const sampleBytes = 64 * 1024;
const samples = 16;
/** Packing that saves less isn't worth its time. */
const worthwhile = 0.8;
/** In bytes, of what is packed at a time. */
const chunkBytes = 256 * 1024;
/** The fastest: the wire waits for the packing, not the other way round. */
const level = 1;

/**
 * How the beginning of the source says it must be packed anew: from this compression. Undefined where the importer takes it as it is.
 * Throws where it must be and may not.
 */
export function foreignCompression(head: Buffer, recompress: Recompress): Compression | undefined {
  const compression = compressionOf(head);
  if (compression === undefined || compressionTable[compression.name].accepted) return undefined;
  if (recompress === "never" || !compressionTable[compression.name].recompressible) {
    throw new Error(
      `\`source\` is compressed with ${compression.name}, which DigitalOcean doesn't take: leave \`source.recompress\` at \`auto\`, or compress it with ${listed(accepted(compressionTable), "or")}.`,
    );
  }
  return compression;
}

/**
 * Whether what begins so is a plain raw disk. From a URL it can't be told how small it gets; most are largely empty, and the others lose only
 * the time of packing them.
 */
export function isRawDisk(head: Buffer, tail: Buffer): boolean {
  return compressionOf(head) === undefined && formatOf(head, tail).name === "raw";
}

/** Whether a local file is a plain raw disk that gets a good deal smaller, going by samples from all over it. */
export async function isWorthPacking(file: LocalFile): Promise<boolean> {
  const head = await file.readAt(0, headBytes);
  const tail = await file.readAt(Math.max(0, file.bytes - 512), 512);
  if (file.bytes < samples * sampleBytes || !isRawDisk(head, tail)) return false;
  let packed = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    const position = Math.floor(((file.bytes - sampleBytes) / (samples - 1)) * sample);
    packed += gzipSync(await file.readAt(position, sampleBytes), { level }).length;
  }
  return packed < worthwhile * samples * sampleBytes;
}

/** The same bits, packed with gzip; no faster than they are read. */
export function packed(bits: ByteStream): ByteStream {
  return streamOf(gzipped(bits));
}

/** What the chunks are compressed from. */
export function unpacked(chunks: AsyncIterable<Buffer>, from: Compression): ByteStream {
  return streamOf(decoded(chunks, from));
}

async function* gzipped(bits: ByteStream): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level, chunkSize: chunkBytes });
  // Its errors come out of the iteration below.
  void writeAll(bits, gzip).catch((error: unknown) => gzip.destroy(error as Error));
  for await (const chunk of gzip) yield chunk as Buffer;
}

/** By way of one buffer, for memory's sake: gzip is done with it when it says that it has written. */
async function writeAll(bits: ByteStream, gzip: Gzip): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  try {
    for (let read: number; (read = await bits.read(buffer)) > 0;) {
      await new Promise<void>((resolve, reject) => {
        gzip.write(buffer.subarray(0, read), (error) => (error ? reject(error) : resolve()));
      });
    }
    gzip.end();
  } finally {
    await bits.close();
  }
}

async function* decoded(chunks: AsyncIterable<Buffer>, { decode, name }: Compression): AsyncGenerator<Uint8Array> {
  const source: { ended: boolean; failure?: Error } = { ended: false };
  async function* watched(): AsyncGenerator<Buffer> {
    try {
      yield* chunks;
      source.ended = true;
    } catch (error) {
      source.failure = error as Error;
      throw error;
    }
  }
  try {
    yield* decode(watched(), () => undefined);
    // A decoder that stops early would leave a part of the image out, and its digest unchecked.
    if (source.ended) return;
  } catch {
    // What is not the source's own failure is the decoder's: it got bytes that it cannot make sense of.
    if (source.failure !== undefined) throw source.failure;
  }
  throw new Error(
    `\`source\` can't be unpacked: its ${name} data is damaged, ends too soon, or was packed in a way that isn't read here, such as xz with a ` +
      "dictionary above 64 MiB or zstd with a window above 128 MiB; compress the image anew, best with gzip.",
  );
}
