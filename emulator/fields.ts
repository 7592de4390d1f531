import { invalid } from "./answers";

/** A request's JSON body. */
export type JsonObject = Readonly<Record<string, unknown>>;

// Each reader throws a 422 that names the field if the value has the wrong type.

/** A string, or undefined where the field is missing or null. */
export function text(body: JsonObject, field: string): string | undefined {
  const value = body[field] ?? undefined;
  if (value !== undefined && typeof value !== "string") throw invalid(`\`${field}\` must be a string, got ${JSON.stringify(value)}.`);
  return value;
}

/** A string that is present and not empty. */
export function requiredText(body: JsonObject, field: string): string {
  const value = text(body, field);
  if (value === undefined || value === "") throw invalid(`\`${field}\` must be a string that is not empty, got nothing.`);
  return value;
}

/** True or false; `fallback` where the field is missing or null. */
export function flag(body: JsonObject, field: string, fallback = false): boolean {
  const value = body[field] ?? fallback;
  if (typeof value !== "boolean") throw invalid(`\`${field}\` must be true or false, got ${JSON.stringify(value)}.`);
  return value;
}

/** An object, or undefined where the field is missing or null. */
export function object(body: JsonObject, field: string): JsonObject | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw invalid(`\`${field}\` must be an object, got ${JSON.stringify(value)}.`);
  return value as JsonObject;
}

/** One of a few values, or undefined where the field is missing or null. */
export function oneOf<Value extends string | number>(body: JsonObject, field: string, values: readonly Value[]): Value | undefined {
  const value = body[field] ?? undefined;
  const found = values.find((one) => one === value);
  if (value !== undefined && found === undefined)
    throw invalid(`\`${field}\` must be one of ${values.join(", ")}, got ${JSON.stringify(value)}.`);
  return found;
}

/** A list; empty where the field is missing or null. */
export function list(body: JsonObject, field: string): readonly unknown[] {
  const value = body[field] ?? [];
  if (!Array.isArray(value)) throw invalid(`\`${field}\` must be a list, got ${JSON.stringify(value)}.`);
  return value;
}

/** A list of strings; empty where the field is missing or null. */
export function textList(body: JsonObject, field: string): readonly string[] {
  return list(body, field).map((value) => {
    if (typeof value !== "string") throw invalid(`\`${field}\` must be a list of strings, got ${JSON.stringify(value)} in it.`);
    return value;
  });
}

/** An id, slug or fingerprint, which the API takes as a number or a string, as a string. */
export function reference(value: unknown, field: string): string {
  if (typeof value === "number" || (typeof value === "string" && value !== "")) return String(value);
  throw invalid(`\`${field}\` must be an id or a slug, got ${value === undefined ? "nothing" : JSON.stringify(value)}.`);
}
