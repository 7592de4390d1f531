import { createHash } from "node:crypto";
import type { World } from "../world";
import { withOwnHeaders } from "./ownHeaders";

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
 * Asks for the URL, which may be secret and is in no message. `chunks` ends with an error that names `source.sha256` where that is
 * declared and the bits are others: whatever was made of them must not be used then.
 */
export async function download(
  url: string,
  { headers, sha256 }: { readonly headers?: Readonly<Record<string, string>>; readonly sha256?: string },
  send: World["send"],
  signal: AbortSignal,
): Promise<Download> {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) {
    throw new Error("`source.url` must begin with http:// or https:// where the image passes through Spaces.");
  }
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  // Packed once more on the way, the bits would not be those of the digest.
  const request = new Request(url, { headers: { "accept-encoding": "identity" }, signal: stop });
  const ask = withOwnHeaders(send, headers);
  const answer = await ask(request).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new Error(`\`source.url\` could not be reached${causeOf(error)}: check the URL and the network.`);
  });
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    throw new Error(
      `\`source.url\` must serve the image, but its server answered ${answer.status}: check that the URL is still valid, and \`source.headers\` if it wants a key.`,
    );
  }
  const { body } = answer;
  const hash = createHash("sha256");
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of body) {
        const { buffer, byteOffset, byteLength } = chunk as Uint8Array;
        const bytes = Buffer.from(buffer, byteOffset, byteLength);
        hash.update(bytes);
        yield bytes;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new Error(`\`source.url\` stopped in the middle of the image${causeOf(error)}: run the same command again.`);
    }
    const received = hash.copy().digest("hex");
    if (sha256 !== undefined && received !== sha256.toLowerCase()) throw new Error(mismatch(sha256, received));
  }
  const length = answer.headers.get("content-length");
  return {
    bytes: length === null ? undefined : Number(length),
    chunks: chunks(),
    digest: () => hash.copy().digest("hex"),
    cancel: () => ended.abort(),
  };
}

/** For a digest that was declared and turns out to be another. */
export function mismatch(expected: string, received: string): string {
  return (
    `\`source.sha256\` must be the digest of the image, \`${expected.toLowerCase()}\`, but the image's is \`${received}\`: ` +
    "nothing was imported; correct the digest, or find out who changed the image."
  );
}

function causeOf(error: unknown): string {
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  return typeof code === "string" ? ` (${code})` : "";
}
