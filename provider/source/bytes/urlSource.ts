import type { World } from "../../world";
import { mayPass, RedirectError, stillRefused } from "./askSource";
import { SourceUnreadable, type OpenedSource, type SourceTrait } from "./openedSource";
import { pageBytes, PagedSource } from "./pagedSource";
import { StreamedSource } from "./streamedSource";

/** Most that is received of a remote image, in bytes. */
export const urlLimitBytes = 4 * 1024 * 1024;
/** How far a stream is read: its last chunk, of 64 KiB at most, is taken whole. */
const streamLimitBytes = urlLimitBytes - 64 * 1024;

export interface UrlAccess {
  /** Made by `askSource` where redirects and answers that may pass are to be dealt with. */
  readonly send: World["send"];
  readonly signal?: AbortSignal;
  /** Sent with every request, beside our own. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Opens what an http or https URL serves: HEAD, as DigitalOcean's importer asks first, then ranged GETs; where the server has no ranges,
 * the beginning of one GET. Throws `SourceUnreadable`.
 */
export async function openUrl(url: string, access: UrlAccess): Promise<OpenedSource> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new SourceUnreadable("The image's URL must begin with http:// or https:// to be inspected.");
  }
  if (new URL(url).username !== "" || new URL(url).password !== "") {
    throw new SourceUnreadable("The image's URL must hold no user name or password to be inspected: give them as a header.");
  }
  /** A request that nothing references is collected while it waits, and its signal aborts nothing any more. */
  const held: Request[] = [];
  const ask = (method: "HEAD" | "GET", range?: string) => request(url, method, range, access, held);
  const head = await ask("HEAD");
  await head.body?.cancel();
  if (mayPass(head.status)) throw new SourceUnreadable(`The image's server ${stillRefused("HEAD", head.status)}.`);
  let first = await ask("GET", `bytes=0-${pageBytes - 1}`);
  const empty = first.status === 416;
  const ranged = empty || (isRange(first, 0, pageBytes) && !isEncoded(first));
  if (first.status === 206 && !ranged) {
    await first.body?.cancel();
    first = await ask("GET");
  }
  if (!first.ok && !empty) {
    await first.body?.cancel();
    const answered = `answered GET with status ${first.status}: check that the URL is public and still valid`;
    throw new SourceUnreadable(`The image's server ${mayPass(first.status) ? stillRefused("GET", first.status) : answered}.`);
  }
  const size = empty ? 0 : ((ranged ? rangeSize(first) : length(first)) ?? (head.ok ? length(head) : undefined));
  const bytes = ranged
    ? new PagedSource({
        size,
        limitBytes: urlLimitBytes,
        first: empty ? Buffer.alloc(0) : await body(first, pageBytes, access.signal),
        async fetch(offset, wanted) {
          const answer = await ask("GET", `bytes=${offset}-${offset + wanted - 1}`);
          if (isRange(answer, offset, wanted)) return body(answer, wanted, access.signal);
          await answer.body?.cancel();
          // Of a size that is not known, the end shows by this.
          if (answer.status === 416) return Buffer.alloc(0);
          const what = answer.status === 206 ? "another range" : `status ${answer.status}`;
          throw new SourceUnreadable(`The image's server answered a GET of a range with ${what}: try again.`);
        },
      })
    : new StreamedSource(first.body === null ? noChunks() : chunks(first.body, access.signal), streamLimitBytes, size);
  const traits: readonly (SourceTrait | false)[] = [
    !head.ok && "head-refused",
    !ranged && (size ?? Infinity) > streamLimitBytes && "ranges-missing",
    (isRedirected(head, url) || isRedirected(first, url)) && "redirected",
    !endsInExtension(url) && "url-without-extension",
  ];
  return {
    local: false,
    traits: traits.filter((trait) => trait !== false),
    get size() {
      return bytes.size;
    },
    get bytesRead() {
      return bytes.bytesRead;
    },
    read: (offset, wanted) => bytes.read(offset, wanted),
    close: () => (bytes instanceof StreamedSource ? bytes.close() : Promise.resolve()),
  };
}

/** Where redirects were followed by hand, only the answer's URL tells. */
function isRedirected({ redirected, url: answered }: Response, url: string): boolean {
  return redirected || (answered !== "" && answered !== new URL(url).href.replace(/#.*/, ""));
}

/** Of the whole URL: a query hides the extension. */
function endsInExtension(url: string): boolean {
  return new URL(url).search === "" && /\.[a-z][a-z0-9]+$/i.test(new URL(url).pathname);
}

async function request(
  url: string,
  method: "HEAD" | "GET",
  range: string | undefined,
  { send, signal, headers }: UrlAccess,
  held: Request[],
): Promise<Response> {
  // Without this a server may pack the answer once more, and ranges would count packed bytes.
  const own = { "accept-encoding": "identity", ...(range !== undefined && { range }) };
  try {
    const asked = new Request(url, { method, headers: { ...headers, ...own }, ...(signal !== undefined && { signal }) });
    held.push(asked);
    return await send(asked);
  } catch (error) {
    throw unreachable(error, signal);
  }
}

function unreachable(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof RedirectError) return new SourceUnreadable(`The image's URL ${error.message}: check it.`);
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  const reason = typeof code === "string" ? ` (${code})` : "";
  return new SourceUnreadable(`The image's server could not be reached${reason}: check the URL and the network.`);
}

/** Whether these are the bytes that were asked for: all of them, or as many as there are. */
function isRange(answer: Response, offset: number, wanted: number): boolean {
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(answer.headers.get("content-range") ?? "") ?? [];
  const whole = Number(last) === offset + wanted - 1 || Number(last) === Number(size) - 1 || size === "*";
  return answer.status === 206 && Number(first) === offset && whole;
}

/** Some servers pack all the same: what is unpacked on the way has no length, and no ranges. */
function isEncoded(answer: Response): boolean {
  return !["", "identity"].includes(answer.headers.get("content-encoding") ?? "");
}

/** `bytes 0-65535/1048576` */
function rangeSize(answer: Response): number | undefined {
  const total = /\/(\d+)$/.exec(answer.headers.get("content-range") ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}

function length(answer: Response): number | undefined {
  const text = answer.headers.get("content-length");
  return text === null || !/^\d+$/.test(text) || isEncoded(answer) ? undefined : Number(text);
}

/** At most `limit` bytes, whatever the server sends. */
async function body(answer: Response, limit: number, signal: AbortSignal | undefined): Promise<Buffer> {
  if (answer.body === null) return Buffer.alloc(0);
  const parts: Uint8Array[] = [];
  let received = 0;
  for await (const part of chunks(answer.body, signal)) {
    parts.push(part);
    received += part.length;
    if (received >= limit) break;
  }
  return Buffer.concat(parts).subarray(0, limit);
}

async function* chunks(stream: NonNullable<Response["body"]>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw unreachable(error, signal);
  }
}

async function* noChunks(): AsyncGenerator<Uint8Array> {
  // Nothing to give: an answer without a body.
}
