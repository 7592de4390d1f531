import type { Effect, Property, PropertyTable, Shape } from "./property";
import type { Provider } from "./provider";

/** The reference page: configuration, resources and functions of the package, as Markdown, from the tables that the provider works by. */
export function referencePage<S>(provider: Provider<S>): string {
  const sections = [
    `# Reference of \`${provider.name}\``,
    "Made from the tables by which the provider checks and compares; `pulumi package get-schema` prints the same for programs. An id may be given as a string or as a number; states and outputs have the string.",
    provider.doc,
    "## Configuration",
    list(provider.configuration, "input"),
    ...provider.resources.flatMap(({ token, doc, inputs, outputs, timeoutSeconds: { create, update, delete: remove } }) => [
      `## \`${token}\``,
      doc,
      `Time limits, where \`customTimeouts\` says nothing: create ${duration(create)}, update ${duration(update)}, delete ${duration(remove)}.`,
      "Inputs:",
      list(inputs, "input"),
      "Outputs, besides the inputs:",
      list(outputs, "output"),
    ]),
    ...(provider.functions ?? []).flatMap(({ token, doc, inputs, outputs }) => [
      `## \`${token}\``,
      doc,
      "Inputs:",
      list(inputs, "argument"),
      "Outputs:",
      list(outputs, "output"),
    ]),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** Where a property stands: what is given may be required, and of a resource's inputs a change does something. */
type Side = "input" | "argument" | "output";

function list(table: PropertyTable, side: Side): string {
  return lines(table, side, "").join("\n");
}

function lines(table: PropertyTable, side: Side, indent: string): readonly string[] {
  return Object.entries(table).flatMap(([name, property]) => [
    `${indent}- \`${name}\` (${traits(property, side, indent === "").join(", ")}): ${property.doc}${property.example === undefined ? "" : ` Example: \`${property.example}\`.`}`,
    ...lines(tableIn(property.shape), side, `${indent}  `),
  ]);
}

/** A nested property that says nothing of a change does what the object around it does. */
function traits({ shape, required, secret, change }: Property, side: Side, top: boolean): readonly string[] {
  const effect = change ?? (top ? "update" : undefined);
  return [
    nameOf(shape),
    ...(side !== "output" && required === true ? ["required"] : []),
    ...(secret === true ? ["secret"] : []),
    ...(side === "input" && effect !== undefined ? [effects[effect]] : []),
  ];
}

const effects: Readonly<Record<Effect, string>> = {
  update: "updates",
  roll: "rolls",
  replace: "replaces",
  none: "changes nothing that exists",
};

function nameOf(shape: Shape): string {
  if (typeof shape === "string") return shape === "path" ? "string" : shape;
  if ("mapOf" in shape) return `map of ${nameOf(shape.mapOf)}`;
  return "listOf" in shape ? `list of ${nameOf(shape.listOf)}` : "object";
}

function tableIn(shape: Shape): PropertyTable {
  if (typeof shape === "string") return {};
  if ("mapOf" in shape) return tableIn(shape.mapOf);
  return "listOf" in shape ? tableIn(shape.listOf) : shape.object;
}

function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
