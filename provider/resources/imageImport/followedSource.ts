import { withTimeout } from "../../waiting/timeout";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { askSource } from "../../source/bytes/askSource";
import { normalUrl, type Followed, type Source } from "./sourceIdentity";

/** In milliseconds. */
const timeLimit = 15_000;

/** What the source's URL says of its bits, by one HEAD; empty where it says nothing that could change, undefined where it can't be reached. */
export async function lookAt(
  { url = "", headers }: Source,
  { world }: ProviderContext,
  signal: AbortSignal,
): Promise<Followed | undefined> {
  const send = askSource(world, headers);
  try {
    const answer = await withTimeout(world.clock, timeLimit, signal, (inner) => {
      // Without this a server may count packed bytes.
      return send(new Request(normalUrl(url), { method: "HEAD", headers: { "accept-encoding": "identity" }, signal: inner }));
    });
    if (!answer.ok) return undefined;
    const [etag, length] = [answer.headers.get("etag"), answer.headers.get("content-length")];
    return { ...(etag !== null && { etag }), ...(length !== null && { bytes: Number(length) }) };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** The same of a new source. Throws where it can't be reached, for it could not be told from its next version. */
export async function firstLook(source: Source, context: ProviderContext, call: Call): Promise<Followed> {
  const seen = await lookAt(source, context, call.signal);
  if (seen === undefined) throw new Error("`source.follow` needs an answer to HEAD, but the URL gave none. Check the URL and the network.");
  if (Object.keys(seen).length === 0) call.warn("`source.follow` sees no change: the URL's server tells neither ETag nor length.");
  return seen;
}

export function isSame(one: Followed, other: Followed): boolean {
  return one.etag === other.etag && one.bytes === other.bytes;
}
