import { readWhole, type ByteSource } from "../../bytes/byteSource";

/** Where a block of the guest's disk is: at an offset of the file, nowhere since it is all zeros, or unpacked here. */
export type Extent = number | "zeros" | Buffer;

/** The disk as its guest sees it, from a file that keeps it in blocks. */
export class MappedDisk implements ByteSource {
  readonly size: number;
  readonly #file: ByteSource;
  readonly #blockBytes: number;
  readonly #locate: (block: number) => Promise<Extent>;
  #last: { readonly block: number; readonly place: Extent } | undefined;

  constructor(file: ByteSource, size: number, blockBytes: number, locate: (block: number) => Promise<Extent>) {
    this.size = size;
    this.#file = file;
    this.#blockBytes = blockBytes;
    this.#locate = locate;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(offset + length, this.size);
    const parts: Buffer[] = [];
    for (let at = offset; at < end;) {
      const within = at % this.#blockBytes;
      const part = Math.min(this.#blockBytes - within, end - at);
      parts.push(await this.#readFrom(await this.#placeOf(Math.floor(at / this.#blockBytes)), within, part));
      at += part;
    }
    return Buffer.concat(parts);
  }

  /** Kept for the next read, so that a compressed block is unpacked once for many small reads. */
  async #placeOf(block: number): Promise<Extent> {
    if (this.#last?.block !== block) this.#last = { block, place: await this.#locate(block) };
    return this.#last.place;
  }

  async #readFrom(place: Extent, within: number, length: number): Promise<Buffer> {
    if (place === "zeros") return Buffer.alloc(length);
    if (typeof place === "number") return readWhole(this.#file, place + within, length);
    return Buffer.concat([place.subarray(within, within + length)], length);
  }
}
