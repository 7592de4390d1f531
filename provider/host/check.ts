import { CheckFailure } from "@pulumi/pulumi/proto/provider_pb";
import type { Fault } from "./fault";
import { renamedTo } from "./formerNames";
import { nearest } from "../rules/nearest";
import { type Property, type PropertyTable, type Rule, type Scalar, type Shape, unknownValue } from "./property";
import { foreignKind, hasUnknown, isList, isObject, type Value, type Values } from "./values";

/** The given values with defaults filled in, and everything that is wrong with them. */
export interface Checked {
  readonly inputs: Values;
  readonly faults: readonly Fault[];
}

/** Checks names, presence, shapes and rules by the table. What is unknown is not checked. */
export function checkByTable(table: PropertyTable, given: Values): Checked {
  const faults: Fault[] = [];
  return { inputs: checkObject(table, given, "", faults), faults };
}

/** The inputs with every value that has a fault made unknown: what a further check may look at without tripping over a wrong shape. */
export function withoutFaulty(inputs: Values, faults: readonly Fault[]): Values {
  return faults.reduce((rest: Values, { property }) => withUnknownAt(rest, property.match(/[^.[\]]+/g) ?? []) as Values, inputs);
}

/** Where the path leads nowhere, what holds it is unknown as a whole. */
function withUnknownAt(value: Value | undefined, [name, ...inner]: readonly string[]): Value {
  if (name === undefined) return unknownValue;
  if (isList(value)) return value.map((item, at) => (String(at) === name ? withUnknownAt(item, inner) : item));
  return isObject(value) ? { ...value, [name]: withUnknownAt(value[name], inner) } : unknownValue;
}

/** Fills in what the table says where nothing is given, in nested objects too. */
export function withDefaults(table: PropertyTable, given: Values): Values {
  return checkObject(table, given, "", []);
}

/**
 * Names of the top-level properties that are secret, or hold something secret, by the table. Where `given` is told, an object that may hold
 * a secret counts only if it does.
 */
export function secretNames(table: PropertyTable, given?: Values): ReadonlySet<string> {
  const secret = Object.entries(table).filter(
    ([name, property]) => property.secret === true || shapeHoldsSecret(property.shape, given?.[name], given !== undefined),
  );
  return new Set(secret.map(([name]) => name));
}

/**
 * A fault as the engine's check failure. The engine prints the top-level value of the property that is named: so a fault in a secret
 * one, or deeper in one, names none and says its path in the reason.
 */
export function toFailure(fault: Fault, secrets: ReadonlySet<string>): CheckFailure {
  const property = topLevel(fault.property);
  const clause = clauseOf(fault, secrets);
  const unnamed = secrets.has(property) || property !== fault.property;
  const failure = new CheckFailure();
  failure.setProperty(unnamed ? "" : property);
  failure.setReason(unnamed ? `\`${fault.property}\` ${clause}` : clause);
  return failure;
}

/** A fault as a clause that continues the property's name; without the value where that is secret. */
export function clauseOf({ property, expectation, received, remedy }: Fault, secrets: ReadonlySet<string>): string {
  const got = received === undefined || secrets.has(topLevel(property)) ? "" : `, got ${show(received)}`;
  return [`${expectation}${got}.`, remedy].filter((part) => part !== undefined).join(" ");
}

/** A fault as a whole sentence, for errors that are printed without the property's name. */
export function toSentence(fault: Fault, secrets: ReadonlySet<string>): string {
  const failure = toFailure(fault, secrets);
  return failure.getProperty() === "" ? failure.getReason() : `\`${failure.getProperty()}\` ${failure.getReason()}`;
}

function checkObject(table: PropertyTable, given: Values, path: string, faults: Fault[]): Values {
  const known = Object.keys(table);
  for (const name of Object.keys(given)) {
    if (given[name] === undefined || Object.hasOwn(table, name)) continue;
    const renamed = renamedTo(table, name);
    if (renamed !== undefined) {
      faults.push({ property: join(path, name), expectation: `is called \`${renamed}\` now`, remedy: "Rename it." });
      continue;
    }
    const meant = nearest(name, known);
    const remedy = meant === undefined ? `The known ones are ${listed(known)}.` : `Did you mean \`${meant}\`?`;
    faults.push({ property: join(path, name), expectation: "is not a known property", remedy });
  }

  const checked: Record<string, Value> = {};
  for (const [name, property] of Object.entries(table)) {
    const value = given[name] ?? property.default;
    if (value !== undefined) checked[name] = checkValue(property.shape, property.rules ?? [], value, join(path, name), faults);
    else if (property.required === true) faults.push(missing(property, join(path, name)));
  }
  return checked;
}

function missing(property: Property, path: string): Fault {
  return { property: path, expectation: "must be given", remedy: property.whenMissing };
}

function checkValue(shape: Shape, rules: readonly Rule[], given: Value, path: string, faults: Fault[]): Value {
  const before = faults.length;
  const value = checkShape(shape, given, path, faults);
  if (faults.length > before || hasUnknown(value)) return value;
  for (const { expectation, holds, remedy } of rules) {
    if (!holds(value as never)) faults.push({ property: path, expectation, received: value, remedy });
  }
  return value;
}

function checkShape(shape: Shape, value: Value, path: string, faults: Fault[]): Value {
  if (value === unknownValue) return value;
  if (typeof shape === "string") {
    if (!isScalar(shape, value)) faults.push({ property: path, expectation: `must be ${nameOf(shape)}`, received: value });
    return (shape === "id" || shape === "size") && typeof value === "number" ? String(value) : value;
  }
  if ("listOf" in shape) {
    const rules = shape.each ?? [];
    if (isList(value)) return value.map((item, index) => checkValue(shape.listOf, rules, item, `${path}[${index}]`, faults));
  } else if (isObject(value)) {
    if ("object" in shape) return checkObject(shape.object, value, path, faults);
    const entries = Object.entries(value).filter(([, item]) => item !== undefined) as [string, Value][];
    return Object.fromEntries(entries.map(([name, item]) => [name, checkShape(shape.mapOf, item, join(path, name), faults)]));
  }
  faults.push({ property: path, expectation: `must be ${nameOf(shape)}`, received: value });
  return value;
}

function isScalar(shape: Scalar, value: Value): boolean {
  switch (shape) {
    case "string":
    case "path":
      return typeof value === "string";
    case "id":
    case "size":
      return typeof value === "string" || Number.isSafeInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return Number.isFinite(value);
  }
}

function nameOf(shape: Shape): string {
  if (typeof shape !== "string") {
    if ("listOf" in shape) return "a list";
    if ("mapOf" in shape) return `an object whose values are ${shape.mapOf === "string" ? "strings" : `each ${nameOf(shape.mapOf)}`}`;
    return `an object with ${listed(Object.keys(shape.object))}`;
  }
  switch (shape) {
    case "string":
    case "path":
      return "a string";
    case "id":
      return "an id, as a string or a whole number";
    case "size":
      return "a count such as `1` or a percentage such as `25%`";
    case "integer":
      return "a whole number";
    case "number":
      return "a number";
    case "boolean":
      return "`true` or `false`";
  }
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function shapeHoldsSecret(shape: Shape, value: Value | undefined, told: boolean): boolean {
  if (typeof shape === "string") return false;
  if ("mapOf" in shape) {
    if (!told) return shapeHoldsSecret(shape.mapOf, undefined, false);
    return isObject(value) && Object.values(value).some((item) => shapeHoldsSecret(shape.mapOf, item, true));
  }
  if ("listOf" in shape) {
    if (!told) return shapeHoldsSecret(shape.listOf, undefined, false);
    return isList(value) && value.some((item) => shapeHoldsSecret(shape.listOf, item, true));
  }
  return Object.entries(shape.object).some(([name, inner]) => {
    const held = isObject(value) ? value[name] : undefined;
    if (told && held === undefined) return false;
    return inner.secret === true || shapeHoldsSecret(inner.shape, held, told);
  });
}

/** `gate.http.port` -> `gate` */
export function topLevel(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? path;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** A received value, short and in backticks; quoted where it would otherwise look like something else. */
function show(value: unknown): string {
  const foreign = foreignKind(value);
  if (foreign !== undefined) return foreign;
  const bare = typeof value === "string" && value.trim() !== "";
  const text = bare ? value : JSON.stringify(value, (_, part: unknown) => (part === unknownValue ? "(unknown)" : part));
  return `\`${text.length > 120 ? `${text.slice(0, 120)}…` : text}\``;
}
