import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { unknownValue, type Unknown } from "./property";

/**
 * The one place that knows how the engine writes secrets, unknowns, assets and resource references. Everything behind it sees plain
 * values, `UNKNOWN`, and the names of the top-level properties that are secret.
 */
export type Value = Unknown | Foreign | string | number | boolean | null | readonly Value[] | Values;
export interface Values {
  readonly [name: string]: Value | undefined;
}

/** What one message carries. A secret anywhere below a top-level property makes the whole property secret. */
export interface Decoded {
  readonly values: Values;
  readonly secrets: ReadonlySet<string>;
}

const foreign = Symbol("a value that no table of ours can describe");

/** A value that no table of ours can describe; goes back to the engine as it came. */
export interface Foreign {
  /** What it is, in words. */
  readonly [foreign]: ForeignKind;
  readonly wire: Wire;
}

/** In words what a value is that no table of ours can describe; undefined for every other value. */
export function foreignKind(value: unknown): string | undefined {
  return isForeign(value) ? value[foreign] : undefined;
}

/** How the engine writes such a value; undefined for every other one. */
export function foreignWire(value: unknown): Readonly<Record<string, JavaScriptValue>> | undefined {
  return isForeign(value) ? value.wire : undefined;
}

type ForeignKind = "an asset" | "an archive" | "a resource reference";
type Wire = Readonly<Record<string, JavaScriptValue>>;

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const foreignSignatures: Readonly<Record<string, ForeignKind | undefined>> = {
  c44067f5952c0a294b673a41bacd8c17: "an asset",
  "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
  "5cf8f73096256a8f31e491e813e4eb8e": "a resource reference",
};

const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The engine has one marker a type; a TypeScript program sends the string's for all of them. */
const unknownMarkers: ReadonlySet<string> = new Set([
  unknownString,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);

/** Reads a message's properties. A property that is null counts as not given. */
export function decode(struct: Struct | undefined): Decoded {
  const values: Record<string, Value> = {};
  const secrets = new Set<string>();
  for (const [name, wire] of Object.entries(struct?.toJavaScript() ?? {})) {
    const value = fromWire(wire, () => secrets.add(name));
    if (value !== null) values[name] = value;
  }
  return { values, secrets };
}

/** Writes properties, those named in `secrets` in the secret envelope. Properties that are undefined are left out. */
export function encode(values: Values, secrets: ReadonlySet<string> = new Set()): Struct {
  const fields: Record<string, JavaScriptValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const wire = toWire(value);
    // The engine sends an unknown secret without its envelope, too.
    fields[name] = secrets.has(name) && value !== unknownValue ? { [signature]: secretSignature, value: wire } : wire;
  }
  return Struct.fromJavaScript(fields);
}

/** Whether the value or any part of it is still unknown. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value === unknownValue) return true;
  if (isList(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/** Equal in every part. An unknown part equals nothing, not even another unknown; undefined equals an absent property. */
export function equal(left: Value | undefined, right: Value | undefined): boolean {
  if (left === unknownValue || right === unknownValue) return false;
  if (left === right) return true;
  if (isList(left) && isList(right)) return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  if (!isObject(left) || !isObject(right)) return false;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((name) => equal(left[name], right[name]));
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isObject(value: Value | undefined): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isForeign(value);
}

function isForeign(value: unknown): value is Foreign {
  return typeof value === "object" && value !== null && foreign in value;
}

function fromWire(wire: JavaScriptValue, markSecret: () => void): Value {
  if (typeof wire === "string") return unknownMarkers.has(wire) ? unknownValue : wire;
  if (Array.isArray(wire)) return wire.map((item: JavaScriptValue) => fromWire(item, markSecret));
  if (typeof wire !== "object" || wire === null) return wire;

  const fields = wire as Wire;
  const special = fields[signature];
  if (special === undefined) {
    const values = Object.entries(fields).map(([name, item]) => [name, fromWire(item, markSecret)] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== null));
  }
  if (special === secretSignature || (special === outputSignature && fields["secret"] === true)) markSecret();
  if (special === secretSignature) return fromWire(fields["value"] ?? null, markSecret);
  if (special === outputSignature) return fields["value"] === undefined ? unknownValue : fromWire(fields["value"], markSecret);

  const kind = typeof special === "string" ? foreignSignatures[special] : undefined;
  if (kind === undefined) throw new Error("The engine sent a kind of value that this version of the provider does not know; update it.");
  return { [foreign]: kind, wire: fields };
}

function toWire(value: Value): JavaScriptValue {
  if (value === unknownValue) return unknownString;
  if (isForeign(value)) return value.wire;
  if (isList(value)) return value.map(toWire);
  if (!isObject(value)) return value;
  const present = Object.entries(value).flatMap(([name, item]) => (item === undefined ? [] : [[name, toWire(item)] as const]));
  return Object.fromEntries(present);
}
