import { basename, resolve } from "node:path";
import type { World } from "../../world";
import { streamOf, chunksOf, type ByteStream } from "../bytes/byteStream";
import { download, mismatch, type Download } from "./download";
import type { FileDigests } from "./fileDigest";
import { compressionOf, type Compression } from "../compression/compression";
import { openLocalFile, type Files } from "../bytes/localFile";
import { foreignCompression, headBytes, isRawDisk, isWorthPacking, packed, unpacked, type Recompress } from "./recompress";
import { extensionOf } from "./stagedKey";

/** Where image bits come from: a file of this machine, or an http or https URL and what is sent with the request. */
export type StageSource = { readonly path: string } | { readonly url: string; readonly headers?: Readonly<Record<string, string>> };

/** A source, looked at as far as costs little. */
export interface UploadSource {
  /** The digest of the source's bits, where it is known before they are read. */
  readonly identity: string | undefined;
  /** The size of what `open` gives, where it is known by now. */
  readonly bytes: number | undefined;
  open(): Promise<OpenUploadSource>;
  close(): Promise<void>;
}

/** What is to be uploaded. */
export interface OpenUploadSource {
  readonly body: ByteStream;
  readonly extension: string;
  /** The size of the source, where its server says it. */
  readonly sourceBytes: number | undefined;
  /** How many bytes of the source were read so far, where it is packed on the way. */
  readonly packedFrom?: () => number;
  /** SHA-256 of the source's bits, in lowercase hex; known when the body was read to its end. */
  digest(): string;
}

export interface UploadSourceArgs {
  /** What the source's bits must be; another digest is an error that names `source.sha256`. */
  readonly sha256?: string;
  /** Default: `auto`. */
  readonly recompress?: Recompress;
}

/** A local file. Its digest is computed here, before anything is sent. */
export async function fileUpload(
  path: string,
  { sha256, recompress = "auto" }: UploadSourceArgs,
  { files, digests }: { readonly files: Files; readonly digests: FileDigests },
  signal: AbortSignal,
): Promise<UploadSource> {
  const file = await openLocalFile(resolve(path), files);
  try {
    const digest = await digests.ofOpened(file, signal);
    if (sha256 !== undefined && sha256.toLowerCase() !== digest) throw new Error(mismatch(sha256, digest));
    const head = await file.readAt(0, headBytes);
    const foreign = foreignCompression(head, recompress);
    const pack = foreign !== undefined || (recompress === "auto" && (await isWorthPacking(file)));
    const bytes = pack ? undefined : file.bytes;
    const extension = extensionOf(basename(path), pack ? "gzip" : compressionOf(head)?.name);
    const open = (): OpenUploadSource => {
      const body = file.body();
      return { extension, sourceBytes: file.bytes, digest: () => digest, ...(pack ? onTheWay(body, foreign) : { body }) };
    };
    return {
      identity: digest,
      bytes,
      open: () => Promise.resolve(open()),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What a URL serves. It is asked when the upload begins. */
export function urlUpload(
  { url, headers }: Extract<StageSource, { url: string }>,
  { sha256, recompress = "auto" }: UploadSourceArgs,
  world: Pick<World, "send" | "clock">,
  signal: AbortSignal,
): UploadSource {
  let answer: Download | undefined;
  return {
    identity: sha256?.toLowerCase(),
    bytes: undefined,
    async open() {
      const served = (answer = await download(url, { headers, sha256 }, world, signal));
      const { head, chunks } = await peek(served.chunks);
      const foreign = foreignCompression(head, recompress);
      const pack = foreign !== undefined || (recompress === "auto" && isRawDisk(head, Buffer.alloc(0)));
      const extension = extensionOf(new URL(url).pathname, pack ? "gzip" : compressionOf(head)?.name);
      const body = streamOf(chunks);
      return { extension, sourceBytes: served.bytes, digest: () => served.digest(), ...(pack ? onTheWay(body, foreign) : { body }) };
    },
    close() {
      answer?.cancel();
      return Promise.resolve();
    },
  };
}

/** The same bits packed, and unpacked first where they are in a compression that isn't taken. */
function onTheWay(source: ByteStream, foreign: Compression | undefined): Pick<OpenUploadSource, "body" | "packedFrom"> {
  let bytes = 0;
  const counted: ByteStream = {
    async read(into) {
      const filled = await source.read(into);
      bytes += filled;
      return filled;
    },
    close: () => source.close(),
  };
  return { body: packed(foreign === undefined ? counted : unpacked(chunksOf(counted), foreign)), packedFrom: () => bytes };
}

/** The beginning of the chunks, and all of them. */
async function peek(chunks: AsyncIterable<Buffer>): Promise<{ head: Buffer; chunks: AsyncGenerator<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const seen: Buffer[] = [];
  for (let bytes = 0; bytes < headBytes;) {
    const next = await iterator.next();
    if (next.done === true) break;
    seen.push(next.value);
    bytes += next.value.length;
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* seen.splice(0);
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { head: Buffer.concat(seen), chunks: all() };
}
