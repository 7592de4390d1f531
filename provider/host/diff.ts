import type { Effect, Property, PropertyTable } from "./property";
import type { Effects } from "./resource";
import { equal, isObject, type Value, type Values } from "./values";

/** What a change does, as the engine wants to be told. */
export interface Difference {
  readonly kind: "add" | "delete" | "update";
  readonly replaces: boolean;
  /** Between the inputs; otherwise between the live outputs and what is wanted. */
  readonly ofInputs: boolean;
}

const strength: Readonly<Record<Effect, number>> = { none: 0, update: 1, roll: 2, replace: 3 };

/** The inputs whose values differ, with what the table says that the change does. An unknown value differs. */
export function effectsByTable(table: PropertyTable, before: Values, after: Values): Effects {
  const effects: Record<string, Effect> = {};
  for (const [name, property] of Object.entries(table)) {
    if (!equal(before[name], after[name])) effects[name] = effectOf(property, before[name], after[name], "update");
  }
  return effects;
}

/** Each property whose change does something, by its top-level name: the engine shows a nested path of an output as a deletion. */
export function differences(effects: Effects, before: Values, after: Values): ReadonlyMap<string, Difference> {
  const found = new Map<string, Difference>();
  for (const [name, effect] of Object.entries(effects)) {
    if (effect === "none") continue;
    const ofInputs = !equal(before[name], after[name]);
    const kind = !ofInputs ? "update" : before[name] === undefined ? "add" : after[name] === undefined ? "delete" : "update";
    found.set(name, { kind, ofInputs, replaces: effect === "replace" });
  }
  return found;
}

/** An object whose parts say what their change does has the strongest effect of the parts that changed. */
function effectOf(property: Property, before: Value | undefined, after: Value | undefined, inherited: Effect): Effect {
  const own = property.change ?? inherited;
  const { shape } = property;
  if (typeof shape === "string" || !("object" in shape) || !isObject(before) || !isObject(after)) return own;
  const changed = Object.entries(shape.object).filter(([name]) => !equal(before[name], after[name]));
  const effects = changed.map(([name, part]) => effectOf(part, before[name], after[name], own));
  return effects.reduce((strongest, effect) => (strength[effect] > strength[strongest] ? effect : strongest), effects[0] ?? own);
}
