import { withinTime } from "../api/timeLimit";
import type { Call } from "../host/resource";
import type { Session } from "../session";
import type { Followed } from "./sourceIdentity";

/** In milliseconds. */
const timeLimit = 15_000;

/** What the URL says of its bits, by one HEAD; empty where it says nothing that could change, undefined where it can't be reached. */
export async function lookAt(url: string, { world }: Session, signal: AbortSignal): Promise<Followed | undefined> {
  try {
    const answer = await withinTime(world.clock, timeLimit, signal, (inner) => {
      // Without this a server may count packed bytes.
      return world.send(new Request(url, { method: "HEAD", headers: { "accept-encoding": "identity" }, signal: inner }));
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
export async function firstLook(url: string, session: Session, call: Call): Promise<Followed> {
  const seen = await lookAt(url, session, call.signal);
  if (seen === undefined) throw new Error("`source.follow` needs an answer to HEAD, but the URL gave none. Check the URL and the network.");
  if (Object.keys(seen).length === 0) call.warn("`source.follow` sees no change: the URL's server tells neither ETag nor length.");
  return seen;
}

export function isSame(one: Followed, other: Followed): boolean {
  return one.etag === other.etag && one.bytes === other.bytes;
}
