import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { packageSchema } from "../../provider/host/schema";
import { imagefleet } from "../../provider/imagefleet";
import manifest from "../../package.json";

interface Described {
  readonly type?: string;
  readonly $ref?: string;
  readonly plain?: boolean;
  readonly description?: string;
}

interface Component {
  readonly isComponent?: boolean;
  readonly inputProperties: Readonly<Record<string, Described>>;
  readonly requiredInputs: readonly string[];
  readonly properties: Readonly<Record<string, Described>>;
  readonly methods?: Readonly<Record<string, string>>;
}

interface Called {
  readonly inputs: { readonly properties: Readonly<Record<string, Described>>; readonly required: readonly string[] };
}

const schema = JSON.parse(JSON.stringify(packageSchema(imagefleet()))) as {
  readonly resources: Readonly<Record<string, Component>>;
  readonly functions: Readonly<Record<string, Called>>;
  readonly types: Readonly<Record<string, { readonly properties: Readonly<Record<string, Described>> }>>;
};
const file = (name: string) => readFileSync(path.resolve(__dirname, "../../examples", name), "utf8");
const component = (name: string) => {
  const found = schema.resources[`imagefleet:index:${name}`];
  if (found?.isComponent !== true) throw new Error(`${name} is no component of the schema.`);
  return found;
};

/** What one program gives to a component, under the schema's own names. */
interface Use {
  readonly component: string;
  readonly given: readonly string[];
  readonly source?: readonly string[];
  readonly taken: readonly string[];
}

function expectOfSchema({ component: name, given, source = [], taken }: Use): void {
  const { inputProperties, requiredInputs, properties } = component(name);
  expect(Object.keys(inputProperties)).toEqual(expect.arrayContaining([...given]));
  expect(given).toEqual(expect.arrayContaining([...requiredInputs]));
  expect(Object.keys(properties)).toEqual(expect.arrayContaining([...taken]));
  const type = inputProperties["source"]?.$ref?.replace("#/types/", "") ?? "";
  if (source.length > 0) expect(Object.keys(schema.types[type]?.properties ?? {})).toEqual(expect.arrayContaining([...source]));
}

const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const lowered = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = ""]) => found);

test("examples/yaml gives each component what the schema asks for", () => {
  const program = parse(file("yaml/Pulumi.yaml")) as {
    readonly resources: Readonly<Record<string, { readonly type: string; readonly properties: Readonly<Record<string, unknown>> }>>;
  };
  const { image, fleet } = program.resources;
  expect([image?.type, fleet?.type]).toEqual(["imagefleet:CustomImage", "imagefleet:DropletFleet"]);
  const source = Object.keys(image?.properties["source"] as object);
  expectOfSchema({ component: "CustomImage", given: Object.keys(image?.properties ?? {}), source, taken: ["imageIds"] });
  expectOfSchema({ component: "DropletFleet", given: Object.keys(fleet?.properties ?? {}), taken: ["addresses"] });
  expect(all(file("yaml/Pulumi.yaml"), /\$\{(?:image|fleet)\.(\w+)/g)).toEqual(["imageIds", "addresses"]);
});

test("examples/python gives each component what the schema asks for", () => {
  const text = file("python/__main__.py");
  const [image = "", fleet = ""] = all(text, /imagefleet\.\w+\("web", (.*)\)$/gm);
  expect(all(text, /imagefleet\.([A-Z]\w+)\(/g)).toEqual(["CustomImage", "DropletFleet"]);
  const given = (call: string) => all(call, /(\w+)=/g).map(camel);
  const source = all(image, /source=\{"(\w+)"/g);
  expectOfSchema({ component: "CustomImage", given: given(image), source, taken: all(text, /image\.(\w+)\[/g).map(camel) });
  expectOfSchema({ component: "DropletFleet", given: given(fleet), taken: all(text, /fleet\.(\w+)\)/g).map(camel) });
});

test("examples/go gives each component what the schema asks for, plain where the schema says plain", () => {
  const text = file("go/main.go");
  const calls = [...text.matchAll(/imagefleet\.New(\w+)\(ctx, "web", &imagefleet\.(\w+)Args\{\n([^]*?)\n\t\t\}\)/g)];
  expect(calls.map(([, made, args]) => [made, args])).toEqual([
    ["CustomImage", "CustomImage"],
    ["DropletFleet", "DropletFleet"],
  ]);
  const [image = "", fleet = ""] = calls.map(([, , , fields = ""]) => fields);
  const fields = (call: string) => all(call, /^\t+(\w+):/gm).map(lowered);
  const source = all(image, /ImageImportSourceArgs\{(\w+):/g).map(lowered);
  expectOfSchema({ component: "CustomImage", given: fields(image), source, taken: all(text, /image\.([A-Z]\w+)\./g).map(lowered) });
  expectOfSchema({ component: "DropletFleet", given: fields(fleet), taken: all(text, /fleet\.([A-Z]\w+)\)/g).map(lowered) });
  for (const [name, call] of [["CustomImage", image] as const, ["DropletFleet", fleet] as const]) {
    for (const [, field = "", value = ""] of call.matchAll(/^\t+(\w+):\s+(.*),$/gm)) {
      const isPlain = component(name).inputProperties[lowered(field)]?.plain === true;
      expect([field, /^(\[\]string|")/.test(value)]).toEqual([field, isPlain]);
    }
  }
});

test("ImageService has the arguments that it has in TypeScript, described as there", () => {
  const text = readFileSync(path.resolve(__dirname, "../../components/service/serviceArgs.ts"), "utf8");
  const [body = ""] = /export interface ImageServiceArgs [^]*?\n\}\n/.exec(text) ?? [];
  const documented = [...body.matchAll(/\/\*\*([^]*?)\*\/\n {2}readonly (\w+)/g)].map(([, comment = "", name = ""]) => {
    const doc = comment
      .replace(/\s*\n\s*\*/g, "")
      .replace(/ Example: .*/s, "")
      .trim();
    return [name, doc] as const;
  });
  const { inputProperties } = component("ImageService");
  const inherited = ["source", "retain"];
  const ofUnions = ["publicKey", "projectId"];
  expect(Object.keys(inputProperties).sort()).toEqual([...inherited, ...ofUnions, ...documented.map(([name]) => name)].sort());
  const [, omitted = ""] = /interface ServiceFleetArgs extends Omit<\s+DropletFleetArgs,\s+([^>]*)>/.exec(text) ?? [];
  const withheld = all(omitted, /"(\w+)"/g).filter((name) => name !== "gate");
  const ofFleet = Object.keys(component("DropletFleet").inputProperties).filter((name) => !withheld.includes(name));
  expect(Object.keys(schema.types["imagefleet:index:ImageServiceFleet"]?.properties ?? {}).sort()).toEqual(ofFleet.sort());
  const otherwise = ["image", "fleet", "overrides", "sshKeys", "vpc", "project"];
  for (const [name, doc] of documented)
    if (!otherwise.includes(name)) expect([name, inputProperties[name]?.description]).toEqual([name, doc]);
});

test("`in(region)` is a method of the components that have it, and a function that takes the component first", () => {
  for (const name of ["CustomImage", "ImageReplication"]) {
    const token = `imagefleet:index:${name}`;
    expect(schema.resources[token]?.methods).toEqual({ in: `${token}/in` });
    const { properties, required } = schema.functions[`${token}/in`]!.inputs;
    expect(properties["__self__"]).toEqual({ $ref: `#/resources/${token}` });
    expect(required).toEqual(["__self__", "region"]);
  }
});

test("the schema has nothing that a language can't say: no unions, and every type that it refers to", () => {
  const text = JSON.stringify(schema);
  expect(text).not.toContain('"oneOf"');
  const types = all(text, /"\$ref":"#\/types\/([^"]+)"/g);
  expect(types.filter((type) => schema.types[type] === undefined)).toEqual([]);
});

test("generated code has the package's own names", () => {
  const { language, repository, publisher, license, pluginDownloadURL } = packageSchema(imagefleet()) as unknown as Readonly<
    Record<string, unknown>
  >;
  expect(language).toMatchObject({
    nodejs: { packageName: "imagefleet" },
    python: { packageName: "imagefleet" },
    go: { importBasePath: "github.com/imagefleet/imagefleet/sdk/go/imagefleet" },
    csharp: { rootNamespace: "Imagefleet" },
    java: expect.anything() as unknown,
  });
  for (const said of [repository, publisher, license]) expect(said).toMatch(/\S/);
  expect(pluginDownloadURL).toBe(manifest.pulumi.server);
});
