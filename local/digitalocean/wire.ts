import type { PropertyTable, Shape } from "../../provider/host/property";

export type Values = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, string>>;

/** Properties as the API's fields. */
export function toWire(table: PropertyTable, values: Values, fields: Fields = {}): Values {
  const wire: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const shape = table[name]?.shape;
    if (value !== undefined && shape !== undefined && fields[name] !== "")
      put(
        wire,
        pathOf(name, fields),
        mapped(shape, value, (inner, of) => toWire(of, inner, fields)),
      );
  }
  return wire;
}

/** The API's fields as properties; of a region its slug. */
export function fromWire(table: PropertyTable, wire: Values, fields: Fields = {}): Values {
  const values = Object.entries(table).map(([name, { shape }]) => {
    const value = pathOf(name, fields).reduce<unknown>((within, step) => (within as Values | undefined)?.[step], wire);
    if (value === undefined || value === null) return [name, undefined] as const;
    if (shape === "string" && typeof value === "object") return [name, (value as { readonly slug?: string }).slug] as const;
    return [name, mapped(shape, value, (inner, of) => fromWire(of, inner, fields))] as const;
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** The live values of the properties that were given: what the API filled in by itself is not the program's change. */
export function asGiven(given: unknown, live: unknown): unknown {
  if (Array.isArray(live)) return Array.isArray(given) ? live.map((item, index) => asGiven(given[index], item)) : live;
  if (typeof live !== "object" || live === null || typeof given !== "object" || given === null) return live;
  const names = Object.keys(given).filter((name) => name in live);
  return Object.fromEntries(names.map((name) => [name, asGiven((given as Values)[name], (live as Values)[name])]));
}

function mapped(shape: Shape, value: unknown, change: (values: Values, table: PropertyTable) => Values): unknown {
  if (typeof shape === "string" || "mapOf" in shape) return value;
  if ("listOf" in shape) return Array.isArray(value) ? value.map((item) => mapped(shape.listOf, item, change)) : value;
  return change(value as Values, shape.object);
}

function pathOf(name: string, fields: Fields): readonly string[] {
  return (fields[name] ?? name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)).split(".");
}

function put(wire: Record<string, unknown>, [step = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) wire[step] = value;
  else put((wire[step] ??= {}) as Record<string, unknown>, rest, value);
}
