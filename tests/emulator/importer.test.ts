import { createHash } from "node:crypto";

import { importFile, type ImageHost, type HostAnswer } from "../../emulator/importer";
import { disk } from "./inMemory";

const url = "http://127.0.0.1:8000/web.qcow2";

/** A source that answers by method and URL, and remembers what it was asked. */
function sourceOf(answers: Readonly<Record<string, Partial<HostAnswer>>>): { source: ImageHost; asked: string[] } {
  const asked: string[] = [];
  const request = (method: string, target: string): Promise<HostAnswer> => {
    asked.push(`${method} ${target}`);
    const answer = answers[`${method} ${target}`] ?? answers[method];
    if (answer === undefined) return Promise.reject(new Error("connect ECONNREFUSED"));
    return Promise.resolve({ status: 200, body: body(disk()), ...answer });
  };
  return { source: { request }, asked };
}

async function* body(...parts: readonly (Buffer | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield await Promise.resolve(part);
  }
}

test("asks by HEAD, then reads by GET, and knows the digest of the bytes", async () => {
  const { source, asked } = sourceOf({ HEAD: {}, GET: {} });
  const sha256 = createHash("sha256").update(disk()).digest("hex");
  expect(await importFile(source, url, true)).toEqual({ accepted: true, sha256, fileBytes: 512, virtualBytes: 2 * 2 ** 30 });
  expect(asked).toEqual([`HEAD ${url}`, `GET ${url}`]);
});

test.each(["https://images.example.com/a", "http://127.0.0.1.example.com/a", "http://10.0.0.1/a", "ftp://127.0.0.1/a", "nonsense"])(
  "never asks anyone for %s",
  async (target) => {
    const { source, asked } = sourceOf({ HEAD: {}, GET: {} });
    expect(await importFile(source, target, true)).toMatchObject({ accepted: false });
    expect(asked).toEqual([]);
  },
);

test("refuses a server that does not answer HEAD, and does not try GET", async () => {
  const { source, asked } = sourceOf({ HEAD: { status: 405 }, GET: {} });
  const message = "We could not download your image: the server answered HEAD with status 405.";
  expect(await importFile(source, url, true)).toEqual({ accepted: false, message });
  expect(asked).toEqual([`HEAD ${url}`]);
});

test("follows redirects on loopback, where the switch allows it, and not elsewhere", async () => {
  const moved = { status: 302, location: "/other" };
  const answers = { [`HEAD ${url}`]: moved, [`GET ${url}`]: moved, HEAD: {}, GET: {} };
  expect(await importFile(sourceOf(answers).source, url, true)).toMatchObject({ accepted: true });
  expect(await importFile(sourceOf(answers).source, url, false)).toMatchObject({ accepted: false });
  const away = sourceOf({ HEAD: { status: 302, location: "http://example.com/a" } });
  expect(await importFile(away.source, url, true)).toMatchObject({ accepted: false });
  expect(away.asked).toEqual([`HEAD ${url}`]);
  expect(await importFile(sourceOf({ HEAD: { status: 302, location: url } }).source, url, true)).toMatchObject({ accepted: false });
});

test("a connection that fails or breaks off ends the import, not the emulator", async () => {
  const message = "We could not download your image: the connection failed. Please check the URL and try again.";
  expect(await importFile(sourceOf({}).source, url, true)).toEqual({ accepted: false, message });
  const broken = sourceOf({ HEAD: {}, GET: { body: body(disk(), new Error("aborted")) } });
  expect(await importFile(broken.source, url, true)).toEqual({ accepted: false, message });
});

test("refuses a disk of 100 GB", async () => {
  const { source } = sourceOf({ HEAD: {}, GET: { body: body(disk(100)) } });
  expect(await importFile(source, url, true)).toMatchObject({ accepted: false, message: expect.stringContaining("100 GB") as string });
  const large = sourceOf({ HEAD: {}, GET: { body: body(disk(93)) } });
  expect(await importFile(large.source, url, true)).toMatchObject({ accepted: true });
});
