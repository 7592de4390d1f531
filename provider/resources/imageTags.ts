import type { Rule } from "../host/property";
import { isReservedTag, isTag, reservedPrefix, sameTags } from "../rules/tag";

export const areTags: readonly Rule[] = [
  {
    expectation: "must hold tags of 1 to 255 letters, digits, `_`, `-` and `:`",
    holds: (tags: readonly unknown[]) => tags.every((tag) => typeof tag !== "string" || isTag(tag)),
  },
  {
    expectation: `must not hold tags that start with \`${reservedPrefix}\``,
    holds: (tags: readonly unknown[]) => tags.every((tag) => typeof tag !== "string" || !isReservedTag(tag)),
    remedy: "These are kept for imagefleet's own marks.",
  },
];

/** The tags that are the user's, as `known` spells and orders them where it holds the same ones: the API keeps neither. */
export function userTags(tags: readonly string[] | null | undefined, known: readonly string[] = []): readonly string[] {
  const live = (tags ?? []).filter((tag) => !isReservedTag(tag));
  return sameTags(live, known) ? known : live;
}
