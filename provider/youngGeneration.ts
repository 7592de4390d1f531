import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** In bytes. */
const passedBetween = 2 * 1024 * 1024;

let isKept = false;
let passed = 0;
let collect: ((options: { readonly type: "minor" }) => void) | undefined;

/**
 * Keeps the part of the heap small where V8 puts what is new. While an image passes by it would grow to three times 16 MiB, and V8 would let
 * tens of MiB of chunks that nobody needs any more lie outside of it. To be called before much is loaded, which grows it too.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  isKept = true;
}

/** To be told of the chunks of an image that have passed by: each two MiB of them are given back, which takes about a millisecond. */
export function chunkPassed(bytes: number): void {
  passed += bytes;
  if (!isKept || passed < passedBetween) return;
  passed = 0;
  collect ??= exposedCollect();
  collect({ type: "minor" });
}

function exposedCollect(): NonNullable<typeof collect> {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as NonNullable<typeof collect>;
}
