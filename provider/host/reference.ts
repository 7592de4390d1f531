import type { Effect, Property, PropertyTable, Shape } from "./property";
import type { Provider } from "./provider";

/** The reference page: every resource, function and configuration property of the package, as Markdown. */
export function referencePage<S>(provider: Provider<S>): string {
  const sections = [
    `# Reference of \`${provider.name}\``,
    "Made from the property tables that the provider checks and compares by; `./bin/pulumi-resource-imagefleet` serves the same as a package schema.",
    provider.doc,
    "## Configuration",
    table(provider.configuration, "input"),
    ...provider.resources.flatMap((type) => [
      `## \`${type.token}\``,
      type.doc,
      `Time limits, where \`customTimeouts\` says nothing: create ${duration(type.timeoutSeconds.create)}, update ${duration(type.timeoutSeconds.update)}, delete ${duration(type.timeoutSeconds.delete)}.`,
      "### Inputs",
      table(type.inputs, "input"),
      "### Outputs, besides the inputs",
      table(type.outputs, "output"),
    ]),
    ...(provider.functions ?? []).flatMap((type) => [
      `## \`${type.token}\``,
      type.doc,
      "### Inputs",
      table(type.inputs, "input"),
      "### Outputs",
      table(type.outputs, "output"),
    ]),
  ];
  return `${sections.join("\n\n")}\n`;
}

function table(properties: PropertyTable, side: "input" | "output"): string {
  const header =
    side === "input"
      ? ["| property | type | what it is | a change |", "|---|---|---|---|"]
      : ["| property | type | what it is |", "|---|---|---|"];
  return [...header, ...rows(properties, "", side)].join("\n");
}

function rows(properties: PropertyTable, prefix: string, side: "input" | "output"): readonly string[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const cells = [`\`${path}\``, typeOf(property), property.doc, ...(side === "input" ? [effectIn(property, prefix)] : [])];
    const nested = objectIn(property.shape);
    const below = nested === undefined ? [] : rows(nested.properties, `${path}${nested.listed ? "[]" : ""}.`, side);
    return [`| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`, ...below];
  });
}

function typeOf({ shape, required, secret }: Property): string {
  return [nameOf(shape), required === true ? "required" : "", secret === true ? "secret" : ""].filter((word) => word !== "").join(", ");
}

function nameOf(shape: Shape): string {
  if (typeof shape === "string") return shape;
  return "listOf" in shape ? `list of ${nameOf(shape.listOf)}` : "object";
}

/** A nested property that says nothing does what the object around it does. */
function effectIn({ change }: Property, prefix: string): string {
  if (change === undefined) return prefix === "" ? words.update : "";
  return words[change];
}

const words: Readonly<Record<Effect, string>> = {
  update: "updates",
  roll: "replaces Droplets one after the other",
  replace: "replaces the resource",
  none: "does nothing to what exists",
};

function objectIn(shape: Shape): { readonly properties: PropertyTable; readonly listed: boolean } | undefined {
  if (typeof shape === "string") return undefined;
  if ("object" in shape) return { properties: shape.object, listed: false };
  const inner = objectIn(shape.listOf);
  return inner === undefined ? undefined : { properties: inner.properties, listed: true };
}

function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
