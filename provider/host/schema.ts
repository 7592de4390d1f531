import { itemName, nestedName } from "./nestedTypes";
import type { Property, PropertyTable, Shape } from "./property";
import type { AnyFunctionType, AnyResourceType, ComponentType, Provider } from "./provider";

/** JSON as the package schema has it. */
type Json = string | number | boolean | null | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** The package's schema in Pulumi's own form: what `pulumi package get-schema` prints and what SDKs of other languages are made of. */
export function packageSchema<S>(provider: Provider<S>): JsonObject {
  const types: Record<string, JsonObject> = {};
  const describe = (prefix: string) => new Describer(provider.name, prefix, types);
  const configuration = configurationSchema(describe("Configuration").properties(provider.configuration));
  const resources = provider.resources.map((type) => [type.token, resourceSchema(type, describe(nameIn(type.token)))] as const);
  const components = (provider.components ?? []).map((type) => [type.token, componentSchema(type, describe(type.of))] as const);
  const functions = (provider.functions ?? []).map(
    (type) => [type.token, functionSchema(type, describe(capital(nameIn(type.token))))] as const,
  );
  const methods = (provider.components ?? []).flatMap((type) => methodSchemas(type, describe(nameIn(type.token))));

  return {
    name: provider.name,
    version: provider.version,
    description: provider.doc,
    ...(provider.packaging ?? {}),
    config: { variables: configuration, defaults: [] },
    provider: {
      description: provider.accountDoc ?? provider.doc,
      inputProperties: configuration,
      requiredInputs: [],
    },
    resources: Object.fromEntries([...resources, ...components]),
    functions: Object.fromEntries([...functions, ...methods]),
    // Read last: describing the rest fills it.
    types,
  };
}

function resourceSchema<S>(type: AnyResourceType<S>, describe: Describer): JsonObject {
  return {
    description: type.doc,
    inputProperties: describe.properties(type.inputs),
    requiredInputs: requiredNames(type.inputs),
    properties: describe.properties({ ...type.inputs, ...type.outputs }),
    required: [...alwaysThere(type.inputs), ...requiredNames(type.outputs)],
  };
}

function componentSchema(type: ComponentType, describe: Describer): JsonObject {
  return {
    isComponent: true,
    description: type.doc,
    inputProperties: describe.properties(type.inputs),
    requiredInputs: requiredNames(type.inputs),
    properties: describe.properties(type.outputs),
    required: requiredNames(type.outputs),
    methods: Object.fromEntries(Object.keys(type.methods ?? {}).map((method) => [method, `${type.token}/${method}`])),
  };
}

/** A method is a function that takes its component first. */
function methodSchemas({ token, methods = {} }: ComponentType, describe: Describer): readonly (readonly [string, JsonObject])[] {
  return Object.entries(methods).map(([name, { doc, inputs, outputs }]) => {
    const self = { __self__: { $ref: `#/resources/${token}` }, ...describe.properties(inputs) };
    const schema = {
      description: doc,
      inputs: { type: "object", properties: self, required: ["__self__", ...requiredNames(inputs)] },
      outputs: { type: "object", properties: describe.properties(outputs), required: requiredNames(outputs) },
    };
    return [`${token}/${name}`, schema];
  });
}

function functionSchema<S>(type: AnyFunctionType<S>, describe: Describer): JsonObject {
  return {
    description: type.doc,
    inputs: { type: "object", properties: describe.properties(type.inputs), required: requiredNames(type.inputs) },
    outputs: { type: "object", properties: describe.properties(type.outputs), required: requiredNames(type.outputs) },
  };
}

/**
 * The provider fills in defaults and the environment's values by itself: an SDK that did so would write them into the state, and what one
 * machine's environment says would be a change on the next. So the schema names neither, and requires nothing.
 */
function configurationSchema(properties: Readonly<Record<string, JsonObject>>): JsonObject {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, { ...property, default: undefined }]));
}

/** Turns tables into schema properties; each nested object becomes a type. */
class Describer {
  readonly #packageName: string;
  readonly #prefix: string;
  readonly #types: Record<string, JsonObject>;

  constructor(packageName: string, prefix: string, types: Record<string, JsonObject>) {
    this.#packageName = packageName;
    this.#prefix = prefix;
    this.#types = types;
  }

  properties(table: PropertyTable): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries(Object.entries(table).map(([name, property]) => [name, this.#property(name, property)] as const));
  }

  #property(name: string, property: Property): JsonObject {
    const { doc, secret, plain, change } = property;
    const literal = typeof property.default === "object" ? undefined : property.default;
    return {
      ...this.#shape(name, property.shape, plain),
      description: doc,
      default: literal,
      secret: secret === true ? true : undefined,
      // Not `replaceOnChanges`: that one would overrule a diff that knows better.
      willReplaceOnChanges: change === "replace" ? true : undefined,
    };
  }

  /** What is plain holds plain values, too: a language with types would take Outputs in a plain list otherwise. */
  #shape(name: string, shape: Shape, plain?: true): JsonObject {
    if (typeof shape === "string") return { type: ["id", "size", "path"].includes(shape) ? "string" : shape, plain };
    if ("listOf" in shape) return { type: "array", items: this.#shape(itemName(name), shape.listOf, plain), plain };
    if ("mapOf" in shape) return { type: "object", additionalProperties: this.#shape(itemName(name), shape.mapOf, plain), plain };
    const nested = nestedName(this.#prefix, name, shape);
    const token = `${this.#packageName}:index:${nested}`;
    const describe = new Describer(this.#packageName, nested, this.#types);
    this.#types[token] = { type: "object", properties: describe.properties(shape.object), required: requiredNames(shape.object) };
    return { $ref: `#/types/${token}`, plain };
  }
}

function requiredNames(table: PropertyTable): readonly string[] {
  return Object.keys(table).filter((name) => table[name]?.required === true);
}

function alwaysThere(table: PropertyTable): readonly string[] {
  return Object.keys(table).filter((name) => table[name]?.required === true || table[name]?.default !== undefined);
}

/** `imagefleet:index:Fleet` -> `Fleet` */
function nameIn(token: string): string {
  return token.split(":").at(-1) ?? token;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
