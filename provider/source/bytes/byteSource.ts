/** Bytes that can be read from any offset: a file, what a URL serves, what lies inside a compression, a disk as its guest sees it. */
export interface ByteSource {
  /** Bytes in all; undefined where only reading to the end would tell. */
  readonly size: number | undefined;
  /** The bytes from `offset` on, fewer than `length` only where the source ends. Throws `Unreadable` where they are out of reach. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** Why bytes of an image could not be had: beyond what is read, beyond the end of the file, without sense, or not to be unpacked. */
export type Obstacle = "out-of-reach" | "truncated" | "damaged" | "compression-damaged";

/** An image, or a part of it, that cannot be read; what was found before still stands. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
  readonly obstacle: Obstacle;

  constructor(obstacle: Obstacle) {
    super(`The image is ${obstacle}.`);
    this.obstacle = obstacle;
  }
}

/** Exactly `length` bytes; a source that ends before them is truncated. */
export async function readWhole(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  const bytes = await source.read(offset, length);
  if (bytes.length < length) throw new Unreadable("truncated");
  return bytes;
}

/** The bytes from `start` on as a source of their own, at most `length` of them. */
export function sliceOf(source: ByteSource, start: number, length: number): ByteSource {
  return { size: length, read: (offset, wanted) => source.read(start + offset, Math.max(0, Math.min(wanted, length - offset))) };
}

/** Refuses values that no writer of the format produces. */
export function ensure(holds: boolean): asserts holds {
  if (!holds) throw new Unreadable("damaged");
}

/** Refuses a map that points to bytes behind the end of the file: what a broken download looks like. */
export function ensureInside(file: ByteSource, offsets: readonly number[]): void {
  const { size } = file;
  if (size !== undefined && offsets.some((offset) => offset >= size)) throw new Unreadable("truncated");
}
