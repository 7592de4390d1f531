import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { digestFolder } from "../../../../provider/source/staging/digestFolder";
import { FileDigests, type DigestCache } from "../../../../provider/source/staging/fileDigest";
import { openLocalFile, type Files } from "../../../../provider/source/bytes/localFile";
import { nodeFiles } from "../../../../provider/source/bytes/nodeFiles";

const { signal } = new AbortController();
let folder: string;
let path: string;
/** Bytes that were read of any file. */
let read: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "digest-"));
  path = join(folder, "web.img");
  writeFileSync(path, "one");
  read = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const files: Files = {
  async open(name) {
    const file = await open(name);
    return {
      stat: (options) => file.stat(options),
      close: () => file.close(),
      async read(...args) {
        const answer = await file.read(...args);
        read += answer.bytesRead;
        return answer;
      },
    };
  },
};
const shelf = (): DigestCache => digestFolder(join(folder, "cache"), randomBytes);
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("The digest of a local file", () => {
  it("is read once, however many ask at once and later", async () => {
    const digests = new FileDigests(files);
    const all = await Promise.all([digests.of(path, signal), digests.of(path, signal)]);
    expect([...all, await digests.of(path, signal)]).toEqual(Array(3).fill(sha256("one")));
    expect(read).toBe(3);
  });

  it.each([
    ["is longer", () => appendFileSync(path, "two"), "onetwo"],
    ["has other bits of the same size and modification time", rewritten, "two"],
  ])("is computed anew when the file %s", async (_, change, text) => {
    const digests = new FileDigests(files, shelf());
    await digests.of(path, signal);
    change();
    expect(await digests.of(path, signal)).toBe(sha256(text));
    expect(await new FileDigests(files, shelf()).of(path, signal)).toBe(sha256(text));
  });

  function rewritten(): void {
    const time = new Date("2026-01-01");
    utimesSync(path, time, time);
    writeFileSync(path, "two");
    utimesSync(path, time, time);
  }

  it("is kept for the next process, one small file an image", async () => {
    await new FileDigests(files, shelf()).of(path, signal);
    expect(await new FileDigests(files, shelf()).of(path, signal)).toBe(sha256("one"));
    expect(read).toBe(3);
    appendFileSync(path, "two");
    await new FileDigests(files, shelf()).of(path, signal);
    expect(readdirSync(join(folder, "cache"))).toHaveLength(1);
  });

  it("does without a folder that can't be written, and with a damaged one", async () => {
    expect(await new FileDigests(files, digestFolder(join(path, "cache"), randomBytes)).of(path, signal)).toBe(sha256("one"));
    await new FileDigests(files, shelf()).of(path, signal);
    const cache = join(folder, "cache");
    for (const name of readdirSync(cache)) writeFileSync(join(cache, name), "damaged");
    expect(await new FileDigests(files, shelf()).of(path, signal)).toBe(sha256("one"));
  });

  it("is none of a pipe, which nothing is waited for", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    await expect(new FileDigests(nodeFiles).of(pipe, signal)).rejects.toThrow(
      /^`source\.path` must be a file, but `[^`]+pipe` is not one\.$/,
    );
  });

  it("is that of the file that a link leads to, and another when it leads elsewhere", async () => {
    const link = join(folder, "link");
    writeFileSync(join(folder, "other.img"), "two");
    symlinkSync(path, link);
    const digests = new FileDigests(nodeFiles, shelf());
    expect(await digests.of(link, signal)).toBe(sha256("one"));
    rmSync(link);
    symlinkSync(join(folder, "other.img"), link);
    expect(await digests.of(link, signal)).toBe(sha256("two"));
  });

  it("is computed for the one who waits when the one who began is interrupted", async () => {
    const digests = new FileDigests(files);
    const stop = new AbortController();
    const [one, other] = [await openLocalFile(path, files), await openLocalFile(path, files)];
    const first = digests.ofOpened(one, stop.signal);
    const second = digests.ofOpened(other, signal);
    stop.abort(new Error("interrupted"));
    await expect(first).rejects.toThrow("interrupted");
    expect(await second).toBe(sha256("one"));
    await Promise.all([one.close(), other.close()]);
  });
});
