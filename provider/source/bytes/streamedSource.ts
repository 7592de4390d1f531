import { Unreadable, type ByteSource } from "./byteSource";

const pageBytes = 64 * 1024;
/** Pages of zeros cost nothing, so this is 32 MiB of anything else. */
const keptPages = 512;
const zeros = Buffer.alloc(pageBytes);

/**
 * Reads a stream as far as it is asked to, and never beyond `limitBytes`. What passed by can be read again while it is among the last
 * 32 MiB that are not zeros: images lie in files in the order in which they are read. One read at a time.
 */
export class StreamedSource implements ByteSource {
  #size: number | undefined;
  #passed = 0;
  #page = Buffer.allocUnsafe(pageBytes);
  #failure: unknown;
  /** A page that is undefined here is all zeros; one that is missing was dropped. */
  readonly #pages = new Map<number, Buffer>();
  #droppedBefore = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #limitBytes: number;

  constructor(chunks: AsyncIterable<Uint8Array>, limitBytes: number, size?: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#limitBytes = limitBytes;
    this.#size = size;
  }

  get size(): number | undefined {
    return this.#size;
  }

  /** Bytes that came by. */
  get bytesRead(): number {
    return this.#passed;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.min(offset + length, this.size ?? Infinity);
    if (wanted <= offset) return Buffer.alloc(0);
    if (wanted > this.#limitBytes) throw new Unreadable("out-of-reach");
    await this.#advance(wanted);
    const end = Math.min(wanted, this.#passed);
    const parts: Buffer[] = [];
    for (let at = offset; at < end;) {
      const within = at % pageBytes;
      const part = this.#pageOf(at).subarray(within, Math.min(pageBytes, within + end - at));
      parts.push(part);
      at += part.length;
    }
    return Buffer.concat(parts);
  }

  /** The size, by reading on to the end where that lies within the limit. */
  async measure(): Promise<number | undefined> {
    await this.#advance(this.#limitBytes);
    return this.size;
  }

  async close(): Promise<void> {
    // A decoder may have run into damage ahead of what was asked for: no one asks any more.
    await this.#chunks.return?.().catch(() => undefined);
  }

  async #advance(wanted: number): Promise<void> {
    while (this.#passed < wanted) {
      if (this.#failure !== undefined) throw this.#failure as Error;
      const next = await this.#chunks.next().catch((failure: unknown) => {
        this.#failure = failure;
        throw failure;
      });
      if (next.done === true) {
        this.#size = this.#passed;
        return;
      }
      this.#append(next.value);
    }
  }

  #append(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const within = this.#passed % pageBytes;
      const part = chunk.subarray(at, at + pageBytes - within);
      this.#page.set(part, within);
      at += part.length;
      this.#passed += part.length;
      if (within + part.length === pageBytes) this.#keep(this.#passed / pageBytes - 1);
    }
  }

  #keep(page: number): void {
    if (this.#page.equals(zeros)) return;
    this.#pages.set(page, this.#page);
    this.#page = Buffer.allocUnsafe(pageBytes);
    if (this.#pages.size <= keptPages) return;
    for (const oldest of this.#pages.keys()) {
      this.#pages.delete(oldest);
      this.#droppedBefore = oldest + 1;
      return;
    }
  }

  #pageOf(offset: number): Buffer {
    const page = Math.floor(offset / pageBytes);
    if (page === Math.floor(this.#passed / pageBytes)) return this.#page;
    const kept = this.#pages.get(page);
    if (kept === undefined && page < this.#droppedBefore) throw new Unreadable("out-of-reach");
    return kept ?? zeros;
  }
}
