import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { download } from "../../../../provider/source/staging/download";
import type { World } from "../../../../provider/world";
import { VirtualClock } from "../../../helpers/virtualClock";

const clock = new VirtualClock();

const { signal } = new AbortController();
const url = "https://images.example.com/web.qcow2?key=secret";
const bits = randomBytes(300_000);
const sha256 = createHash("sha256").update(bits).digest("hex");
const stopped = /^`source\.url` stopped in the middle of the image \(UND_ERR_SOCKET\): run the same command again\.$/;

/** Range and condition of each request, and a header of the source's. */
let asked: (string | null)[][];
beforeEach(() => (asked = []));

/** Serves the bits from where they are asked for, at most so many an answer and none behind `last`; then the connection breaks. */
function server(each: number, marks: Readonly<Record<string, string>>, last = bits.length): World["send"] {
  return ({ headers }) => {
    asked.push([headers.get("range"), headers.get("if-range"), headers.get("key")]);
    const from = Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? 0);
    const range = `bytes ${from}-${bits.length - 1}/${bits.length}`;
    const told = { ...marks, "content-length": String(bits.length - from), ...(from > 0 && { "content-range": range }) };
    return Promise.resolve(
      new Response(broken(bits.subarray(from, Math.min(from + each, last))), { status: from > 0 ? 206 : 200, headers: told }),
    );
  };
}

/** Bytes, and then no more: an end where they are the last, else a connection that breaks. */
function broken(bytes: Buffer): ReadableStream {
  const chunks = bytes.length === 0 ? [] : [new Uint8Array(bytes)];
  return new ReadableStream({
    pull(stream) {
      const chunk = chunks.pop();
      if (chunk === undefined) stream.error(Object.assign(new TypeError("terminated"), { cause: { code: "UND_ERR_SOCKET" } }));
      else stream.enqueue(chunk);
    },
  });
}

async function received(send: World["send"], options: Parameters<typeof download>[1] = {}, from = url): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of (await download(from, options, { send, clock }, signal)).chunks) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("A download whose connection breaks", () => {
  it.each([
    [{ etag: '"one"', "last-modified": "today" }, '"one"'],
    [{ etag: 'W/"one"', "last-modified": "today" }, "today"],
  ])("asks for the rest of the same bits, with the source's headers: %j", async (marks, mark) => {
    expect((await received(server(130_000, marks), { headers: { key: "k" }, sha256 })).equals(bits)).toBe(true);
    expect(asked).toEqual([
      [null, null, "k"],
      ["bytes=130000-", mark, "k"],
      ["bytes=260000-", mark, "k"],
    ]);
  });

  it.each([
    ["tells nothing by which the bits could be told from others", {}, bits.length, 1],
    ["sends nothing more", { etag: '"one"' }, 60_000, 2],
  ])("is given up where the server %s", async (_, marks, last, requests) => {
    await expect(received(server(60_000, marks, last))).rejects.toThrow(stopped);
    expect(asked).toHaveLength(requests);
  });

  it("is given up where other bits are there by now", async () => {
    const headers = { etag: '"one"', "content-length": String(bits.length) };
    const send: World["send"] = () => {
      asked.push([]);
      return Promise.resolve(new Response(broken(bits.subarray(0, 60_000)), { headers }));
    };
    await expect(received(send)).rejects.toThrow(stopped);
    expect(asked).toHaveLength(2);
  });

  it("behind its last byte is complete", async () => {
    expect((await received(server(bits.length, {}), { sha256 })).equals(bits)).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it("ends with the interruption, and asks for nothing more", async () => {
    const stop = new AbortController();
    const { chunks } = await download(url, {}, { send: server(60_000, { etag: '"one"' }), clock }, stop.signal);
    const read = async (): Promise<void> => {
      for await (const piece of chunks) if (piece.length > 0) stop.abort(new Error("interrupted"));
    };
    await expect(read()).rejects.toThrow(/^interrupted$/);
    expect(asked).toHaveLength(1);
  });
});

it("A download that is read more slowly than its server waits, is complete", async () => {
  const image = randomBytes(6_000_000);
  const host = createServer((request, response) => {
    asked.push([request.headers.range ?? null]);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const range = { "content-range": `bytes ${from}-${image.length - 1}/${image.length}` };
    response.writeHead(from > 0 ? 206 : 200, { etag: '"one"', "content-length": image.length - from, ...(from > 0 && range) });
    response.end(image.subarray(from), () => setImmediate(() => request.socket.end()));
  });
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  try {
    const { chunks } = await download(
      `http://127.0.0.1:${(host.address() as AddressInfo).port}/`,
      {},
      { send: (request) => fetch(request), clock },
      signal,
    );
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const piece of chunks) {
      hash.update(piece);
      bytes += piece.length;
      // A slow reader: the server has sent and closed by then, and what is left waits here.
      if (bytes > image.length - 200_000) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(hash.digest("hex")).toBe(createHash("sha256").update(image).digest("hex"));
  } finally {
    host.closeAllConnections();
    await new Promise((resolve) => host.close(resolve));
  }
});
