import { createHash } from "node:crypto";

import { readImage, type ImageFacts } from "./imageBytes";

/** The hosts of image files, as the emulator's entry passes them in. */
export interface ImageHost {
  /** Requests the URL without following redirects. Throws if there is no answer. */
  request(method: "HEAD" | "GET", url: string): Promise<HostAnswer>;
}

/** An answer of such a host. */
export interface HostAnswer {
  readonly status: number;
  /** Where a redirect points to. */
  readonly location?: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The result of an import: facts about the image, or the error message of a failed import. */
export type ImportResult =
  ({ readonly accepted: true; readonly sha256: string } & ImageFacts) | { readonly accepted: false; readonly message: string };

/** How much of a file is kept in memory: enough to tell the format and to unpack a small file. */
const heldBytes = 16 * 1024 * 1024;
const virtualLimitBytes = 100_000_000_000;

/** Fetches an image file as the service does, HEAD then GET, and reads its bytes. It fetches loopback URLs only and never throws. */
export async function importFile(source: ImageHost, url: string, followRedirects: boolean): Promise<ImportResult> {
  try {
    const head = await requestSource(source, "HEAD", url, followRedirects);
    if (typeof head === "string") return refused(head);
    const got = await requestSource(source, "GET", url, followRedirects);
    if (typeof got === "string") return refused(got);
    return checkImage(await readBody(got.body));
  } catch {
    return refused("We could not download your image: the connection failed. Please check the URL and try again.");
  }
}

async function requestSource(
  source: ImageHost,
  method: "HEAD" | "GET",
  url: string,
  follow: boolean,
  hops = 5,
): Promise<HostAnswer | string> {
  if (!isLoopback(url))
    return "The emulator imports from loopback URLs only, such as http://127.0.0.1 or http://localhost: use one of those.";
  const answer = await source.request(method, url);
  if (answer.status === 200) return answer;
  if (answer.location !== undefined && follow && hops > 0) {
    return requestSource(source, method, new URL(answer.location, url).href, follow, hops - 1);
  }
  return `We could not download your image: the server answered ${method} with status ${answer.status}.`;
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol.startsWith("http") && (hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname));
}

interface Bytes {
  readonly sha256: string;
  readonly length: number;
  readonly held: Buffer;
}

async function readBody(body: AsyncIterable<Uint8Array>): Promise<Bytes> {
  const hash = createHash("sha256");
  const held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    if (length < heldBytes) held.push(chunk);
    length += chunk.length;
  }
  return { sha256: hash.digest("hex"), length, held: Buffer.concat(held) };
}

function checkImage({ sha256, length, held }: Bytes): ImportResult {
  const facts = readImage(held, length);
  if (typeof facts === "string") return refused(facts);
  if ((facts.virtualBytes ?? 0) >= virtualLimitBytes)
    return refused("Your image is too large: custom images must be less than 100 GB when uncompressed.");
  return { accepted: true, sha256, ...facts };
}

function refused(message: string): ImportResult {
  return { accepted: false, message };
}
