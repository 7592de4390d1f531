import { createHash, scryptSync } from "node:crypto";
import { isKnown, type PropertyTable, type WithUnknowns } from "../host/property";

/** What a Droplet of a fleet is made from, by the names of the properties whose change rolls. Droplets of one template are interchangeable. */
export interface Template {
  /** The image's number. */
  readonly image: string;
  /** Size slug. */
  readonly size: string;
  readonly [property: string]: unknown;
}

/** Properties that a fingerprint names by position; what was added later is in it only where it is given, so that stored ones stay valid. */
const positions = 5;

const remembered = new Map<string, string>();

/** The properties of a table that make up the template. Lists among them are sets: their order has no meaning. */
export class TemplateProperties {
  readonly #defaults: ReadonlyMap<string, unknown>;
  readonly #required: readonly string[];

  constructor(table: PropertyTable) {
    const rolled = Object.entries(table).filter(([, { change }]) => change === "roll");
    this.#defaults = new Map(rolled.map(([name, property]) => [name, property.default]));
    this.#required = rolled.filter(([, { required }]) => required === true).map(([name]) => name);
  }

  /** The template in a fleet's inputs or outputs; undefined where they are incomplete or not known yet. */
  of(values: object): Template | undefined {
    const given = new Map<string, unknown>(Object.entries(values));
    const template = Object.fromEntries([...this.#defaults].map(([name, byDefault]) => [name, given.get(name) ?? byDefault]));
    const isComplete = this.#required.every((name) => template[name] !== undefined);
    return isComplete && Object.values(template).every(isWhollyKnown) ? (template as Template) : undefined;
  }

  /** Names of the properties in which two templates differ. */
  changed(one: Template, other: Template): readonly string[] {
    return [...this.#defaults].flatMap(([name, byDefault]) => {
      const [before, after] = [one, other].map((template) => JSON.stringify(ordered(template[name] ?? byDefault) ?? null));
      return before === after ? [] : [name];
    });
  }

  /** Whether two templates make the same Droplets. */
  same(one: Template, other: Template): boolean {
    return this.#canonical(one) === this.#canonical(other);
  }

  /**
   * Twelve hexadecimal digits that are the same for equal templates of one fleet. They stand in a tag that others can read, so they are
   * slow to try, salted by the fleet's id and truncated: user data can't be guessed from them.
   *
   * Computed at once, not in Node's thread pool: it happens once a template and process, and virtual time can't see threads.
   */
  fingerprint(template: Template, fleetId: string): string {
    const text = this.#canonical(template);
    const key = createHash("sha256").update(`${fleetId}\n${text}`).digest("base64");
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const made = scryptSync(text, fleetId, 6, { N: 16_384, r: 8, p: 1 }).toString("hex");
    remembered.set(key, made);
    return made;
  }

  #canonical(template: Template): string {
    const entries = [...this.#defaults].map(
      ([name, byDefault]) => [name, ordered(template[name] ?? byDefault), ordered(byDefault)] as const,
    );
    const given = entries.slice(positions).filter(([, value, byDefault]) => JSON.stringify(value) !== JSON.stringify(byDefault));
    return JSON.stringify([
      ...entries.slice(0, positions).map(([, value]) => value ?? null),
      ...given.map(([name, value]) => [name, value]),
    ]);
  }
}

function ordered(value: unknown): unknown {
  return Array.isArray(value) ? [...new Set(value as string[])].sort() : value;
}

function isWhollyKnown(value: WithUnknowns<unknown>): boolean {
  return isKnown(value) && (!Array.isArray(value) || value.every(isWhollyKnown));
}
