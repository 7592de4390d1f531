import { createHash } from "node:crypto";
import type { World } from "../../world";
import { askSource, mayPass, RedirectError, stillRefused } from "../bytes/askSource";

/** A URL's answer, under way. Whoever has it reads `chunks` or calls `cancel`. */
export interface Download {
  /** As the server says it. */
  readonly bytes: number | undefined;
  readonly chunks: AsyncIterable<Buffer>;
  /** Of what was read so far, in lowercase hex. */
  digest(): string;
  cancel(): void;
}

/**
 * Asks for the URL, which may be secret and is in no message. Where the connection breaks, the rest is asked for, as long as each answer
 * brings something and the server says that the bits are still the same. `chunks` ends with an error that names `source.sha256` where that is
 * declared and the bits are others: whatever was made of them must not be used then.
 */
export async function download(
  url: string,
  { headers, sha256 }: { readonly headers?: Readonly<Record<string, string>>; readonly sha256?: string },
  world: Pick<World, "send" | "clock">,
  signal: AbortSignal,
): Promise<Download> {
  if (!/^https?:/i.test(url) || !URL.canParse(url) || hasUser(new URL(url))) {
    throw new Error(
      "`source.url` must begin with http:// or https:// and hold no user name or password where the image passes through Spaces: give those in `source.headers`.",
    );
  }
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  const ask = askSource(world, headers);
  // Packed once more on the way, the bits would not be those of the digest.
  const request = (range = {}): Request => new Request(url, { headers: { "accept-encoding": "identity", ...range }, signal: stop });
  let asked = request();
  const answer = await ask(asked).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof RedirectError) throw new Error(`\`source.url\` ${error.message}: check it.`);
    throw new Error(`\`source.url\` could not be reached${causeOf(error)}: check the URL and the network.`);
  });
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    const answered = `answered ${answer.status}: check that the URL is still valid, and \`source.headers\` if it wants a key`;
    const said = mayPass(answer.status) ? stillRefused("GET", answer.status) : answered;
    throw new Error(`\`source.url\` must serve the image, but its server ${said}.`);
  }
  const { body: whole } = answer;
  const [bytes, mark] = [lengthOf(answer), markOf(answer)];
  const hash = createHash("sha256");
  let received = 0;

  async function* chunks(): AsyncGenerator<Buffer> {
    let body = whole;
    for (let begin = 0; ; begin = received) {
      try {
        for await (const chunk of body) {
          const { buffer, byteOffset, byteLength } = chunk as Uint8Array;
          const piece = Buffer.from(buffer, byteOffset, byteLength);
          received += piece.length;
          hash.update(piece);
          yield piece;
        }
        break;
      } catch (error) {
        // References the request: without that it is collected, and then no signal ends its answer.
        asked.signal.throwIfAborted();
        // Of a server that closes once it has sent all, the last bytes count as broken off where they had to wait for us.
        if (received === bytes) break;
        const rest = received > begin ? await restOf() : undefined;
        if (rest === undefined)
          throw new Error(`\`source.url\` stopped in the middle of the image${causeOf(error)}: run the same command again.`);
        body = rest;
      }
    }
    const digest = hash.copy().digest("hex");
    if (sha256 !== undefined && digest !== sha256.toLowerCase()) throw new Error(mismatch(sha256, digest));
  }

  /** What the server still has of the same bits; undefined where it doesn't say that they are. */
  async function restOf(): Promise<typeof whole | undefined> {
    if (bytes === undefined || mark === undefined) return undefined;
    asked = request({ range: `bytes=${received}-`, "if-range": mark });
    const more = await ask(asked).catch(() => undefined);
    stop.throwIfAborted();
    if (more?.status === 206 && more.headers.get("content-range") === `bytes ${received}-${bytes - 1}/${bytes}`)
      return more.body ?? undefined;
    await more?.body?.cancel();
    return undefined;
  }

  return { bytes, chunks: chunks(), digest: () => hash.copy().digest("hex"), cancel: () => ended.abort() };
}

/** For a digest that was declared and turns out to be another. */
export function mismatch(expected: string, received: string): string {
  return (
    `\`source.sha256\` must be the digest of the image, \`${expected.toLowerCase()}\`, but the image's is \`${received}\`: ` +
    "nothing was imported; correct the digest, or find out who changed the image."
  );
}

function hasUser({ username, password }: URL): boolean {
  return `${username}${password}` !== "";
}

/** Of the bits: where they are packed for the way, it is another. */
function lengthOf({ headers }: Response): number | undefined {
  const length = headers.get("content-length");
  return length === null || !["identity", null].includes(headers.get("content-encoding")) ? undefined : Number(length);
}

/** By which the server tells these bits from later ones under the same URL. */
function markOf({ headers }: Response): string | undefined {
  const etag = headers.get("etag");
  return etag?.startsWith('"') === true ? etag : (headers.get("last-modified") ?? undefined);
}

function causeOf(error: unknown): string {
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  return typeof code === "string" ? ` (${code})` : "";
}
