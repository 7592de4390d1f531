import { chunkPassed, keepYoungHeapSmall } from "../../provider/youngGeneration";

const mib = 1024 * 1024;

/** Bytes outside of the heap that are still held when a chunk of a MiB has passed, and nobody needs it any more. */
function heldAfterChunk(): number {
  const before = process.memoryUsage().arrayBuffers;
  let chunk: Uint8Array | undefined = new Uint8Array(mib);
  const { length } = chunk;
  chunk = undefined;
  chunkPassed(length);
  return process.memoryUsage().arrayBuffers - before;
}

describe("A chunk of an image that has passed by", () => {
  it("lies about as V8 likes it", () => {
    const held = Array.from({ length: 8 }, heldAfterChunk);
    expect(held.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThanOrEqual(8 * mib);
  });

  it("is given back soon in a program that keeps its heap small", () => {
    keepYoungHeapSmall();
    const before = process.memoryUsage().arrayBuffers;
    for (let chunk = 0; chunk < 64; chunk += 1) heldAfterChunk();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * mib);
  });
});
