/**
 * Shapes of plain values. A shape reads one value and says every fault that it finds to the place where the value stands; what it
 * returns of a faulty value is never used.
 */
export type Shape<T> = (value: unknown, place: Place) => T;

/** Where a value stands, such as `fleets.web.count`, and who hears what is wrong with it. */
export class Place {
  readonly path: string;
  readonly #hear: Hear;

  constructor(path: string, hear: Hear) {
    this.path = path;
    this.#hear = hear;
  }

  at(step: string | number): Place {
    const separator = this.path === "" ? "" : ".";
    return new Place(typeof step === "number" ? `${this.path}[${step}]` : `${this.path}${separator}${step}`, this.#hear);
  }

  /** `expectation` is a clause that continues the path: "must be a list". The value is undefined where none is given. */
  refuse(expectation: string, value: unknown): never {
    this.#hear(this.path, expectation, value);
    // The one value that every shape can return without its being taken for a real one.
    return undefined as never;
  }
}

export type Hear = (path: string, expectation: string, value: unknown) => void;

export function text(expectation: string, pattern = /\S/): Shape<string> {
  return (value, place) => (typeof value === "string" && pattern.test(value) ? value : place.refuse(expectation, value));
}

export const integer: Shape<number> = (value, place) => {
  return typeof value === "number" && Number.isInteger(value) ? value : place.refuse("must be a whole number", value);
};

export const number: Shape<number> = (value, place) => (typeof value === "number" ? value : place.refuse("must be a number", value));

export const boolean: Shape<boolean> = (value, place) =>
  typeof value === "boolean" ? value : place.refuse("must be true or false", value);

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, place) => (value === undefined || value === null ? undefined : shape(value, place));
}

export function list<T>(expectation: string, element: Shape<T>, least = 0): Shape<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value) || value.length < least) return place.refuse(expectation, value);
    return value.map((item, index) => element(item, place.at(index)));
  };
}

/** A map whose keys the user chooses. */
export function mapOf<T>(expectation: string, key: RegExp, element: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, place) => {
    if (!isMap(value) || !Object.keys(value).every((name) => key.test(name))) return place.refuse(expectation, value);
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, element(item, place.at(name))]));
  };
}

/** A map of these keys and no others; a key that is missing is read as undefined. */
export function object<T extends object>(shapes: { readonly [K in keyof T]: Shape<T[K]> }): Shape<T> {
  const names = Object.keys(shapes) as (keyof T & string)[];
  return (value, place) => {
    if (!isMap(value)) return place.refuse(`must be a map of ${names.join(", ")}`, value);
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(shapes, name)) place.at(name).refuse(`is not known here, where there can be ${names.join(", ")}`, value[name]);
    }
    return Object.fromEntries(names.map((name) => [name, shapes[name](value[name], place.at(name))])) as T;
  };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
