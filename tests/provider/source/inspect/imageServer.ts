import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export interface ServerManners {
  /** Answers ranged GETs with 206. */
  readonly ranges?: boolean;
  /** The status of HEAD. */
  readonly headStatus?: number;
  readonly getStatus?: number;
  /** Redirects every first request of a path to the same with `?again`. */
  readonly redirects?: boolean;
  /** Says how long the answer is. */
  readonly length?: boolean;
  /** What HEAD says instead. */
  readonly headLength?: number;
  /** Most that it answers of a range, in bytes. */
  readonly rangeBytes?: number;
  /** Packs every answer, asked for or not. */
  readonly packs?: boolean;
  /** Never answers requests of this method. */
  readonly silentTo?: "HEAD" | "GET";
}

export interface ImageServer {
  readonly url: string;
  /** `HEAD`, `GET 0-65535`, `GET`, in order. */
  readonly requests: readonly string[];
  /** Resolves once a request has come that is never answered. */
  readonly unanswered: Promise<void>;
  close(): Promise<void>;
}

/** Serves one file on loopback, as well or as badly mannered as asked. */
export async function serveImage(file: string, manners: ServerManners = {}): Promise<ImageServer> {
  const { ranges = true, headStatus = 200, getStatus = 200, redirects = false, length = true } = manners;
  const { headLength, rangeBytes = Infinity, packs = false, silentTo } = manners;
  const size = statSync(file).size;
  const requests: string[] = [];
  const unanswered = later();
  const server = createServer((request, response) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    requests.push([request.method, range?.slice(1).join("-")].filter((part) => part !== undefined).join(" "));
    if (request.method === silentTo) {
      unanswered.resolve();
      return;
    }
    if (packs) {
      const packed = gzipSync(readFileSync(file));
      return void response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
    }
    if (redirects && !request.url?.includes("?")) return void response.writeHead(302, { location: `${request.url}?again` }).end();
    if (request.method === "HEAD") return void response.writeHead(headStatus, length ? { "content-length": headLength ?? size } : {}).end();
    if (getStatus !== 200) return void response.writeHead(getStatus).end();
    if (!ranges || range === null) {
      response.writeHead(200, length ? { "content-length": size } : {});
      send(file, 0, size - 1, response);
      return;
    }
    const [first, last] = [Number(range[1]), Math.min(Number(range[2]), Number(range[1]) + rangeBytes - 1, size - 1)];
    if (first >= size) return void response.writeHead(416, { "content-range": `bytes */${size}` }).end();
    response.writeHead(206, { "content-range": `bytes ${first}-${last}/${size}`, "content-length": last - first + 1 });
    send(file, first, last, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/disk.qcow2`,
    requests,
    unanswered: unanswered.promise,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function later(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((resolved) => (resolve = resolved));
  return { promise, resolve: () => resolve() };
}

function send(file: string, first: number, last: number, response: ServerResponse): void {
  if (last < first) return void response.end();
  const bytes = createReadStream(file, { start: first, end: last });
  response.on("close", () => bytes.destroy());
  bytes.pipe(response);
}
