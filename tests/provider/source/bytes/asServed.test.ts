import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { runInThisContext } from "node:vm";
import { gunzipSync, gzipSync } from "node:zlib";
import { askSource } from "../../../../provider/source/bytes/askSource";
import { asServed } from "../../../../provider/source/bytes/asServed";
import { inspectUrl } from "../../../../provider/source/inspect/inspectSource";
import { download } from "../../../../provider/source/staging/download";
import { bootableDisk } from "../../../helpers/bootableDisk";
import { VirtualClock } from "../../../helpers/virtualClock";

const file = gzipSync(bootableDisk("web"));
const { signal } = new AbortController();
const clock = new VirtualClock();

/** As Apache serves a `.gz` file with `AddEncoding x-gzip .gz`. */
async function servedAs<T>(encoding: string, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const body = first === undefined ? file : file.subarray(Number(first), Number(last) + 1);
    const range = first === undefined ? {} : { "content-range": `bytes ${first}-${Number(first) + body.length - 1}/${file.length}` };
    const headers = { ...range, "content-encoding": encoding, "content-length": body.length };
    response.writeHead(first === undefined ? 200 : 206, headers).end(request.method === "HEAD" ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/web.img.gz`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe.each(["x-gzip", "gzip"])("a file that its server calls encoded by %s", (encoding) => {
  // jest runs tests in a context of their own; `fetch` belongs to that of the process.
  const send = asServed(runInThisContext("globalThis") as typeof globalThis);

  it("is inspected as it is served", async () => {
    const { inspection } = await servedAs(encoding, (url) => inspectUrl(url, { send: askSource({ send, clock }) }));
    expect([inspection.compression, inspection.partitionTable]).toEqual(["gzip", "mbr"]);
    expect(inspection.findings.map(({ code }) => code)).not.toContain("ranges-missing");
  });

  it("is downloaded with the digest of what is served", async () => {
    const bytes = await servedAs(encoding, async (url) => {
      const sha256 = createHash("sha256").update(file).digest("hex");
      const parts: Buffer[] = [];
      for await (const part of (await download(url, { sha256 }, { send, clock }, signal)).chunks) parts.push(part);
      return Buffer.concat(parts);
    });
    expect(bytes.equals(file)).toBe(true);
  });

  it("is unpacked for who doesn't ask for the bytes as they are", async () => {
    const answer = await servedAs(encoding, async (url) => Buffer.from(await (await send(new Request(url))).arrayBuffer()));
    expect(answer.equals(gunzipSync(file))).toBe(true);
  });
});
