import type { Report } from "./compression";

const outputBytes = 256 * 1024;
const flag = { headerChecksum: 2, extra: 4, name: 8, comment: 16 } as const;

/**
 * Unpacks gzip as `gzip -d` does: member after member, zeros behind the last one ignored, and so is whatever else follows it, which is
 * reported. node's own decoder refuses that.
 */
export async function* gunzip(chunks: AsyncIterable<Buffer>, report: Report): AsyncGenerator<Uint8Array> {
  const packed = new PackedBytes(chunks);
  try {
    do yield* member(packed);
    while ((await packed.peek(2)).toString("latin1") === "\x1f\x8b");
    let isPadding = true;
    for (let rest: Buffer | undefined; (rest = await packed.next()) !== undefined;) isPadding &&= rest.every((byte) => byte === 0);
    if (!isPadding) report("trailing-bytes");
  } finally {
    await packed.close();
  }
}

async function* member(packed: PackedBytes): AsyncGenerator<Uint8Array> {
  const { crc32 } = await import("node:zlib");
  await skipHeader(packed);
  let [checksum, size] = [0, 0];
  for await (const chunk of inflated(packed)) {
    checksum = crc32(chunk, checksum);
    size += chunk.length;
    yield chunk;
  }
  const end = await packed.exactly(8);
  ensure(end.readUInt32LE(0) === checksum && end.readUInt32LE(4) === size % 2 ** 32);
}

async function skipHeader(packed: PackedBytes): Promise<void> {
  const header = await packed.exactly(10);
  const flags = header.readUInt8(3);
  ensure(header.toString("latin1", 0, 3) === "\x1f\x8b\x08" && flags < 32);
  if ((flags & flag.extra) !== 0) await packed.exactly((await packed.exactly(2)).readUInt16LE());
  for (const text of [flag.name, flag.comment]) {
    if ((flags & text) !== 0) while ((await packed.exactly(1))[0] !== 0);
  }
  if ((flags & flag.headerChecksum) !== 0) await packed.exactly(2);
}

/** One stream of deflate; the bytes behind its end go back. */
async function* inflated(packed: PackedBytes): AsyncGenerator<Uint8Array> {
  const { createInflateRaw } = await import("node:zlib");
  const inflate = createInflateRaw({ chunkSize: outputBytes });
  /** The chunk that is being inflated, and how many bytes went before it. */
  let [current, before]: [Buffer, number] = [Buffer.alloc(0), 0];
  const feed = async (): Promise<void> => {
    for (let chunk: Buffer | undefined; (chunk = await packed.next()) !== undefined;) {
      [current, before] = [chunk, before + current.length];
      await new Promise<void>((resolve, reject) => inflate.write(chunk, (error) => (error ? reject(error) : resolve())));
      // It leaves alone what follows the end.
      if (inflate.bytesWritten - before < chunk.length) return;
    }
    inflate.end();
  };
  // Its errors come out of the iteration below.
  void feed().catch((error: unknown) => inflate.destroy(error as Error));
  for await (const chunk of inflate) yield chunk as Buffer;
  packed.giveBack(current.subarray(inflate.bytesWritten - before));
}

/** Bytes read from the front, some of which may be given back. */
class PackedBytes {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Some bytes; undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    if (rest.length > 0) return rest;
    for (;;) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      if (next.value.length > 0) return next.value;
    }
  }

  giveBack(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([bytes, this.#rest]);
  }

  /** The next bytes, which stay; fewer only at the end. */
  async peek(count: number): Promise<Buffer> {
    let seen: Buffer = Buffer.alloc(0);
    for (let chunk: Buffer | undefined; seen.length < count && (chunk = await this.next()) !== undefined;)
      seen = Buffer.concat([seen, chunk]);
    this.giveBack(seen);
    return seen.subarray(0, count);
  }

  async exactly(count: number): Promise<Buffer> {
    const bytes = await this.peek(count);
    ensure(bytes.length === count);
    this.#rest = this.#rest.subarray(count);
    return bytes;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

function ensure(holds: boolean): asserts holds {
  if (!holds) throw new Error("This is no gzip data.");
}
