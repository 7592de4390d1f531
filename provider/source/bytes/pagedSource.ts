import { Unreadable, type ByteSource } from "./byteSource";

/** One page is one read of a file or one ranged GET; neighbouring pages are read together. */
export const pageBytes = 64 * 1024;
const keptPages = 64;

/** Reads bytes wherever they lie, in pages that are kept a while, and never more than `limitBytes` in all. */
export class PagedSource implements ByteSource {
  readonly size: number | undefined;
  readonly #limitBytes: number;
  readonly #fetch: (offset: number, length: number) => Promise<Buffer>;
  readonly #pages = new Map<number, Buffer>();
  #bytesRead = 0;

  /** `fetch` answers fewer bytes only at the end; `first` is what was read from offset 0 already. */
  constructor(args: {
    readonly size: number | undefined;
    readonly limitBytes: number;
    readonly fetch: (offset: number, length: number) => Promise<Buffer>;
    readonly first?: Buffer;
  }) {
    this.size = args.size;
    this.#limitBytes = args.limitBytes;
    this.#fetch = args.fetch;
    if (args.first !== undefined) this.#keep(0, args.first);
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(offset + length, this.size ?? Infinity);
    if (end <= offset) return Buffer.alloc(0);
    const [first, last] = [Math.floor(offset / pageBytes), Math.floor((end - 1) / pageBytes)];
    const pages = await this.#span(first, last);
    return pages.subarray(offset - first * pageBytes, end - first * pageBytes);
  }

  async #span(first: number, last: number): Promise<Buffer> {
    const held = this.#pages.get(first);
    if (first === last && held !== undefined) return held;
    const pages: Buffer[] = [];
    for (let page = first; page <= last;) {
      const kept = this.#pages.get(page);
      if (kept !== undefined) {
        pages.push(kept);
        page += 1;
        continue;
      }
      let next = page + 1;
      while (next <= last && !this.#pages.has(next)) next += 1;
      const bytes = await this.#fetchPages(page, next);
      pages.push(bytes);
      if (bytes.length < (next - page) * pageBytes) break;
      page = next;
    }
    return Buffer.concat(pages);
  }

  async #fetchPages(from: number, to: number): Promise<Buffer> {
    const offset = from * pageBytes;
    const length = Math.min(to * pageBytes, this.size ?? Infinity) - offset;
    if (this.#bytesRead + length > this.#limitBytes) throw new Unreadable("out-of-reach");
    const bytes = await this.#fetch(offset, length);
    this.#keep(from, bytes);
    return bytes;
  }

  #keep(from: number, bytes: Buffer): void {
    this.#bytesRead += bytes.length;
    for (let at = 0; at < bytes.length; at += pageBytes) {
      this.#pages.set(from + at / pageBytes, bytes.subarray(at, at + pageBytes));
    }
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= keptPages) break;
      this.#pages.delete(oldest);
    }
  }
}
