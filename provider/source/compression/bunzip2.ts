const [BLOCK_MAGIC, END_MAGIC] = ["314159265359", "177245385090"];
const longestCode = 20;
const groupSymbols = 50;
const outputBytes = 256 * 1024;

/**
 * Unpacks bzip2 block by block, as far as it is read. In constant memory, whatever the bytes: a block of 900 kB may unpack to 46 MB of
 * zeros, as in every sparse disk. Throws where the bytes make no sense.
 */
export async function* bunzip2(chunks: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const bits = new BitReader();
  const source = chunks[Symbol.asyncIterator]();
  /** Tries again from the same bit with more input, so that no more is read than the step needs. */
  const step = async <T>(read: () => T): Promise<T> => {
    for (const start = bits.position; ;) {
      try {
        return read();
      } catch (error) {
        if (error !== needsMore) throw error;
        const next = await source.next();
        if (next.done === true) throw new Error("bzip2 data ends early", { cause: error });
        bits.position = start;
        bits.append(next.value);
      }
    }
  };
  for (let streams = 0; ; streams++) {
    const level = await step(() => streamLevel(bits)).catch((error: unknown) => {
      // What follows the last stream is padding.
      if (streams > 0 && error instanceof Error && error.cause === needsMore) return undefined;
      throw error;
    });
    if (level === undefined) return;
    for (let block; (block = await step(() => readBlock(bits, level * 100_000))) !== undefined;) {
      yield* expand(block);
      bits.drop();
    }
    bits.align();
  }
}

/** Thrown inside a step that ran out of input. */
const needsMore = new Error("more input is needed");

/** Bits from the highest of each byte. */
class BitReader {
  /** In bits, from the beginning of what is held. */
  position = 0;
  #bytes: Uint8Array = Buffer.alloc(0);

  append(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
  }

  /** Forgets the bytes that were read. */
  drop(): void {
    this.#bytes = this.#bytes.subarray(this.position >>> 3);
    this.position &= 7;
  }

  align(): void {
    this.position = (this.position + 7) & ~7;
  }

  /** The next bits, at most 24, without moving on; zeros where the input ends. */
  peek(count: number): number {
    const byte = this.position >>> 3;
    const [a = 0, b = 0, c = 0, d = 0] = [this.#bytes[byte], this.#bytes[byte + 1], this.#bytes[byte + 2], this.#bytes[byte + 3]];
    const word = ((a << 24) | (b << 16) | (c << 8) | d) << (this.position & 7);
    return word >>> (32 - count);
  }

  skip(count: number): void {
    this.position += count;
    if (this.position > this.#bytes.length * 8) throw needsMore;
  }

  take(count: number): number {
    const value = this.peek(count);
    this.skip(count);
    return value;
  }

  hex(bytes: number): string {
    return Array.from({ length: bytes }, () => this.take(8).toString(16).padStart(2, "0")).join("");
  }
}

interface Block {
  /** The sorted bytes in the low 8 bits, where the next one is above them. */
  readonly links: Uint32Array;
  readonly origin: number;
  readonly crc: number;
}

function check(holds: boolean): asserts holds {
  if (!holds) throw new Error("not bzip2 data");
}

/** Hundreds of kilobytes to a block; undefined where no stream begins. */
function streamLevel(bits: BitReader): number | undefined {
  const [magic, level] = [bits.hex(3), bits.take(8) - 0x30];
  return magic === "425a68" && level >= 1 && level <= 9 ? level : undefined;
}

/** The next block, at most so many bytes before runs are expanded; undefined at the end of the stream. */
function readBlock(bits: BitReader, mostBytes: number): Block | undefined {
  const magic = bits.hex(6);
  const crc = parseInt(bits.hex(4), 16);
  if (magic === END_MAGIC) return undefined;
  check(magic === BLOCK_MAGIC && bits.take(1) === 0);
  const origin = bits.take(24);
  const symbols = usedBytes(bits);
  const tables = bits.take(3);
  const selectorCount = bits.take(15);
  check(symbols.length > 0 && tables >= 2 && tables <= 6 && selectorCount > 0);
  const recent = Array.from({ length: tables }, (_, index) => index);
  const selectors = Uint8Array.from({ length: selectorCount }, () => {
    let index = 0;
    while (bits.take(1) === 1) index += 1;
    check(index < tables);
    recent.unshift(...recent.splice(index, 1));
    return recent[0] ?? 0;
  });
  const codes = Array.from({ length: tables }, () => readCode(bits, symbols.length + 2));
  const sorted = readSymbols(bits, symbols, (group) => codes[selectors[group] ?? -1], mostBytes);
  check(origin < sorted.length);
  return { links: linked(sorted), origin, crc };
}

/** Two levels of bitmaps. */
function usedBytes(bits: BitReader): Uint8Array {
  const ranges = bits.take(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if (((ranges >> (15 - range)) & 1) === 0) continue;
    const members = bits.take(16);
    for (let low = 0; low < 16; low++) if (((members >> (15 - low)) & 1) === 1) used.push(range * 16 + low);
  }
  return Uint8Array.from(used);
}

/** A Huffman code in canonical order: for each length, the first value beyond it (as if of 20 bits) and where its symbols begin. */
interface Code {
  readonly beyond: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

function readCode(bits: BitReader, symbolCount: number): Code {
  let length = bits.take(5);
  const lengths = Array.from({ length: symbolCount }, () => {
    while (bits.take(1) === 1) {
      length += bits.take(1) === 0 ? 1 : -1;
      check(length >= 1 && length <= longestCode);
    }
    check(length >= 1 && length <= longestCode);
    return length;
  });
  const [beyond, base] = [new Int32Array(longestCode + 1), new Int32Array(longestCode + 1)];
  const symbols = Uint16Array.from([...lengths.keys()].sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b));
  for (let size = 1, code = 0, before = 0; size <= longestCode; size++, code *= 2) {
    const count = lengths.filter((each) => each === size).length;
    base[size] = before - code;
    [code, before] = [code + count, before + count];
    beyond[size] = code * 2 ** (longestCode - size);
  }
  return { beyond, base, symbols };
}

function nextSymbol(bits: BitReader, { beyond, base, symbols }: Code): number {
  const window = bits.peek(longestCode);
  let size = 1;
  while (size <= longestCode && window >= (beyond[size] ?? 0)) size += 1;
  check(size <= longestCode);
  bits.skip(size);
  return symbols[(window >>> (longestCode - size)) + (base[size] ?? 0)] ?? 0;
}

/** Undoes Huffman, run lengths and move-to-front. */
function readSymbols(bits: BitReader, used: Uint8Array, codeOf: (group: number) => Code | undefined, mostBytes: number): Uint8Array {
  const front = Uint8Array.from(used);
  const output = new Uint8Array(mostBytes);
  let [length, run, weight] = [0, 0, 1];
  for (let count = 0, code: Code | undefined; ; count++) {
    if (count % groupSymbols === 0) code = codeOf(count / groupSymbols);
    check(code !== undefined);
    const symbol = nextSymbol(bits, code);
    if (symbol <= 1) {
      run += weight << symbol;
      weight *= 2;
      check(length + run <= mostBytes);
      continue;
    }
    output.fill(front[0] ?? 0, length, length + run);
    length += run;
    [run, weight] = [0, 1];
    if (symbol === used.length + 1) return output.subarray(0, length);
    check(length < mostBytes);
    const moved = front[symbol - 1] ?? 0;
    front.copyWithin(1, 0, symbol - 1);
    front[0] = moved;
    output[length++] = moved;
  }
}

/** Undoes the sorting: each byte with a link to the one that follows it. */
function linked(sorted: Uint8Array): Uint32Array {
  const starts = new Uint32Array(257);
  for (const byte of sorted) starts[byte + 1] = (starts[byte + 1] ?? 0) + 1;
  for (let byte = 1; byte <= 256; byte++) starts[byte] = (starts[byte] ?? 0) + (starts[byte - 1] ?? 0);
  const links = Uint32Array.from(sorted);
  for (const [index, byte] of sorted.entries()) {
    const place = starts[byte] ?? 0;
    links[place] = (links[place] ?? 0) | (index << 8);
    starts[byte] = place + 1;
  }
  return links;
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/** After four equal bytes the next one says how many more follow. */
function* expand({ links, origin, crc }: Block): Generator<Uint8Array> {
  let [output, length, sum] = [Buffer.allocUnsafe(outputBytes), 0, -1];
  let [link, previous, equal] = [(links[origin] ?? 0) >>> 8, -1, 0];
  for (let left = links.length; left > 0; left--) {
    const entry = links[link] ?? 0;
    link = entry >>> 8;
    let [byte, copies] = [entry & 0xff, 1];
    if (equal === 4) [byte, copies, equal] = [previous, byte, 0];
    else equal = byte === previous ? equal + 1 : 1;
    previous = equal === 0 ? -1 : byte;
    for (; copies > 0; copies--) {
      output[length++] = byte;
      sum = (sum << 8) ^ (crcTable[(sum >>> 24) ^ byte] ?? 0);
      if (length < outputBytes) continue;
      yield output;
      [output, length] = [Buffer.allocUnsafe(outputBytes), 0];
    }
  }
  yield output.subarray(0, length);
  check(~sum >>> 0 === crc);
}
