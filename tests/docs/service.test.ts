import path from "node:path";
import ts from "typescript";
import { imagefleet } from "../../provider/imagefleet";
import { blocksOf, readPage } from "./blocks";

const page = "docs/service.md";
const { inputs, outputs } = imagefleet().components!.find(({ token }) => token.endsWith(":ImageService"))!;

/** What stands under a heading of the page, by heading. */
const sections = readPage(page).split(/^##+ /m).map((text) => [text.split("\n")[0] ?? "", text] as const); // prettier-ignore

const quoted = (text: string) => [...text.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);

test("the page of a service has every argument, each with an example, and every output", () => {
  const documented = sections.filter(([title]) => title.startsWith("`"));
  const titles = documented.flatMap(([title]) => quoted(title));
  // The construct of other languages has an argument of its own where TypeScript has one of two forms.
  const otherForms = Object.keys(inputs).filter((name) => !titles.includes(name));
  expect(otherForms).toEqual(["publicKey", "projectId"]);
  expect(documented.flatMap(([, text]) => quoted(text))).toEqual(expect.arrayContaining(otherForms));
  expect(titles.filter((name) => !(name in inputs))).toEqual([]);
  expect(documented.filter(([, text]) => !/```ts\n[^]*?new ImageService\(/.test(text)).map(([title]) => title)).toEqual([]);
  const [, told] = sections.find(([title]) => title === "Outputs")!;
  expect(Object.keys(outputs).filter((name) => !told.includes(`| \`${name}\``))).toEqual([]);
});

test("the page's examples compile", () => {
  const [first = "", ...others] = blocksOf(page, "ts");
  const given = `
    import { ImageService, type ImageServiceArgs } from "imagefleet/service";
    declare const publicKey: string;
    declare const network: { readonly id: string };
    declare const service: Omit<ImageServiceArgs, "source" | "image"> & { readonly fleet: { size: string; count: number } };
    const { fleet } = service;`;
  const text = [given, `{\n${first.replace(/^import .*/, "").replace("export ", "")}\n}`, ...others.map((block) => `{\n${block}\n}`)].join(
    "\n",
  );
  const root = path.resolve(__dirname, "../..");
  const file = path.join(root, "tests/docs/page.ts");
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), (name) => ts.sys.readFile(name)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...how) =>
    name === file ? ts.createSourceFile(file, text, ts.ScriptTarget.ESNext) : getSourceFile(name, ...how);
  const program = ts.createProgram([file], { ...options, noEmit: true, composite: false, incremental: false }, host);
  const faults = program
    .getSemanticDiagnostics(program.getSourceFile(file))
    .concat(program.getSyntacticDiagnostics(program.getSourceFile(file)));
  expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
});
