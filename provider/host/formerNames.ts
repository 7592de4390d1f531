import type { PropertyTable, Shape } from "./property";
import { isList, isObject, type Decoded, type Value, type Values } from "./values";

/** The name of the property that was once called so, if there is one. */
export function renamedTo(table: PropertyTable, name: string): string | undefined {
  return Object.keys(table).find((present) => table[present]?.formerly === name);
}

/** What a state holds, under the names that its properties have today: a state outlives the version that wrote it. */
export function underPresentNames(table: PropertyTable, { values, secrets }: Decoded): Decoded {
  return { values: renamed(table, values), secrets: new Set([...secrets].map((name) => renamedTo(table, name) ?? name)) };
}

function renamed(table: PropertyTable, stored: Values): Values {
  const entries = Object.entries(stored).map(([name, value]) => {
    const present = renamedTo(table, name) ?? name;
    return [present, value === undefined ? value : renamedWithin(table[present]?.shape, value)] as const;
  });
  return Object.fromEntries(entries);
}

function renamedWithin(shape: Shape | undefined, stored: Value): Value {
  if (shape === undefined || typeof shape === "string" || "mapOf" in shape) return stored;
  if ("listOf" in shape) return isList(stored) ? stored.map((item) => renamedWithin(shape.listOf, item)) : stored;
  return isObject(stored) ? renamed(shape.object, stored) : stored;
}
