import { isLoopback } from "../../rules/loopback";

/** Where staged bits pass through, and the key that may put them there. */
export interface SpacesSettings {
  readonly accessId: string;
  readonly secretKey: string;
  /** A bucket that exists already; it may hold other things. */
  readonly bucket: string;
  /** An https URL, or an http URL on loopback, without the bucket's name. */
  readonly endpoint: string;
}

/** What was configured; empty counts as not given. */
export interface GivenSpaces {
  readonly accessId?: string;
  readonly secretKey?: string;
  readonly bucket?: string;
  /** Default: the Spaces endpoint of `region`. `{{.Region}}` in it stands for that region, as in the official provider. */
  readonly endpoint?: string;
  /** The region slug that the image is imported to: bits don't travel further than they must. */
  readonly region: string;
}

const keys = [
  ["accessId", "imagefleet:spacesAccessId", "SPACES_ACCESS_KEY_ID"],
  ["secretKey", "imagefleet:spacesSecretKey", "SPACES_SECRET_ACCESS_KEY"],
  ["bucket", "imagefleet:spacesBucket", "SPACES_BUCKET"],
] as const;

/** Whether all that `requireSpaces` asks for was configured. */
export function isSpacesGiven(given: GivenSpaces): boolean {
  return keys.every(([name]) => (given[name] ?? "") !== "");
}

/** Throws one sentence that names every key that is missing. `purpose` begins it: "A local file". */
export function requireSpaces(given: GivenSpaces, purpose: string): SpacesSettings {
  const { accessId = "", secretKey = "", bucket = "", region } = given;
  const missing = keys.filter(([name]) => (given[name] ?? "") === "");
  if (missing.length > 0) {
    const names = missing.map(([, key, variable]) => `\`${key}\` (or \`${variable}\`)`).join(", ");
    throw new Error(`${purpose} reaches DigitalOcean through a Spaces bucket: set ${names}; a key limited to that bucket is enough.`);
  }
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new Error(
      `\`imagefleet:spacesBucket\` must be a Spaces bucket's name, 3 to 63 lowercase letters, digits and hyphens, got \`${bucket}\`.`,
    );
  }
  const configured = given.endpoint === undefined || given.endpoint === "" ? "https://{{.Region}}.digitaloceanspaces.com" : given.endpoint;
  const endpoint = configured
    .trim()
    .replace(/\{\{\s*\.Region\s*\}\}/g, region)
    .replace(/\/+$/, "");
  if (!isEndpoint(endpoint)) {
    throw new Error(
      "`imagefleet:spacesEndpoint` must be an https URL such as `https://ams3.digitaloceanspaces.com`, without the bucket's name and without a path, " +
        // A password may stand in it.
        `or such an http URL on loopback, got \`${endpoint.replace(/[^/]*@/, "…@")}\`.`,
    );
  }
  return { accessId, secretKey, bucket, endpoint };
}

/** HTTPS, or plain HTTP that never leaves the machine. */
function isEndpoint(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, username, password, pathname, search, hash, hostname } = new URL(endpoint);
  if (`${username}${password}${search}${hash}` !== "" || pathname !== "/") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}
