import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import type { ObjectShape, PropertyTable, Shape } from "../../provider/host/property";
import { classes } from "./officialTypes";

const official = path.dirname(require.resolve("@pulumi/digitalocean/package.json"));

/** Written anew by `./bin/imagefleet reference`; the plugin reads this file, so that it starts without a compiler. */
export const officialDeclarationsFile = "local/digitalocean/officialDeclarations.json";

/** What the official package's own declarations say of the types that the stand-in has: their arguments, and what else they give. */
export function officialSchema(): string {
  const nested = declarations("types/input.d.ts");
  const types = classes.map((name) => {
    const declared = declarations(`${name[0]?.toLowerCase() ?? ""}${name.slice(1)}.d.ts`);
    const inputs = tableOf(declared, `${name}Args`, nested);
    const state = tableOf(declared, `${name}State`, nested);
    return [name, { inputs, outputs: Object.fromEntries(Object.entries(state).filter(([property]) => !(property in inputs))) }];
  });
  return `${JSON.stringify(Object.fromEntries(types), null, 2)}\n`;
}

type Declarations = ReadonlyMap<string, ts.InterfaceDeclaration>;
type Undocumented = Readonly<Record<string, { readonly shape: Shape; readonly required?: true }>>;

function declarations(file: string): Declarations {
  const source = ts.createSourceFile(file, readFileSync(path.join(official, file), "utf8"), ts.ScriptTarget.Latest);
  return new Map(source.statements.filter(ts.isInterfaceDeclaration).map((declared) => [declared.name.text, declared]));
}

function tableOf(declared: Declarations, name: string, nested: Declarations): Undocumented {
  const members = declared.get(name)?.members.filter(ts.isPropertySignature);
  if (members === undefined) throw new Error(`The official package must declare \`${name}\`, and does not.`);
  return Object.fromEntries(
    members.map((member) => {
      const shape = shapeOf(member.type, nested);
      const property = (member.name as ts.Identifier).text;
      return [property, member.questionToken === undefined ? { shape, required: true } : { shape }];
    }),
  );
}

function shapeOf(type: ts.TypeNode | undefined, nested: Declarations): Shape {
  if (type === undefined) throw new Error("A property of the official package must have a type.");
  if (ts.isUnionTypeNode(type)) return shapeOf(type.types[0], nested);
  if (ts.isArrayTypeNode(type)) return { listOf: shapeOf(type.elementType, nested) };
  if (type.kind === ts.SyntaxKind.NumberKeyword) return "number";
  if (type.kind === ts.SyntaxKind.BooleanKeyword) return "boolean";
  if (!ts.isTypeReferenceNode(type)) return "string";
  const { typeName, typeArguments } = type;
  const name = ts.isIdentifier(typeName) ? typeName.text : typeName.right.text;
  return name === "Input" ? shapeOf(typeArguments?.[0], nested) : objectOf(name, nested);
}

function objectOf(name: string, nested: Declarations): ObjectShape {
  return { object: tableOf(nested, name, nested) as PropertyTable, named: name };
}
