import { StoreRefusal } from "./objectStore";
import type { SpacesSettings } from "./spacesSettings";

/** What of the client's error may be said: its message and its request could carry the key. */
interface ServiceError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

/** Says what Spaces, or the way to it, answered to a request that was to do `what`: "put an object there". */
export function storeRefusalOf(error: unknown, what: string, { bucket, endpoint }: SpacesSettings): StoreRefusal {
  const { name, code, $metadata } = error as ServiceError;
  const status = typeof $metadata?.httpStatusCode === "number" ? $metadata.httpStatusCode : undefined;
  const place = `The Spaces bucket \`${bucket}\` at \`${endpoint}\``;
  if (status === undefined) {
    const reason = typeof code === "string" ? code : typeof name === "string" ? name : "no answer";
    return new StoreRefusal(
      `${place} could not be reached to ${what} (${reason}): check the network and \`imagefleet:spacesEndpoint\` (or \`SPACES_ENDPOINT_URL\`).`,
    );
  }
  // An answer to HEAD has no word for its reason.
  const word = typeof name === "string" && /^(?!Unknown)[A-Za-z]+$/.test(name) ? ` ${name}` : "";
  return new StoreRefusal(`${place} ${sentenceEnd(status, word, what)}`, status);
}

function sentenceEnd(status: number, word: string, what: string): string {
  if (word === " NoSuchUpload" || word === " NoSuchKey") {
    return `no longer had what it was to work on (${status}${word}) when asked to ${what}: somebody else removed it; run the same command again.`;
  }
  switch (status) {
    case 404:
    case 301:
      return (
        `was not found (${status}) when asked to ${what}: create it, or set \`imagefleet:spacesBucket\` (or \`SPACES_BUCKET\`) ` +
        "and `imagefleet:spacesEndpoint` (or `SPACES_ENDPOINT_URL`) to where it is."
      );
    case 403:
      return (
        `refused the key (403${word}) when asked to ${what}: check \`imagefleet:spacesAccessId\` and \`imagefleet:spacesSecretKey\` ` +
        "(or `SPACES_ACCESS_KEY_ID` and `SPACES_SECRET_ACCESS_KEY`), and that the key may read, write and delete in this bucket, " +
        "which must be a standard one: in Cold Storage nothing can be public."
      );
    case 429:
    case 503:
      return `asked to slow down (${status}${word}) and went on doing so when asked to ${what}: run the same command again in a minute.`;
    default:
      return `answered ${status}${word} when asked to ${what}: run the same command again, and check the bucket's settings if it says so again.`;
  }
}
