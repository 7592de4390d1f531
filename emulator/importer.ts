import { createHash } from "node:crypto";

import { readImage, type ImageFacts } from "./imageBytes";

/** How the importer reaches the place an image lies at, as the emulator's surroundings hand it in. */
export interface ImageSource {
  /** Asks for the URL without following redirects. Throws where there is no answer. */
  request(method: "HEAD" | "GET", url: string): Promise<SourceAnswer>;
}

/** An answer of that place. */
export interface SourceAnswer {
  readonly status: number;
  /** Where a redirect points to. */
  readonly location?: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What an import comes to: the facts of the image, or the message it ends `deleted` with. */
export type Verdict =
  ({ readonly accepted: true; readonly sha256: string } & ImageFacts) | { readonly accepted: false; readonly message: string };

/** Read by its head alone, and held whole only up to here: more is not needed to tell a format, or to unpack a small file. */
const heldBytes = 16 * 1024 * 1024;
const virtualLimitBytes = 100_000_000_000;

/** Fetches an image as the service does, HEAD then GET, and reads its bytes. Only loopback URLs are fetched. Never throws. */
export async function inspectSource(source: ImageSource, url: string, followRedirects: boolean): Promise<Verdict> {
  try {
    const head = await requestSource(source, "HEAD", url, followRedirects);
    if (typeof head === "string") return refused(head);
    const got = await requestSource(source, "GET", url, followRedirects);
    if (typeof got === "string") return refused(got);
    return judge(await readBody(got.body));
  } catch {
    return refused("We could not download your image: the connection failed. Please check the URL and try again.");
  }
}

async function requestSource(
  source: ImageSource,
  method: "HEAD" | "GET",
  url: string,
  follow: boolean,
  hops = 5,
): Promise<SourceAnswer | string> {
  if (!isLoopback(url))
    return "The emulator imports from loopback URLs only (http://127.0.0.1, http://localhost), and this is another one.";
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

function judge({ sha256, length, held }: Bytes): Verdict {
  const facts = readImage(held, length);
  if (typeof facts === "string") return refused(facts);
  if ((facts.virtualBytes ?? 0) >= virtualLimitBytes)
    return refused("Your image is too large: custom images must be less than 100 GB when uncompressed.");
  return { accepted: true, sha256, ...facts };
}

function refused(message: string): Verdict {
  return { accepted: false, message };
}
