import type { Rule } from "../host/property";

/** Tags that start so are imagefleet's own: they never show in inputs or outputs called `tags`. */
export const ownPrefix = "imagefleet:";

export const areTags: readonly Rule[] = [
  {
    expectation: "must hold tags of at most 255 letters, digits, `_`, `-` and `:`",
    holds: (tags: readonly unknown[]) => tags.every((tag) => typeof tag !== "string" || /^[a-zA-Z0-9_\-:]{1,255}$/.test(tag)),
  },
  {
    expectation: `must not hold tags that start with \`${ownPrefix}\``,
    holds: (tags: readonly unknown[]) => tags.every((tag) => typeof tag !== "string" || !tag.toLowerCase().startsWith(ownPrefix)),
    remedy: "These are kept for imagefleet's own marks.",
  },
];

/** The tags that are the user's, in the order that `known` has where it holds the same ones: the API keeps none. */
export function userTags(tags: readonly string[] | null | undefined, known: readonly string[] = []): readonly string[] {
  const live = (tags ?? []).filter((tag) => !tag.startsWith(ownPrefix));
  return sameTags(live, known) ? known : live;
}

/** Whether both hold the same tags, in whatever order. */
export function sameTags(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((tag) => right.has(tag));
}
