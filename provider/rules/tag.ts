import { sameMembers } from "./sameMembers";

/** Tags that start with this are imagefleet's own: they never show in inputs or outputs called `tags`. */
export const reservedPrefix = "imagefleet:";

/** Whether DigitalOcean takes it as a tag. */
export function isTag(text: string): boolean {
  return /^[a-zA-Z0-9_\-:]{1,255}$/.test(text);
}

export function isReservedTag(tag: string): boolean {
  return tagKey(tag).startsWith(reservedPrefix);
}

/** What DigitalOcean tells tags apart by: it ignores case, and keeps the spelling that came first. */
export function tagKey(tag: string): string {
  return tag.toLowerCase();
}

/** Whether the resource carries the tag, however the account spells it. */
export function hasTag(tags: readonly string[] | null | undefined, tag: string): boolean {
  return (tags ?? []).some((other) => tagKey(other) === tagKey(tag));
}

/** Whether the resource carries one of the tags at least. */
export function hasAnyTag(tags: readonly string[] | null | undefined, some: readonly string[]): boolean {
  return some.some((tag) => hasTag(tags, tag));
}

/** Whether both hold the same tags, in any order and spelling. */
export function sameTags(one: readonly string[], other: readonly string[]): boolean {
  return sameMembers(one.map(tagKey), other.map(tagKey));
}

/** The tags of the first list that the second lacks. */
export function tagsWithout(tags: readonly string[], others: readonly string[]): readonly string[] {
  return tags.filter((tag) => !hasTag(others, tag));
}
