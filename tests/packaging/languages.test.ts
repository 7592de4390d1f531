import { readFileSync } from "node:fs";
import path from "node:path";
import { packageSchema } from "../../provider/host/schema";
import { imagefleet } from "../../provider/imagefleet";
import manifest from "../../package.json";

interface Described {
  readonly type?: string;
  readonly $ref?: string;
  readonly description?: string;
}

interface Component {
  readonly isComponent?: boolean;
  readonly inputProperties: Readonly<Record<string, Described>>;
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
const component = (name: string) => {
  const found = schema.resources[`imagefleet:index:${name}`];
  if (found?.isComponent !== true) throw new Error(`${name} is no component of the schema.`);
  return found;
};

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = ""]) => found);

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
