/** Where the numbers of a header lie: name -> offset and width in bytes. */
export type Layout = Readonly<Record<string, readonly [offset: number, width: 1 | 2 | 4 | 8]>>;

/** The numbers of a header. Eight-byte ones above 2^53 lose their low bits, so flags are laid out in four bytes. */
export function fields<L extends Layout>(bytes: Buffer, order: "big" | "little", layout: L): { readonly [K in keyof L]: number } {
  const entries = Object.entries(layout).map(([name, [offset, width]]) => [name, numberAt(bytes, order, offset, width)]);
  return Object.fromEntries(entries) as { [K in keyof L]: number };
}

/** All the numbers of one width that a table holds. */
export function numbers(bytes: Buffer, order: "big" | "little", width: 4 | 8): number[] {
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, index) => numberAt(bytes, order, index * width, width));
}

/** A GUID as it is written, from its mixed-endian bytes. */
export function guidAt(bytes: Buffer, offset: number): string {
  const hex = (from: number, to: number) => bytes.toString("hex", offset + from, offset + to);
  const swapped = (from: number, to: number) =>
    Buffer.from(bytes.subarray(offset + from, offset + to))
      .reverse()
      .toString("hex");
  return [swapped(0, 4), swapped(4, 6), swapped(6, 8), hex(8, 10), hex(10, 16)].join("-");
}

/** Whether these bytes, written as latin1 text, stand at an offset. */
export function textAt(bytes: Buffer, offset: number, text: string): boolean {
  return bytes.toString("latin1", offset, offset + text.length) === text;
}

function numberAt(bytes: Buffer, order: "big" | "little", offset: number, width: 1 | 2 | 4 | 8): number {
  if (width === 8) return Number(order === "big" ? bytes.readBigUInt64BE(offset) : bytes.readBigUInt64LE(offset));
  return order === "big" ? bytes.readUIntBE(offset, width) : bytes.readUIntLE(offset, width);
}
