import { isList, isObject, type Value, type Values } from "./values";

/** Shorter ones would blank out half of an innocent sentence. */
const shortestSecret = 6;

/** A text with every secret in it blanked out: the last net under messages that quote what they should not. */
export type Redact = (text: string) => string;

/** Blanks out every text found in these properties. */
export function redactor(...sources: readonly { readonly values: Values; readonly secrets: ReadonlySet<string> }[]): Redact {
  const texts = sources.flatMap(({ values, secrets }) => [...secrets].flatMap((name) => textsIn(values[name])));
  const longestFirst = [...new Set(texts)]
    .filter((text) => text.length >= shortestSecret)
    .sort((left, right) => right.length - left.length);
  return (text) => longestFirst.reduce((redacted, secret) => redacted.replaceAll(secret, "[secret]"), text);
}

function textsIn(value: Value | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (isList(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
