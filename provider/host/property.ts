/**
 * A resource's properties as data. One table drives the check of inputs, the diff, the package schema, the reference page, the SDK and
 * the TypeScript types of the handlers.
 */
export type PropertyTable = Readonly<Record<string, Property>>;

export interface Property {
  readonly shape: Shape;
  /** What it is (with its unit), range, default, and the source of a limit; the first sentence stands alone. */
  readonly doc: string;
  /** The smallest example in TypeScript, where the shape isn't obvious: `gate: { http: { port: 8080 } }`. */
  readonly example?: string;
  /** Must be given (an input), or is always there (an output). */
  readonly required?: boolean;
  /** The remedy, one sentence, where it is required and not given and that is not obvious. */
  readonly whenMissing?: string;
  /** What it was called in an earlier release: read as this one in a state, and an error that gives the new name in a program. */
  readonly formerly?: string;
  /** Of a component: can't be an Output, for it decides which resources exist. */
  readonly plain?: true;
  /** Filled in by the check where nothing was given. */
  readonly default?: PlainValue;
  /** Always kept secret, whoever sends it. A secret inside an object makes the whole object secret where it is given. */
  readonly secret?: boolean;
  /** What a change of this input does to a resource that exists; `update` where not said. */
  readonly change?: Effect;
  /** Rules beyond the shape, each checked on the known value only. */
  readonly rules?: readonly Rule[];
}

/** `roll` is an update that replaces Droplets one after the other; `none` is recorded and changes nothing. */
export type Effect = "update" | "roll" | "replace" | "none";

export type Shape = Scalar | ListShape | ObjectShape | MapShape;

/**
 * `id` is a string that may be given as a whole number, too, since the service's ids are numbers; `size` is one that counts, or a
 * percentage. `path` is a file of the machine that
 * the program runs on, which the SDK makes absolute.
 */
export type Scalar = "string" | "id" | "size" | "path" | "integer" | "number" | "boolean";

export interface ObjectShape {
  readonly object: PropertyTable;
  /** The type's name in the package, where several resources share it; otherwise it is named after where it stands. */
  readonly named?: string;
}

export interface ListShape {
  readonly listOf: Shape;
  /** Rules that each item must keep; a fault names the item, as in `regions[1]`. */
  readonly each?: readonly Rule[];
}

/** By any name, such as a region's. Handlers of resources see maps of strings only. */
export interface MapShape {
  readonly mapOf: Shape;
}

export interface Rule {
  /** A clause that continues the property's name: "must be a region slug such as `ams3`". */
  readonly expectation: string;
  readonly holds: (value: never) => boolean;
  readonly remedy?: string;
}

export type PlainValue = string | number | boolean | null | readonly PlainValue[] | { readonly [key: string]: PlainValue | undefined };

/** A value that the engine does not know yet, in a preview. */
export const unknownValue: unique symbol = Symbol("unknown until the resource exists");
export type Unknown = typeof unknownValue;

/** The same value, any part of which may still be unknown. */
export type WithUnknowns<T> =
  | Unknown
  | (T extends readonly (infer E)[] ? readonly WithUnknowns<E>[] : T extends object ? { readonly [K in keyof T]: WithUnknowns<T[K]> } : T);

/** Properties of which each, or any part of it, may still be unknown. */
export type PartlyKnown<T> = { readonly [K in keyof T]: WithUnknowns<T[K]> };

export function isKnown<T>(value: T | Unknown): value is T {
  return value !== unknownValue;
}

/** The value where it is known. */
export function known<T>(value: T | Unknown): T | undefined {
  return isKnown(value) ? value : undefined;
}

/** Those properties of a table. */
export function taken(table: PropertyTable, names: readonly string[]): PropertyTable {
  return Object.fromEntries(Object.entries(table).filter(([name]) => names.includes(name)));
}

type ValueOf<S> = S extends "string" | "id" | "size" | "path"
  ? string
  : S extends "integer" | "number"
    ? number
    : S extends "boolean"
      ? boolean
      : S extends { readonly listOf: infer E }
        ? readonly ValueOf<E>[]
        : S extends { readonly object: infer T extends PropertyTable }
          ? ValuesOf<T>
          : S extends { readonly mapOf: infer E }
            ? Readonly<Record<string, E extends "string" ? string : never>>
            : never;

type Present<T extends PropertyTable> = {
  [K in keyof T]: T[K] extends { readonly required: true } | { readonly default: PlainValue } ? K : never;
}[keyof T];

/** The plain values that a table describes: required and defaulted properties are always there. */
export type ValuesOf<T extends PropertyTable> = { readonly [K in Present<T>]: ValueOf<T[K]["shape"]> } & {
  readonly [K in Exclude<keyof T, Present<T>>]?: ValueOf<T[K]["shape"]>;
};
