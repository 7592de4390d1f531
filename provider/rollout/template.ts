import { createHash, scryptSync } from "node:crypto";

/** What a Droplet of a fleet is made from. Droplets of one template are interchangeable; a change of any part rolls. */
export interface Template {
  /** The image's number. */
  readonly image: string;
  /** Size slug. */
  readonly size: string;
  /** Ids or fingerprints; their order has no meaning. */
  readonly sshKeys: readonly string[];
  readonly userData?: string;
  readonly vpcUuid?: string;
}

const remembered = new Map<string, string>();

/**
 * Twelve hexadecimal digits that are the same for equal templates of one fleet. They stand in a tag that others can read, so they are
 * slow to try, salted by the fleet's id and truncated: user data can't be guessed from them.
 *
 * Computed at once, not in Node's thread pool: it happens once a template and process, and virtual time can't see threads.
 */
export function fingerprint(template: Template, fleetId: string): string {
  const text = JSON.stringify([
    template.image,
    template.size,
    [...template.sshKeys].sort(),
    template.userData ?? null,
    template.vpcUuid ?? null,
  ]);
  const key = createHash("sha256").update(`${fleetId}\n${text}`).digest("base64");
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const made = scryptSync(text, fleetId, 6, { N: 16_384, r: 8, p: 1 }).toString("hex");
  remembered.set(key, made);
  return made;
}

/** Whether two templates make the same Droplets. */
export function sameTemplate(one: Template, other: Template): boolean {
  return (
    one.image === other.image &&
    one.size === other.size &&
    one.userData === other.userData &&
    one.vpcUuid === other.vpcUuid &&
    sameMembers(one.sshKeys, other.sshKeys)
  );
}

/** Equal but for order and repetition. */
export function sameMembers(one: readonly string[], other: readonly string[]): boolean {
  const [left, right] = [new Set(one), new Set(other)];
  return left.size === right.size && [...left].every((item) => right.has(item));
}
