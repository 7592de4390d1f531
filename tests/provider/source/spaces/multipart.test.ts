import fc from "fast-check";
import { streamOf } from "../../../../provider/source/bytes/byteStream";
import { partBytes, uploadInParts, type PartStore } from "../../../../provider/source/spaces/multipart";

const { signal } = new AbortController();
const silent = (): void => undefined;

/** Remembers what it was given, and takes its time for each part as it is told. */
function partStore(
  pause: () => Promise<void>,
): PartStore & { readonly memories: Set<ArrayBufferLike>; readonly calls: string[]; most: number } {
  const memories = new Set<ArrayBufferLike>();
  const calls: string[] = [];
  let underWay = 0;
  const parts = {
    ...{ memories, calls, most: 0 },
    put: (bytes: Buffer) => Promise.resolve(void calls.push(`put ${bytes.length}`)),
    begin: () => Promise.resolve("upload"),
    async putPart(_: string, part: number, bytes: Buffer) {
      memories.add(bytes.buffer);
      parts.most = Math.max(parts.most, ++underWay);
      const first = bytes[0];
      await pause();
      underWay -= 1;
      if (bytes[0] !== first) throw new Error("The part changed while it was on its way.");
      return `${part}:${bytes.length}:${first}`;
    },
    complete: (_: string, marks: readonly string[]) => Promise.resolve(void calls.push(marks.join(" "))),
    abort: () => Promise.resolve(void calls.push("abort")),
  };
  return parts;
}

/** So many parts, each of which begins with its number. */
async function* numbered(parts: number): AsyncGenerator<Buffer> {
  for (let part = 1; part <= parts; part += 1) {
    const bytes = Buffer.alloc(partBytes);
    bytes[0] = part;
    yield await Promise.resolve(bytes);
  }
}

describe("An upload in parts", () => {
  it("keeps the parts' order and bits whatever order they end in, in two buffers however many there are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const store = partStore(() => scheduler.schedule(Promise.resolve()));
        const upload = uploadInParts(streamOf(numbered(8)), store, silent, signal);
        await scheduler.waitFor(upload);
        expect(store.calls).toEqual([Array.from({ length: 8 }, (_, part) => `${part + 1}:${partBytes}:${part + 1}`).join(" ")]);
        expect(store.memories.size).toBeLessThanOrEqual(2);
        expect(store.most).toBe(2);
      }),
      { numRuns: 10 },
    );
  });

  it("is one request for what is smaller than a part", async () => {
    const store = partStore(() => Promise.resolve());
    async function* chunks(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from("abc"));
    }
    expect(await uploadInParts(streamOf(chunks()), store, silent, signal)).toBe(3);
    expect(store.calls).toEqual(["put 3"]);
  });

  it("waits for the parts on their way before it is given up, and tells the first failure", async () => {
    let parts = 0;
    const store = partStore(async () => {
      parts += 1;
      if (parts === 2) throw new Error("second");
      await new Promise((resolve) => setImmediate(resolve));
      store.calls.push("ended");
    });
    store.abort = () => Promise.reject(new Error("abort"));
    await expect(uploadInParts(streamOf(numbered(9)), store, silent, signal)).rejects.toThrow(/^second$/);
    expect(store.calls.filter((call) => call === "ended").length).toBe(parts - 1);
  });

  it.each([0, 1])("ends with the interruption while nothing comes for part %i", async (full) => {
    const stop = new AbortController();
    let reads = 0;
    const body = {
      read(into: Buffer): Promise<number> {
        reads += 1;
        if (reads <= full) return Promise.resolve(into.length);
        setImmediate(() => stop.abort(new Error("interrupted")));
        return new Promise(() => undefined);
      },
      close: () => Promise.resolve(),
    };
    const store = partStore(() => Promise.resolve());
    await expect(uploadInParts(body, store, silent, stop.signal)).rejects.toThrow(/^interrupted$/);
    expect(store.calls).toEqual(full === 0 ? [] : ["abort"]);
  });

  it("ends with a part that is refused while nothing comes for the next", async () => {
    const store = partStore(() => Promise.reject(new Error("refused")));
    async function* chunks(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.alloc(partBytes));
      await new Promise(() => undefined);
    }
    await expect(uploadInParts(streamOf(chunks()), store, silent, signal)).rejects.toThrow(/^refused$/);
    expect(store.calls).toEqual(["abort"]);
  });

  it.each([0, 1])("ends with the interruption however little fills part %i", async (full) => {
    const stop = new AbortController();
    let reads = 0;
    const body = {
      read(into: Buffer): Promise<number> {
        reads += 1;
        if (reads === 10) stop.abort(new Error("interrupted"));
        return Promise.resolve(reads <= full ? into.length : 1);
      },
      close: () => Promise.resolve(),
    };
    const store = partStore(() => Promise.resolve());
    await expect(uploadInParts(body, store, silent, stop.signal)).rejects.toThrow(/^interrupted$/);
    expect(reads).toBe(10);
    expect(store.calls).toEqual(full === 0 ? [] : ["abort"]);
  });
});
