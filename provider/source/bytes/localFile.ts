import type { ByteStream } from "./byteStream";

/** Files of this machine. The entry hands in `node:fs/promises`, a simulation files of its own. */
export interface Files {
  open(path: string): Promise<OpenFile>;
}

/** The part of node's `FileHandle` that is needed. */
export interface OpenFile {
  stat(options: { readonly bigint: true }): Promise<FileStat>;
  read(into: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

interface FileStat {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
  isFile(): boolean;
}

/** A local file, opened to be read as it is at that moment. */
export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
  /** The same for as long as nobody writes to the file: its size, times of change and inode. */
  readonly stamp: string;
  /** Up to `length` bytes from there on; fewer only at the end. */
  readAt(position: number, length: number): Promise<Buffer>;
  /** The whole file, read straight into the reader's buffer. Fails at its end where somebody wrote to the file in the meantime. */
  body(): ByteStream;
  close(): Promise<void>;
}

/** Throws one sentence that names `source.path` where it is no file that can be read. */
export async function openLocalFile(path: string, files: Files): Promise<LocalFile> {
  const file = await files.open(path).catch((error: unknown) => {
    throw new Error(`\`source.path\` must be a file that can be read, but \`${path}\` can't be opened (${codeOf(error)}).`);
  });
  try {
    const { bytes, stamp } = await stampOf(path, file);
    return {
      ...{ path, bytes, stamp },
      async readAt(position, length) {
        const buffer = Buffer.allocUnsafe(length);
        const { bytesRead } = await file.read(buffer, 0, length, position);
        return buffer.subarray(0, bytesRead);
      },
      body() {
        let position = 0;
        return {
          async read(into) {
            const { bytesRead } = await file.read(into, 0, into.length, position);
            position += bytesRead;
            const ended = bytesRead === 0 || position > bytes;
            if (ended && (await stampOf(path, file)).stamp !== stamp) throw changed(path);
            return bytesRead;
          },
          close: () => Promise.resolve(),
        };
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function stampOf(path: string, file: OpenFile): Promise<{ bytes: number; stamp: string }> {
  const stat = await file.stat({ bigint: true });
  if (!stat.isFile()) throw new Error(`\`source.path\` must be a file, but \`${path}\` is not one.`);
  const { size, mtimeNs, ctimeNs, ino } = stat;
  // The change time besides: a copy that keeps size and modification time still moves it.
  return { bytes: Number(size), stamp: [size, mtimeNs, ctimeNs, ino].join(" ") };
}

function changed(path: string): Error {
  return new Error(`\`source.path\` must stay as it is while it is read, but somebody wrote to \`${path}\`: run the same command again.`);
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unreadable";
}
