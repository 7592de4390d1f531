import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";

import { unzstd } from "../../../../provider/source/compression/unzstd";

const mib = 1024 * 1024;
const bits = Buffer.concat([randomBytes(200_000), Buffer.alloc(3 * mib), randomBytes(100)]);
const zstd = (input: Buffer, ...options: string[]): Buffer => execFileSync("zstd", ["-q", "-c", ...options], { input, maxBuffer: 1e9 });

async function unpacked(packed: Buffer, size = 1000): Promise<Buffer> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < packed.length; at += size) yield await Promise.resolve(packed.subarray(at, at + size));
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of unzstd(chunks())) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A frame that begins with these flags and what they announce, and says no more. */
const frame = (...header: number[]): Buffer => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...header, 1, 0, 0]);
/** That asks for a window of 2 ** (10 + exponent) bytes, and so many eighths more. */
const windowed = (exponent: number, eighths = 0): Buffer => frame(0, (exponent << 3) | eighths);

describe("What zstd packed", () => {
  it.each(["-3", "-19", "-1 --no-check", "-3 --long=27"])("is unpacked: %s", async (options) => {
    expect((await unpacked(zstd(bits, ...options.split(" ")))).equals(bits)).toBe(true);
  });

  it("is unpacked from several frames, with frames to skip between them, however it is cut", async () => {
    const skipped = Buffer.concat([Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), Buffer.from("hello")]);
    const check = async (lot: Buffer, size: number): Promise<void> => {
      const frames = [skipped, zstd(lot), zstd(Buffer.alloc(0)), skipped, zstd(Buffer.from("x"), "--no-check"), zstd(lot, "--no-check")];
      expect((await unpacked(Buffer.concat(frames), size)).equals(Buffer.concat([lot, Buffer.from("x"), lot]))).toBe(true);
    };
    for (const size of [1, 7]) await check(bits.subarray(0, 20_000), size);
    await check(bits, 1 * mib);
  });

  it("is handed on block by block, however little it was packed into", async () => {
    async function* chunks(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(zstd(Buffer.alloc(64 * mib)));
    }
    const sizes = new Set<number>();
    for await (const piece of unzstd(chunks())) sizes.add(piece.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(128 * 1024);
  });

  it("may ask for a window of 128 MiB and no more, before anything is held for it", async () => {
    expect(await unpacked(windowed(17))).toEqual(Buffer.alloc(0));
    const before = process.memoryUsage().arrayBuffers;
    for (const greedy of [windowed(17, 1), windowed(20), windowed(31, 7), frame(0xa0, 1, 0, 0, 8)]) {
      await expect(unpacked(greedy)).rejects.toThrow("of a kind that is not unpacked here");
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(mib);
  });

  it.each([
    ["a dictionary", frame(1, 0, 7)],
    ["a block of more than 128 KiB", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x50, 1, 0xff, 0xff])],
    ["no magic", Buffer.concat([zstd(bits), Buffer.from("more")])],
    ["less than a magic", Buffer.concat([zstd(bits), Buffer.from("m")])],
  ])("is refused with %s", async (_, packed) => {
    await expect(unpacked(packed)).rejects.toThrow("of a kind that is not unpacked here");
  });

  it("is refused wherever it was cut off", async () => {
    const packed = zstd(Buffer.concat([bits.subarray(0, 300), Buffer.alloc(mib)]));
    for (let length = 1; length < packed.length; length += 1) {
      await expect(unpacked(packed.subarray(0, length))).rejects.toThrow("of a kind that is not unpacked here");
    }
  });
});
