import type { ObjectShape, PropertyTable, Shape } from "./property";

/** An object inside a table, which becomes a type of the package. */
export interface NestedType {
  readonly name: string;
  readonly table: PropertyTable;
  readonly doc: string;
  /** Whether it is the same type wherever it stands. */
  readonly shared: boolean;
}

/** What a nested object's type is called: after where it stands (`FleetDroplet` for an item of the fleet's `droplets`), or as it says itself. */
export function nestedName(prefix: string, name: string, { named }: ObjectShape): string {
  return named ?? `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** `droplets` -> `droplet` */
export function itemName(name: string): string {
  return name.replace(/s$/, "");
}

/** All objects inside a table, at any depth, each once. */
export function nestedTables(prefix: string, table: PropertyTable): readonly NestedType[] {
  return Object.entries(table).flatMap(([name, { shape, doc }]) => nestedIn(prefix, name, shape, doc));
}

function nestedIn(prefix: string, name: string, shape: Shape, doc: string): readonly NestedType[] {
  if (typeof shape === "string") return [];
  if ("mapOf" in shape) return nestedIn(prefix, itemName(name), shape.mapOf, doc);
  if ("listOf" in shape) return nestedIn(prefix, itemName(name), shape.listOf, doc);
  const type = nestedName(prefix, name, shape);
  return [{ name: type, table: shape.object, doc, shared: shape.named !== undefined }, ...nestedTables(type, shape.object)];
}
