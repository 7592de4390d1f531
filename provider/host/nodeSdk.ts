import { comment, file, firstSentence, list } from "./generatedText";
import { itemName, nestedName, nestedTables } from "./nestedTypes";
import type { Property, PropertyTable, Scalar, Shape } from "./property";
import type { AnyFunctionType, AnyResourceType, Provider } from "./provider";

/** The classes and functions by which a TypeScript program uses the package, from the tables: the text of each file by its name. */
export function nodeSdk<S>(provider: Provider<S>): Readonly<Record<string, string>> {
  const named = new Map<string, PropertyTable>();
  const files = [
    ...provider.resources.map((type) => [nameIn(type.token), resourceFile(type, named)] as const),
    ...(provider.functions ?? []).map((type) => [nameIn(type.token), functionFile(type, named)] as const),
    ["provider", providerFile(provider)] as const,
  ];
  // Read last: describing the rest fills it.
  const shared = [...named].map(
    ([name, table]) =>
      [name, file([typeImports(directNames(table)), plainInterface(name, table, "")].filter((part) => part !== ""))] as const,
  );
  const all = [...files, ...shared].map(([name, text]) => [`${lowered(name)}.ts`, text] as const);
  const index = file([all.map(([name]) => `export * from "./${name.replace(/\.ts$/, "")}";`).join("\n")]);
  return Object.fromEntries([...all, ["index.ts", index]]);
}

function resourceFile<S>({ token, doc, inputs, outputs }: AnyResourceType<S>, named: Map<string, PropertyTable>): string {
  const name = nameIn(token);
  const handling = handlingOf(inputs);
  const args = handling === undefined ? "args" : "handedOver(args, handling)";
  const fields = Object.entries({ ...brief(inputs), ...outputs }).map(([property, description]) => {
    const type = plainType(name, property, description.shape);
    return [
      ...comment(description.doc, "  "),
      `  declare readonly ${property}: pulumi.Output<${type}${isThere(description) ? "" : " | undefined"}>;`,
    ];
  });
  const body = [
    ...comment(doc, ""),
    `export class ${name} extends pulumi.CustomResource {`,
    ...fields.flat(),
    "",
    "  /** One that another program manages, by its id. */",
    `  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ${name} {`,
    `    return new ${name}(name, undefined, { ...opts, id });`,
    "  }",
    "",
    `  constructor(name: string, args: ${name}Args | undefined, opts?: pulumi.CustomResourceOptions) {`,
    `    const construction = withoutFrames(${name});`,
    "    try {",
    `      super("${token}", name, propertiesOf(properties, ${args}), versioned(opts));`,
    "    } catch (error) {",
    "      throw construction.failed(error);",
    "    } finally {",
    "      construction.end();",
    "    }",
    "  }",
    "}",
  ].join("\n");
  const names = Object.keys({ ...inputs, ...outputs }).map((property) => `"${property}"`);
  return file([
    imports(["propertiesOf", "versioned", "withoutFrames"], handling, sharedNames(outputs, named)),
    body,
    argsInterface(`${name}Args`, inputs, name),
    ...nestedTables(name, inputs).map((nested) =>
      argsInterface(`${nested.name}Args`, nested.table, nested.name, firstSentence(nested.doc)),
    ),
    ...nestedTables(name, inputs).map((nested) =>
      plainInterface(nested.name, brief(nested.table), nested.name, `\`${nested.name}Args\` once known.`),
    ),
    ...ownTypes(name, outputs),
    list("const properties = [", names, "];"),
    ...(handling === undefined ? [] : [`const handling = ${handling} as const;`]),
  ]);
}

function functionFile<S>({ token, doc, inputs, outputs }: AnyFunctionType<S>, named: Map<string, PropertyTable>): string {
  const name = nameIn(token);
  const [args, result] = [`${capital(name)}Args`, `${capital(name)}Result`];
  const handling = handlingOf(inputs);
  const given = handling === undefined ? "args" : "handedOver(args, handling)";
  return file([
    imports(["invocation"], handling, sharedNames(outputs, named)),
    [
      ...comment(doc, ""),
      `export function ${name}(args: ${args}, opts?: pulumi.InvokeOptions): Promise<${result}> {`,
      `  return pulumi.runtime.invoke(token, ${given}, invocation(opts)) as Promise<${result}>;`,
      "}",
    ].join("\n"),
    [
      "/** The same, of arguments that may be outputs. */",
      `export function ${name}Output(`,
      `  args: { readonly [K in keyof ${args}]: pulumi.Input<${args}[K]> },`,
      "  opts?: pulumi.InvokeOutputOptions,",
      `): pulumi.Output<${result}> {`,
      `  return pulumi.runtime.invokeOutput(token, ${given}, invocation(opts));`,
      "}",
    ].join("\n"),
    plainInterface(args, inputs, capital(name), `The arguments of \`${name}\`.`, "given"),
    plainInterface(result, outputs, capital(name), `What \`${name}\` finds.`),
    ...ownTypes(capital(name), outputs),
    `const token = "${token}";`,
    ...(handling === undefined ? [] : [`const handling = ${handling} as const;`]),
  ]);
}

function providerFile<S>({ name, doc, accountDoc = doc, configuration }: Provider<S>): string {
  const secrets = Object.keys(configuration).filter((property) => configuration[property]?.secret === true);
  const optional = Object.entries(configuration).map(([property, description]) => [property, { ...description, required: false }] as const);
  const handling = handlingOf(configuration) ?? "{}";
  const body = [
    ...comment(accountDoc, ""),
    "export class Provider extends pulumi.ProviderResource {",
    "  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {",
    `    const secrets = { additionalSecretOutputs: [${secrets.map((secret) => `"${secret}"`).join(", ")}] };`,
    `    super("${name}", name, { ...handedOver(args, handling) }, pulumi.mergeOptions(versioned(opts), secrets));`,
    "  }",
    "}",
  ].join("\n");
  const args = argsInterface("ProviderArgs", Object.fromEntries(optional), "Provider");
  return file([imports(["versioned"], handling, []), body, args, `const handling = ${handling} as const;`]);
}

function imports(declarations: readonly string[], handling: string | undefined, shared: readonly string[]): string {
  return [
    'import * as pulumi from "@pulumi/pulumi";',
    `import { ${declarations.join(", ")} } from "./declaration";`,
    ...(handling === undefined ? [] : ['import { handedOver } from "./handedOver";']),
    typeImports(shared),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function typeImports(shared: readonly string[]): string {
  return shared.map((name) => `import type { ${name} } from "./${lowered(name)}";`).join("\n");
}

function argsInterface(name: string, table: PropertyTable, prefix: string, doc = `The arguments of \`${prefix}\`.`): string {
  const members = Object.entries(table).flatMap(([property, { required, shape, doc: text, example }]) => {
    const type = `pulumi.Input<${inputType(prefix, property, shape)}${required === true ? "" : " | undefined"}>`;
    return [...comment(text, "  ", example), `  readonly ${property}${required === true ? "" : "?"}: ${type};`];
  });
  return [...comment(doc, ""), `export interface ${name} {`, ...members, "}"].join("\n");
}

/** Plain values: of what the provider answers, or of what it is `given`. */
function plainInterface(name: string, table: PropertyTable, prefix: string, doc = "", side: "given" | "answered" = "answered"): string {
  const members = Object.entries(table).flatMap(([property, description]) => {
    const there = side === "given" ? description.required === true : isThere(description);
    const type = plainType(prefix, property, description.shape, side === "given");
    return [...comment(description.doc, "  ", description.example), `  readonly ${property}${there ? "" : "?"}: ${type};`];
  });
  return [...comment(doc, ""), `export interface ${name} {`, ...members, "}"].join("\n");
}

/** The types of nested outputs that no other resource shares. */
function ownTypes(prefix: string, outputs: PropertyTable): readonly string[] {
  const own = nestedTables(prefix, outputs).filter(({ shared }) => !shared);
  return own.map(({ name, table, doc }) => plainInterface(name, table, name, firstSentence(doc)));
}

/** For what is described in full among the arguments. */
function brief(table: PropertyTable): PropertyTable {
  const entries = Object.entries(table).map(([name, property]) => [
    name,
    { ...property, doc: firstSentence(property.doc), example: undefined },
  ]);
  return Object.fromEntries(entries) as PropertyTable;
}

function plainType(prefix: string, name: string, shape: Shape, given = false): string {
  if (typeof shape === "string") return scalarType(shape, given);
  if ("listOf" in shape) {
    const item = plainType(prefix, itemName(name), shape.listOf, given);
    return item.includes("|") ? `(${item})[]` : `${item}[]`;
  }
  if ("mapOf" in shape) return `Readonly<Record<string, ${plainType(prefix, itemName(name), shape.mapOf, given)}>>`;
  return nestedName(prefix, name, shape);
}

function inputType(prefix: string, name: string, shape: Shape): string {
  if (typeof shape === "string") return scalarType(shape, true);
  if ("listOf" in shape) return `readonly pulumi.Input<${inputType(prefix, itemName(name), shape.listOf)}>[]`;
  if ("mapOf" in shape) return `Readonly<Record<string, pulumi.Input<${inputType(prefix, itemName(name), shape.mapOf)}>>>`;
  return `${nestedName(prefix, name, shape)}Args`;
}

function scalarType(shape: Scalar, given: boolean): string {
  switch (shape) {
    case "id":
    case "size":
      return given ? "string | number" : "string";
    case "string":
    case "path":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
  }
}

/** What the SDK does to arguments before they leave the program, as an expression; undefined where it leaves all of them as they are. */
function handlingOf(table: PropertyTable): string | undefined {
  const entries = Object.entries(table).flatMap(([name, { secret, shape }]) => {
    const handling = secret === true ? '"secret"' : shape === "path" ? '"absolute"' : nestedHandling(shape);
    return handling === undefined ? [] : [`${name}: ${handling}`];
  });
  return entries.length === 0 ? undefined : `{ ${entries.join(", ")} }`;
}

function nestedHandling(shape: Shape): string | undefined {
  return typeof shape === "object" && "object" in shape ? handlingOf(shape.object) : undefined;
}

/** Types that several resources share, each of which gets a file of its own; those that the table names by itself. */
function sharedNames(table: PropertyTable, named: Map<string, PropertyTable>): readonly string[] {
  for (const { name, table: own, shared } of nestedTables("", table)) if (shared) named.set(name, own);
  return directNames(table);
}

function directNames(table: PropertyTable): readonly string[] {
  return Object.values(table).flatMap(({ shape }) => (typeof shape === "object" && "object" in shape ? (shape.named ?? []) : []));
}

function isThere({ required, default: value }: Property): boolean {
  return required === true || value !== undefined;
}

/** `imagefleet:index:Fleet` -> `Fleet` */
function nameIn(token: string): string {
  return token.split(":").at(-1) ?? token;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function lowered(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
