import type { Property, PropertyTable, Shape } from "../../provider/host/property";
import declared from "./officialDeclarations.json";

/** The official package's classes that the stand-in has. */
export const classes = [
  ...(["Certificate", "DnsRecord", "Domain", "Firewall", "LoadBalancer", "Project", "ProjectResources"] as const),
  ...(["ReservedIp", "ReservedIpAssignment", "SshKey", "Tag", "Vpc"] as const),
] as const;

export type OfficialClass = (typeof classes)[number];

/** What the official package declares of one class. */
export interface OfficialType {
  readonly token: string;
  /** Its arguments: what is not among them is an error. */
  readonly inputs: PropertyTable;
  /** What it gives besides. */
  readonly outputs: PropertyTable;
}

/** One class; a change of the inputs that `replaces` names makes it anew, and `required` ones have to be given here. */
export function officialType(name: OfficialClass, { replaces = [], required = [] }: Adjustments = {}): OfficialType {
  const { inputs, outputs } = declared[name] as unknown as Readonly<Record<"inputs" | "outputs", PropertyTable>>;
  const module = `${name[0]?.toLowerCase() ?? ""}${name.slice(1)}`;
  const adjusted = Object.entries(documented(inputs)).map(([property, about]): [string, Property] => {
    const change = replaces.includes(property) ? "replace" : "update";
    return [property, { ...about, change, required: about.required === true || required.includes(property) }];
  });
  return { token: `digitalocean:index/${module}:${name}`, inputs: Object.fromEntries(adjusted), outputs: documented(outputs) };
}

export interface Adjustments {
  readonly replaces?: readonly string[];
  readonly required?: readonly string[];
}

/** The host's tables have a text for each property. */
function documented(table: PropertyTable): PropertyTable {
  const doc = "As the official package documents it.";
  return Object.fromEntries(Object.entries(table).map(([name, property]) => [name, { ...property, shape: within(property.shape), doc }]));
}

function within(shape: Shape): Shape {
  if (typeof shape === "string" || "mapOf" in shape) return shape;
  return "listOf" in shape ? { listOf: within(shape.listOf) } : { ...shape, object: documented(shape.object) };
}
