import { createHash } from "node:crypto";

const fleetPrefix = "imagefleet:fleet:";
const templatePrefix = "imagefleet:template:";
const creationPrefix = "imagefleet:create:";
const programPrefix = "imagefleet:program:";

/** On the Droplets of all fleets: one list shows them all. */
export const fleetsTag = "imagefleet:fleets";

/** On every Droplet of the fleet from its POST until it is gone: firewalls select by it. */
export function fleetTag(fleetId: string): string {
  return `${fleetPrefix}${fleetId}`;
}

/** On a Droplet only while it serves: load balancers select by it. */
export function servingTag(fleetId: string): string {
  return `imagefleet:serving:${fleetId}`;
}

/** On Droplets that are shut down or deleted by one request. */
export function leavingTag(fleetId: string): string {
  return `imagefleet:leaving:${fleetId}`;
}

/** Which template a Droplet was made from. */
export function templateTag(fingerprint: string): string {
  return `${templatePrefix}${fingerprint}`;
}

/**
 * On the Droplets of a create until it is over: a create that was killed has left nothing in the state, and the next one finds its
 * Droplets by this. A replacement has the same URN, so it may not outlive the create.
 */
export function creationTag(namespace: string, urn: string, region: string): string {
  return `${creationPrefix}${hashOf([namespace, urn, region])}`;
}

/**
 * On the Droplets that a change makes, until it is over: a change that was killed has left nothing in the state, and the next one knows by this
 * that there may be Droplets which reads don't show yet.
 */
export function changeTag(fleetId: string): string {
  return `imagefleet:change:${fleetId}`;
}

/**
 * On every Droplet of a resource, whichever of its fleets it is in: a create names by it the fleets that no state knows any more. Nothing is
 * taken over or deleted by this one, for a name that was given up may be another stack's.
 */
export function programTag(namespace: string, urn: string): string {
  return `${programPrefix}${hashOf([namespace, urn])}`;
}

export function fleetIdOf(tags: readonly string[]): string | undefined {
  return partAfter(fleetPrefix, tags);
}

export function templateOf(tags: readonly string[]): string | undefined {
  return partAfter(templatePrefix, tags);
}

export function templateTagsOf(tags: readonly string[]): readonly string[] {
  return tags.filter((tag) => tag.startsWith(templatePrefix));
}

export function creationTagOf(tags: readonly string[]): string | undefined {
  return tags.find((tag) => tag.startsWith(creationPrefix));
}

export function programTagsOf(tags: readonly string[]): readonly string[] {
  return tags.filter((tag) => tag.startsWith(programPrefix));
}

function hashOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

function partAfter(prefix: string, tags: readonly string[]): string | undefined {
  return tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length);
}
