import { gzipSync } from "node:zlib";
import { gunzip } from "../../../../provider/source/compression/gunzip";
import { noise, run } from "../inspect/images";

/** What is unpacked of the bytes, which come in chunks of that size, and what is reported. */
async function unpacked(packed: Buffer, chunkBytes: number): Promise<{ readonly bytes: Buffer; readonly traits: string[] }> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < packed.length; at += chunkBytes) yield await Promise.resolve(packed.subarray(at, at + chunkBytes));
  }
  const parts: Uint8Array[] = [];
  const traits: string[] = [];
  for await (const part of gunzip(chunks(), (trait) => traits.push(trait))) parts.push(part);
  return { bytes: Buffer.concat(parts), traits };
}

const named = run("gzip", ["-c", "-N", __filename]);
const [one, two] = [noise(70_000), Buffer.alloc(3_000_000)];
/** Enough for many chunks of the size, and not for a test of minutes. */
const lot = (chunkBytes: number): Buffer => one.subarray(0, Math.max(3_000, Math.min(one.length, 1_000 * chunkBytes)));
const sizes = [1, 2, 7, 4096, 65_536, 1_000_000] as const;

describe("gzip", () => {
  it.each(sizes)("is unpacked member after member, in chunks of %i", async (size) => {
    const one = lot(size);
    const members = Buffer.concat([gzipSync(one), gzipSync(two), gzipSync(""), gzipSync("last")]);
    const { bytes, traits } = await unpacked(members, size);
    expect(bytes.equals(Buffer.concat([one, two, Buffer.from("last")]))).toBe(true);
    expect(traits).toEqual([]);
  });

  it("that ends where a chunk does goes on with the next", async () => {
    const member = gzipSync(two);
    expect((await unpacked(Buffer.concat([member, member, member]), member.length)).bytes).toHaveLength(3 * two.length);
  });

  it("that names its file is unpacked", async () => {
    expect((await unpacked(named, 5)).bytes.toString()).toContain("that names its file is unpacked");
  });

  it.each(sizes)("is told of bytes behind its end, not of zeros, in chunks of %i", async (size) => {
    const one = lot(size);
    const behind = async (tail: Buffer): Promise<string[]> => {
      const { bytes, traits } = await unpacked(Buffer.concat([gzipSync(one), tail]), size);
      expect(bytes.equals(one)).toBe(true);
      return traits;
    };
    expect(await behind(Buffer.alloc(600))).toEqual([]);
    expect(await behind(Buffer.from("signature"))).toEqual(["trailing-bytes"]);
    expect(await behind(Buffer.concat([Buffer.alloc(600), Buffer.from("signature")]))).toEqual(["trailing-bytes"]);
  });

  it("that is cut or damaged anywhere is refused", async () => {
    const whole = gzipSync(one);
    for (const length of [1, 9, 10, 60_000, whole.length - 8, whole.length - 1]) {
      await expect(unpacked(whole.subarray(0, length), 4096)).rejects.toThrow();
    }
    for (const at of [2, 40_000, whole.length - 6, whole.length - 1]) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8((damaged[at] ?? 0) ^ 1, at);
      await expect(unpacked(damaged, 4096)).rejects.toThrow();
    }
    await expect(unpacked(Buffer.concat([whole, gzipSync(one).subarray(0, 100)]), 4096)).rejects.toThrow();
  });
});
