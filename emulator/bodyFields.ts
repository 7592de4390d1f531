import { ApiError } from "./answers";
import type { JsonObject } from "./fields";

/**
 * What the emulator does with a field of a request's body:
 * - `modelled`: the handler reads it.
 * - `noEffect`: the service takes it and does nothing with it, such as a read-only field that is sent back.
 * - `only`: nothing but these values is modelled; any other is answered 501.
 * - `fields`: an object with fields of its own.
 * - `items`: a list of objects with fields of their own.
 */
export type FieldRule =
  "modelled" | "noEffect" | { readonly only: readonly unknown[] } | { readonly fields: BodyFields } | { readonly items: BodyFields };

/** Every field of a body by name. One that is missing here is answered 501. */
export type BodyFields = Readonly<Record<string, FieldRule>>;

/** The bodies of a route's actions by `type`; null for an action that is answered 501. */
export type ActionBodies = Readonly<Record<string, BodyFields | null>>;

/** A field that is answered 501 whatever its value. */
export const notModelled: FieldRule = { only: [] };

/** What a route takes in its body. */
export interface BodyRules {
  readonly body?: BodyFields;
  readonly actions?: ActionBodies;
}

/** Throws a 501 that names the first action or field of a body that the emulator does not model. */
export function checkBody({ body: fields = {}, actions }: BodyRules, body: JsonObject, request: string): void {
  if (actions === undefined) {
    checkFields(fields, body, request, "");
    return;
  }
  const type = String(body.type);
  const ofAction = Object.hasOwn(actions, type) ? actions[type] : undefined;
  if (ofAction === null) throw new ApiError(501, `The emulator does not model the action \`${type}\` of ${request}.`);
  if (ofAction !== undefined) checkFields({ type: "modelled", ...ofAction }, body, `${request} with type ${type}`, "");
}

function checkFields(fields: BodyFields, body: JsonObject, request: string, prefix: string): void {
  for (const [name, value] of Object.entries(body)) {
    if (value === null) continue;
    const rule = Object.hasOwn(fields, name) ? (fields[name] ?? notModelled) : notModelled;
    if (typeof rule === "string") continue;
    if ("only" in rule) {
      if (!rule.only.some((known) => JSON.stringify(known) === JSON.stringify(value))) throw fieldError(rule.only, prefix + name, request);
      continue;
    }
    const below = "fields" in rule ? rule.fields : rule.items;
    for (const one of [value].flat() as unknown[]) {
      if (typeof one === "object" && one !== null) checkFields(below, one as JsonObject, request, `${prefix}${name}.`);
    }
  }
}

function fieldError(known: readonly unknown[], field: string, request: string): ApiError {
  const except = known.length === 0 ? "" : ` except with ${known.map((value) => `\`${JSON.stringify(value)}\``).join(" or ")}`;
  return new ApiError(501, `The emulator does not model the field \`${field}\` of ${request}${except}.`);
}
