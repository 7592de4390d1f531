import { orAborted } from "../../waiting/orAborted";

/** Bytes that are read once, from beginning to end. */
export interface ByteStream {
  /**
   * Fills `into` from its beginning, at least one byte, and answers how many; 0 at the end. Throws where the bytes can't be read or turn
   * out to be others than were promised; what was read before must not be used then.
   */
  read(into: Buffer): Promise<number>;
  /** Lets go of where the bytes come from; needed after an end before the last byte, harmless after the last. */
  close(): Promise<void>;
}

/** In bytes. */
const chunkBytes = 64 * 1024;

/** Reads chunks of any size as a body. */
export function streamOf(chunks: AsyncIterable<Uint8Array>): ByteStream {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return {
    async read(into) {
      while (rest.length === 0) {
        const next = await iterator.next();
        if (next.done === true) return 0;
        rest = next.value;
      }
      const taken = rest.subarray(0, into.length);
      into.set(taken);
      rest = rest.subarray(taken.length);
      return taken.length;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

/** The body's bytes in chunks of their own, which a consumer may keep. */
export async function* chunksOf(body: ByteStream): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const read = await body.read(chunk);
      if (read === 0) return;
      yield chunk.subarray(0, read);
    }
  } finally {
    await body.close();
  }
}

/** Fills the buffer as far as the body goes. Rejects with the signal's reason as soon as it aborts; a read may still be under way then. */
export async function fill(buffer: Buffer, body: ByteStream, signal: AbortSignal): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    // What packs well may be read for long before it fills a part, and a server may fall silent.
    signal.throwIfAborted();
    const read = await orAborted(body.read(buffer.subarray(filled)), signal);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}
