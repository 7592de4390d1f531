import { createHash, randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { streamOf, fill } from "../../../../provider/source/bytes/byteStream";
import { FileDigests } from "../../../../provider/source/staging/fileDigest";
import type { ObjectStore } from "../../../../provider/source/spaces/objectStore";
import { createStaging, type StagedObject, type Staging, type StageRequest } from "../../../../provider/source/staging/staging";
import { FakeObjectStore } from "../../../helpers/fakeObjectStore";
import { filesOutsideTime } from "../../../helpers/filesOutsideTime";
import { VirtualClock } from "../../../../virtual/virtualClock";

const { signal } = new AbortController();
const prefix = "imagefleet/imagefleet-import-c0ffee/";
const correlation = "imagefleet:import:c0ffee";
const qcow2 = Buffer.from("QFI\xfb\0\0\0\x03", "latin1");
const bits = Buffer.concat([qcow2, randomBytes(300_000)]);
const url = "https://images.example.com/web.qcow2?key=secret";

/** A server of one image. */
interface Server {
  body: Buffer;
  /** Bytes that it sends before the connection breaks. */
  breaksAfter?: number;
  readonly requests: Request[];
}

let folder: string;
let clock: VirtualClock;
let store: FakeObjectStore;
let server: Server;
let staging: Staging;
let lines: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "staging-"));
  clock = new VirtualClock();
  store = new FakeObjectStore({ clock });
  server = { body: bits, requests: [] };
  staging = stagingWith(store);
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function stagingWith(objects: ObjectStore, send = serve): Staging {
  const files = filesOutsideTime(clock);
  return createStaging({ store: objects, files, digests: new FileDigests(files), world: { clock, send }, randomBytes });
}

async function serve(request: Request): Promise<Response> {
  server.requests.push(request);
  const { body, breaksAfter = body.length } = server;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < breaksAfter; at += 65_536)
      yield await Promise.resolve(new Uint8Array(body.subarray(at, Math.min(at + 65_536, breaksAfter))));
    if (breaksAfter < body.length) throw Object.assign(new TypeError("terminated"), { cause: { code: "UND_ERR_SOCKET" } });
  }
  return Promise.resolve(new Response(ReadableStream.from(chunks()), { status: 200, headers: { "content-length": String(body.length) } }));
}

const run = <T>(work: Promise<T>): Promise<T> => clock.run(work);

function stage(request: Partial<StageRequest> & Pick<StageRequest, "source">, abort = signal): Promise<StagedObject> {
  return run(staging.stage({ correlation, ...request }, { signal: abort, progress: (text) => lines.push(text) }));
}

function file(name: string, bytes: Buffer): { path: string } {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return { path };
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const shapes = (): string[] => [...store.objects.keys()].map((key) => key.replace(/[0-9a-f]{32}(?=\.)/, "<secret>"));

describe("A local file", () => {
  it("is staged as it is, private, under its digest and a secret, with its extension", async () => {
    const staged = await stage({ source: file("web.qcow2.gz", gzipSync(bits)) });
    const digest = sha256(gzipSync(bits));
    expect(shapes()).toEqual([`${prefix}${digest}-<secret>.qcow2.gz`]);
    expect([...store.objects.values()]).toEqual([{ bytes: staged.bytes, sha256: digest, public: false }]);
    expect({ ...staged, key: "", url: "" }).toMatchObject({ digest, bytes: gzipSync(bits).length, found: false });
    expect(staged.url).toBe(store.urlOf(staged.key));
    expect(lines[0]).toBe("Computing the digest of the local image");
    expect(lines[1]).toBe("Uploading to Spaces, 1 MiB");
  });

  it("is public from publish to withdraw, and gone after remove", async () => {
    const staged = await stage({ source: file("web.img", bits) });
    await run(staged.publish(signal));
    expect(store.served(staged.url)?.sha256).toBe(sha256(bits));
    await run(staged.withdraw(signal));
    expect(store.served(staged.url)).toBeUndefined();
    await run(staged.remove());
    expect(store.objects.size).toBe(0);
  });

  it("is refused where its digest isn't the declared one, before anything is sent", async () => {
    const expected = "0".repeat(64);
    await expect(stage({ source: file("web.img", bits), sha256: expected })).rejects.toThrow(
      `\`source.sha256\` must be the digest of the image, \`${expected}\`, but the image's is \`${sha256(bits)}\`: nothing was imported; ` +
        "correct the digest, or find out who changed the image.",
    );
    expect(store.requests).toEqual(["reach ", "expire imagefleet/"]);
  });

  it.each([
    ["no-such.img", /^`source\.path` must be a file that can be read, but `[^`]+no-such\.img` can't be opened \(ENOENT\)\.$/],
    ["", /^`source\.path` must be a file, but `[^`]+` is not one\.$/],
  ])("that is none is refused: %j", async (name, message) => {
    await expect(stage({ source: { path: join(folder, name) } })).rejects.toThrow(message);
  });

  it("that somebody writes to while it is uploaded is refused, and nothing stays", async () => {
    const source = file("web.img", bits);
    const reach = store.list.bind(store);
    store.list = async (...args) => {
      appendFileSync(source.path, "more");
      return reach(...args);
    };
    await expect(stage({ source })).rejects.toThrow(/^`source\.path` must stay as it is while it is read, but somebody wrote to/);
    expect(store.objects.size + store.uploads.size).toBe(0);
  });

  it.each([
    ["a sparse raw disk", "web.raw", Buffer.concat([randomBytes(300_000), Buffer.alloc(4 << 20)]), ".raw.gz"],
    ["a raw disk that is random to its end", "web.raw", randomBytes(2 << 20), ".raw"],
    ["a sparse qcow2 image", "web.qcow2", Buffer.concat([qcow2, Buffer.alloc(4 << 20)]), ".qcow2"],
    ["a name without extension", "web", bits, ".img"],
  ])("is packed on the way only where that pays: %s", async (_, name, bytes, extension) => {
    const { key, digest } = await stage({ source: file(name, bytes) });
    expect(key.endsWith(extension)).toBe(true);
    expect(digest).toBe(sha256(bytes));
    expect(store.objects.get(key)?.sha256 === digest).toBe(!extension.endsWith(".gz"));
  });

  it("is not packed where recompression is off", async () => {
    const { key } = await stage({ source: file("web.raw", Buffer.alloc(4 << 20)), recompress: "never" });
    expect(key.endsWith(".raw")).toBe(true);
  });
});

describe("A URL", () => {
  it("is downloaded with its headers, and staged as it is under its declared digest", async () => {
    const staged = await stage({ source: { url, headers: { authorization: "Bearer abc" } }, sha256: sha256(bits).toUpperCase() });
    expect(server.requests.map(({ headers }) => [headers.get("authorization"), headers.get("accept-encoding")])).toEqual([
      ["Bearer abc", "identity"],
    ]);
    expect(shapes()).toEqual([`${prefix}${sha256(bits)}-<secret>.qcow2`]);
    expect(staged).toMatchObject({ digest: sha256(bits), bytes: bits.length });
  });

  it.each([
    ["auto", ".raw.gz"],
    ["never", ".raw"],
  ] as const)("of a raw disk is packed on the way where that is let: %s", async (recompress, extension) => {
    server.body = Buffer.alloc(4 << 20);
    const { key, digest, bytes } = await stage({ source: { url: "https://images.example.com/web.raw" }, recompress });
    expect([key.slice(key.indexOf(".")), digest, bytes < 100_000]).toEqual([extension, sha256(server.body), recompress === "auto"]);
  });

  it("that redirects is followed, and its headers stay with its own server", async () => {
    const answers = ["/moved/web.raw", "https://cdn.example.net/web.img", undefined];
    staging = stagingWith(store, async (request) => {
      const location = answers[server.requests.length];
      const answer = await serve(request);
      return location === undefined ? answer : new Response(null, { status: 302, headers: { location } });
    });
    const { key } = await stage({ source: { url, headers: { "x-api-key": "abc" } } });
    expect(server.requests.map((request) => [request.url, request.headers.get("x-api-key")])).toEqual([
      [url, "abc"],
      ["https://images.example.com/moved/web.raw", "abc"],
      ["https://cdn.example.net/web.img", null],
    ]);
    expect(key.endsWith(".qcow2")).toBe(true);
  });

  it.each(["ftp://images.example.com/web.img", "web.img", "https://me:secret@images.example.com/web.img"])(
    "that can't be downloaded is refused, and not said: %s",
    async (other) => {
      await expect(stage({ source: { url: other } })).rejects.toThrow(
        /^`source\.url` must begin with http:\/\/ or https:\/\/ and hold no user name or password where the image passes through Spaces: give those in `source\.headers`\.$/,
      );
    },
  );

  it("answers with the digest of what came where none was declared", async () => {
    expect((await stage({ source: { url } })).digest).toBe(sha256(bits));
    expect(shapes()).toEqual([`${prefix}<secret>.qcow2`]);
  });

  it.each([false, true])("with other bits than declared is an error, and nothing stays (packed: %s)", async (packed) => {
    if (packed) server.body = execFileSync("xz", ["-c"], { input: bits });
    const wrong = "ab".repeat(32);
    await expect(stage({ source: { url }, sha256: wrong })).rejects.toThrow(
      `\`source.sha256\` must be the digest of the image, \`${wrong}\`, but the image's is \`${sha256(server.body)}\``,
    );
    expect(store.objects.size + store.uploads.size).toBe(0);
  });

  it("that stops in the middle is an error without the URL, and nothing stays", async () => {
    server.breaksAfter = 150_000;
    await expect(stage({ source: { url } })).rejects.toThrow(
      /^`source\.url` stopped in the middle of the image \(UND_ERR_SOCKET\): run the same command again\.$/,
    );
    expect(store.objects.size + store.uploads.size).toBe(0);
  });

  it("whose server says no is an error without the URL", async () => {
    staging = stagingWith(store, () => Promise.resolve(new Response("no", { status: 404 })));
    await expect(stage({ source: { url } })).rejects.toThrow(
      "`source.url` must serve the image, but its server answered 404: check that the URL is still valid, and `source.headers` if it wants a key.",
    );
  });
});

describe("A compression that DigitalOcean doesn't take", () => {
  it.each(["xz", "zstd"])("is turned to gzip on the way: %s", async (program) => {
    server.body = execFileSync(program, ["-c"], { input: bits });
    const bodies: Buffer[] = [];
    store.upload = async (key, body) => {
      const buffer = Buffer.alloc(70_000);
      for (let read = 0; (read = await clock.outside(body.read(buffer))) > 0;) bodies.push(Buffer.from(buffer.subarray(0, read)));
      return Promise.resolve(store.objects.set(key, { bytes: 1, sha256: "", public: false }).size);
    };
    const { digest, key } = await stage({ source: { url: `https://images.example.com/web.raw.${program}` } });
    expect(key.endsWith(".raw.gz")).toBe(true);
    expect(gunzipSync(Buffer.concat(bodies)).equals(bits)).toBe(true);
    expect(digest).toBe(sha256(server.body));
  });

  it.each(["xz", "zstd"])("that is damaged is an error, and nothing stays: %s", async (program) => {
    server.body = execFileSync(program, ["-c"], { input: bits }).subarray(0, 200_000);
    await expect(stage({ source: { url } })).rejects.toThrow(`\`source\` can't be unpacked: its ${program} data is damaged`);
    expect(store.objects.size + store.uploads.size).toBe(0);
  });

  it("is refused where recompression is off", async () => {
    server.body = execFileSync("xz", ["-c"], { input: bits });
    await expect(stage({ source: { url }, recompress: "never" })).rejects.toThrow(
      "`source` is compressed with xz, which DigitalOcean doesn't take: leave `source.recompress` at `auto`, or compress it with gzip or bzip2.",
    );
  });
});

describe("A run that resumes", () => {
  it("finds what an earlier one had uploaded, takes it back to private, and uploads nothing", async () => {
    const source = file("web.img", bits);
    const first = await stage({ source });
    await run(first.publish(signal));
    const seen = store.requests.length;
    const second = await stage({ source });
    expect(second).toMatchObject({ key: first.key, digest: first.digest, found: true });
    expect(store.requests.slice(seen)).toEqual([
      "reach ",
      "expire imagefleet/",
      `abort ${prefix}`,
      `list ${prefix}`,
      `private ${first.key}`,
    ]);
    expect(store.served(first.url)).toBeUndefined();
  });

  it("does not even ask a URL whose declared digest is staged already", async () => {
    const request = { source: { url }, sha256: sha256(bits) };
    await stage(request);
    await stage(request);
    expect(server.requests).toHaveLength(1);
    expect(store.objects.size).toBe(1);
  });

  it("removes other bits, other sizes and uploads under way of the same correlation, and nothing else", async () => {
    const others = [`${prefix}${"0".repeat(64)}-aa.img`, `${prefix}${sha256(bits)}-bb.img`, `${prefix}cc.img`];
    const theirs = ["imagefleet/imagefleet-import-c0ffee2/aa.img", "web.img"];
    for (const key of [...others, ...theirs]) store.objects.set(key, { bytes: 5, sha256: "", public: true });
    store.uploads.add(`${prefix}dd.img`).add("imagefleet/other/ee.img");
    const { key } = await stage({ source: file("web.img", bits) });
    expect([...store.objects.keys()]).toEqual([...theirs, key]);
    expect([...store.uploads]).toEqual(["imagefleet/other/ee.img"]);
  });

  it("clears what is left where nothing is to be staged any more", async () => {
    await stage({ source: file("web.img", bits) });
    store.uploads.add(`${prefix}dd.img`);
    expect(await run(staging.clear(correlation, signal))).toBe(2);
    expect(await run(staging.clear(correlation, signal))).toBe(0);
    expect(store.objects.size + store.uploads.size).toBe(0);
  });
});

describe("An interruption", () => {
  it("ends the upload at once with its reason, and leaves nothing", async () => {
    store = new FakeObjectStore({ clock, bytesPerSecond: 1000 });
    staging = stagingWith(store);
    const stop = new AbortController();
    const staged = staging.stage(
      { correlation, source: file("web.img", bits) },
      { signal: stop.signal, progress: (text) => lines.push(text) },
    );
    const ended = Promise.all([
      expect(staged).rejects.toThrow("interrupted"),
      clock.sleep(100_000).then(() => stop.abort(new Error("interrupted"))),
    ]);
    await run(ended);
    expect(store.objects.size + store.uploads.size).toBe(0);
  });

  it.each(["answers", "goes on"])("ends the download of a server that never %s", async (never) => {
    const stop = new AbortController();
    const cancelled = jest.fn();
    const body = new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(bits)), cancel: cancelled });
    staging = stagingWith(store, ({ signal: heeded }) => {
      setImmediate(() => stop.abort(new Error("interrupted")));
      heeded.addEventListener("abort", cancelled);
      return never === "answers" ? new Promise(() => undefined) : Promise.resolve(new Response(body));
    });
    store.upload = async (_, source, __, abort) => (await fill(Buffer.alloc(1 << 20), source, abort)).length;
    const staged = staging.stage({ correlation, source: { url } }, { signal: stop.signal, progress: () => undefined });
    await run(expect(staged).rejects.toThrow(/^interrupted$/));
    expect(cancelled).toHaveBeenCalled();
  });

  it("does not keep the object from being removed", async () => {
    const stop = new AbortController();
    const staged = await stage({ source: file("web.img", bits) }, stop.signal);
    stop.abort(new Error("interrupted"));
    await run(staged.remove());
    expect(store.objects.size).toBe(0);
  });
});

describe("Publishing", () => {
  it("waits a moment for the object to become readable", async () => {
    const staged = await stage({ source: file("web.img", bits) });
    store.cold = true;
    await run(Promise.all([staged.publish(signal), clock.sleep(2_500).then(() => (store.cold = false))]));
    expect(store.served(staged.url)).toBeDefined();
  });

  it("is an error that names Cold Storage where nobody can read it", async () => {
    const staged = await stage({ source: file("web.img", bits) });
    store.cold = true;
    await expect(run(staged.publish(signal))).rejects.toThrow(
      "The staged image was made public, but Spaces answers 403 to who asks without a key, as DigitalOcean's importer does: use a standard bucket, " +
        "not one in Cold Storage, without a bucket policy that forbids public objects.",
    );
  });
});

describe("Several uploads", () => {
  it("take turns, and one that is interrupted while it waits does not hold the next", async () => {
    store = new FakeObjectStore({ clock, bytesPerSecond: 100_000 });
    staging = stagingWith(store);
    const stop = new AbortController();
    const stages = [signal, stop.signal, signal].map((abort, index) => {
      const source = file(`web${index}.img`, randomBytes(300_000));
      return staging.stage({ correlation: `import-${index}`, source }, { signal: abort, progress: () => undefined });
    });
    const interrupted = expect(stages[1]).rejects.toThrow("interrupted");
    await run(clock.sleep(1_000));
    expect(store.uploads.size).toBe(1);
    stop.abort(new Error("interrupted"));
    await run(Promise.all([interrupted, stages[0], stages[2]]));
    expect([...store.objects.keys()].map((key) => key.slice(0, 20))).toEqual(["imagefleet/import-0/", "imagefleet/import-2/"]);
    expect(clock.now() - Date.UTC(2030, 0, 1)).toBeGreaterThan(6_000);
  });
});

describe("Progress", () => {
  it("is said every half minute, in bytes and rate", async () => {
    store = new FakeObjectStore({ clock, bytesPerSecond: 500_000 });
    staging = stagingWith(store);
    server.body = Buffer.concat([qcow2, randomBytes((40 << 20) - qcow2.length)]);
    await stage({ source: { url } });
    expect(lines).toEqual([
      "Uploading to Spaces, 40 MiB",
      "Uploading to Spaces: 15 of 40 MiB, 0.5 MiB/s",
      "Uploading to Spaces: 29 of 40 MiB, 0.5 MiB/s",
    ]);
  });
});

describe("Progress of an image that is packed", () => {
  it("says what it was packed from, also while nothing is sent", async () => {
    store = new FakeObjectStore({ clock, bytesPerSecond: 400 });
    staging = stagingWith(store);
    await stage({ source: file("web.raw", Buffer.alloc(40 << 20)) });
    expect(lines.slice(0, 2)).toEqual(["Computing the digest of the local image", "Uploading to Spaces, 40 MiB, packed on the way"]);
    expect(lines[2]).toMatch(/^Uploading to Spaces: 1 MiB, packed from \d+ of 40 MiB, 0\.0 MiB\/s$/);
  });
});

describe("Removing", () => {
  it("that Spaces refuses says what stays", async () => {
    const staged = await stage({ source: file("web.img", bits) });
    store.refuse = /^remove/;
    await expect(run(staged.remove())).rejects.toThrow(
      `The staged image \`${staged.key}\` could not be removed, so remove it from the bucket by hand: Spaces refused to remove ${staged.key}.`,
    );
  });

  it("does not wait for an answer that never comes", async () => {
    const staged = await stage({ source: file("web.img", bits) });
    store.remove = () => new Promise(() => undefined);
    await expect(run(staged.remove())).rejects.toThrow(/by hand: Spaces gave no answer within 10 s\.$/);
  });
});

describe("A body", () => {
  it("hands on chunks of any size, and none that are empty", async () => {
    async function* chunks(): AsyncGenerator<Buffer> {
      for (const text of ["", "abc", "", "defgh"]) yield await Promise.resolve(Buffer.from(text));
    }
    const body = streamOf(chunks());
    const read: string[] = [];
    const buffer = Buffer.alloc(2);
    for (let count = 0; (count = await body.read(buffer)) > 0;) read.push(buffer.toString("latin1", 0, count));
    expect(read).toEqual(["ab", "c", "de", "fg", "h"]);
  });
});
