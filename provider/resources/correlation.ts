import { createHash } from "node:crypto";
import { ownPrefix } from "./imageTags";

/**
 * The tag by which an import that a killed run began is found again: the same for every run that wants the same bits under the same name,
 * another as soon as the image would be replaced.
 */
export function correlationTag(namespace: string, urn: string, identity: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([namespace, urn, identity]))
    .digest("hex");
  return `${ownPrefix}import:${hash.slice(0, 32)}`;
}

/**
 * The mark of the one resource state that an image belongs to. An image that a later create has adopted carries another, so the late
 * delete of an earlier state can't take it.
 */
export function newOwnerTag(random: () => number): string {
  const characters = Array.from({ length: 16 }, () => Math.floor(random() * 36).toString(36));
  return `${ownPrefix}owner:${characters.join("")}`;
}

export function isOwnerTag(tag: string): boolean {
  return tag.startsWith(`${ownPrefix}owner:`);
}
