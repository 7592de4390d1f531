import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import manifest from "../../package.json";
import { builtRelease, scratchFolder, unpacked } from "./builtRelease";

const root = path.resolve(__dirname, "../..");
const exported = ["ArgumentError", "CustomImage", "DropletFleet", "Fleet", "ImageImport", "ImageReplica", "ImageReplication", "Provider"];

const compiler = path.join(root, "node_modules/typescript/bin/tsc");

let installed: string;
let project: string;

/** A project in which nothing is installed but the package, some of Pulumi's and Node's own types. */
async function projectWith(peers: readonly string[]): Promise<string> {
  const folder = await scratchFolder();
  const modules = path.join(folder, "node_modules");
  for (const scope of ["@pulumi", "@types"]) mkdirSync(path.join(modules, scope), { recursive: true });
  for (const name of [...peers.map((peer) => `@pulumi/${peer}`), "@types/node"]) {
    symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
  }
  const release = await unpacked(path.join(await builtRelease(), `imagefleet-${manifest.version}.tgz`));
  await rename(path.join(release, "package"), path.join(modules, "imagefleet"));
  return folder;
}

beforeAll(async () => {
  project = await projectWith(["pulumi", "digitalocean"]);
  installed = path.join(project, "node_modules", "imagefleet");
});

/** The package's files below a folder, by path from its root. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(path.join(installed, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.relative(installed, path.join(entry.parentPath, entry.name)));
}

test("it is small: fewer than 100 files, which are its two entries, the command line and what people read", async () => {
  const files = await filesBelow(".");
  expect(files.length).toBeLessThan(100);
  const others = files.filter((file) => !/^(docs|examples|stacks)\/|^dist\/.*\.(js|d\.ts)$/.test(file)).sort();
  expect(others).toEqual(["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "bin/imagefleet", "package.json"]);
});

test("its modules are those that its entries load, and none names a source map", async () => {
  const modules = (await filesBelow("dist")).filter((file) => file.endsWith(".js"));
  const list = 'require("imagefleet"); require("imagefleet/service"); console.log(JSON.stringify(Object.keys(require.cache)));';
  const loaded = JSON.parse(execFileSync(process.execPath, ["-e", list], { cwd: project, encoding: "utf8" })) as readonly string[];
  expect(modules.filter((file) => !loaded.includes(path.join(installed, file)))).toEqual([]);
  const texts = await Promise.all(modules.map((file) => readFile(path.join(installed, file), "utf8")));
  expect(modules.filter((_, index) => texts[index]?.includes("sourceMappingURL"))).toEqual([]);
});

test("it brings no packages, and says what registries and the engine read", async () => {
  const published = JSON.parse(await readFile(path.join(installed, "package.json"), "utf8")) as Record<string, unknown>;
  expect(published).not.toHaveProperty("private");
  expect(published).not.toHaveProperty("dependencies");
  expect(published).not.toHaveProperty("devDependencies");
  expect(published).not.toHaveProperty("scripts");
  expect(published).toMatchObject({
    name: "imagefleet",
    version: manifest.version,
    bin: { imagefleet: "bin/imagefleet" },
    repository: manifest.repository,
    license: "Apache-2.0",
    peerDependencies: manifest.peerDependencies,
    pulumi: { resource: true, name: "imagefleet", version: manifest.version, server: manifest.pulumi.server },
  });
  expect(published["keywords"]).toContain("pulumi");
});

test("what README and docs link to is there", async () => {
  const pages = [
    "README.md",
    ...(await readdir(path.join(installed, "docs"))).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
  ];
  const missing: string[] = [];
  for (const page of pages) {
    const text = await readFile(path.join(installed, page), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      if (!existsSync(path.join(installed, path.dirname(page), target))) missing.push(`${page}: ${target}`);
    }
  }
  expect(missing).toEqual([]);
});

test.each([
  ["commonjs", "index.ts", { module: "commonjs", moduleResolution: "node10", skipLibCheck: true }],
  ["nodenext, its own types checked too", "index.mts", { module: "nodenext", moduleResolution: "nodenext", skipLibCheck: false }],
  ["a bundler", "index.ts", { module: "esnext", moduleResolution: "bundler", skipLibCheck: true }],
])("a program in strict TypeScript compiles against it as %s, and a wrong argument is the compiler's error", async (_, name, options) => {
  const program = `import { ${exported.join(", ")} } from "imagefleet";
import { ImageService } from "imagefleet/service";
const image = new CustomImage("web", { source: { url: "https://images.example.com/web.qcow2" }, regions: ["nyc3", "ams3"] });
const fleet = new DropletFleet("web", { image, region: "ams3", size: "s-1vcpu-1gb", count: 3, sshKeys: ["1"] });
// @ts-expect-error -- regions are a list.
export const wrong = () => new CustomImage("web", { source: { url: "https://images.example.com/web.qcow2" }, regions: "nyc3" });
const service = new ImageService("web", { image, regions: ["ams3"], fleet: { size: "s-1vcpu-1gb", count: 3 }, sshKeys: ["1"] });
// @ts-expect-error -- a count is a number.
export const many = () => new ImageService("web", { image, regions: ["ams3"], fleet: { size: "s-1vcpu-1gb", count: [3] }, sshKeys: ["1"] });
export const url = service.url.apply((one?: string) => one);
export const addresses = fleet.addresses.apply((all: string[]) => all.join());
export const all = [${exported.join(", ")}];
`;
  await writeFile(path.join(project, name), program);
  const compilerOptions = { ...options, target: "es2022", strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: ["node"] };
  await writeFile(path.join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [name] }));
  const { stdout } = spawnSync(process.execPath, [compiler, "-p", project], { encoding: "utf8" });
  expect(stdout.split("\n").filter((line) => !line.startsWith("node_modules/@"))).toEqual([""]);
});

test("its declarations are for the TypeScript that Pulumi's SDK brings, too, which serves where none is installed", async () => {
  const theirs = path.join(root, "node_modules/@pulumi/pulumi/vendor/typescript@3.8.3/typescript.js");
  const { default: ts } = (await import(theirs)) as { readonly default: typeof import("typescript") };
  expect(ts.version).toBe("3.8.3");
  const file = path.join(project, "old.ts");
  await writeFile(file, 'export { CustomImage } from "imagefleet"; export { ImageService } from "imagefleet/service";');
  const program = ts.createProgram([file], { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.CommonJS, strict: true, types: [] });
  const ours = program.getSourceFiles().filter(({ fileName }) => fileName === file || fileName.startsWith(`${installed}/`));
  expect(ours.length).toBe(4);
  const faults = ours.flatMap((each) => [...program.getSyntacticDiagnostics(each), ...program.getSemanticDiagnostics(each)]);
  expect(faults.map((fault) => [fault.file?.fileName, fault.messageText])).toEqual([]);
});

test.each([
  [
    "require",
    "load.cjs",
    `const all = require("imagefleet"); console.log(${JSON.stringify(exported)}.map((name) => typeof all[name]).join());`,
  ],
  [
    "import",
    "load.mjs",
    `import { ${exported.join(", ")} } from "imagefleet"; console.log([${exported.join(", ")}].map((each) => typeof each).join());`,
  ],
])("Node.js loads it by `%s`", async (_, name, text) => {
  await writeFile(path.join(project, name), text);
  expect(execFileSync(process.execPath, [path.join(project, name)], { encoding: "utf8" })).toBe(
    `${exported.map(() => "function").join()}\n`,
  );
});

describe.each([
  ["require", "service.cjs", 'const { ImageService } = require("imagefleet/service"); console.log(typeof ImageService);'],
  ["import", "service.mjs", 'import { ImageService } from "imagefleet/service"; console.log(typeof ImageService);'],
])("`imagefleet/service`, loaded by `%s`", (_, name, text) => {
  test("works beside the official package", async () => {
    await writeFile(path.join(project, name), text);
    expect(execFileSync(process.execPath, [path.join(project, name)], { encoding: "utf8" })).toBe("function\n");
  });

  test("says what to install where that isn't there, and the main entry does without", async () => {
    const bare = await projectWith(["pulumi"]);
    await writeFile(path.join(bare, "main.cjs"), 'console.log(typeof require("imagefleet").CustomImage);');
    expect(execFileSync(process.execPath, [path.join(bare, "main.cjs")], { encoding: "utf8" })).toBe("function\n");
    await writeFile(path.join(bare, name), text);
    const { status, stderr } = spawnSync(process.execPath, [path.join(bare, name)], { encoding: "utf8" });
    expect(status).toBe(1);
    const said = "`imagefleet/service` needs the package `@pulumi/digitalocean` beside it: run `npm install @pulumi/digitalocean`.";
    expect(stderr).toContain(`Error: ${said}\n`);
  });
});

describe("its command line", () => {
  const command = (...args: readonly string[]) =>
    spawnSync(path.join(installed, "bin/imagefleet"), args, { cwd: project, encoding: "utf8" });

  test("says its version, and offers what works outside of the repository", () => {
    expect(command("--version")).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: "" });
    const { status, stdout } = command("--help");
    expect(status).toBe(0);
    const verbs = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, verb]) => verb);
    expect(verbs).toEqual(["contract", "emulator", "images", "inspect", "report", "help"]);
  });

  test("inspects an image, and names a file that is not there in one sentence", async () => {
    await writeFile(path.join(project, "disk.raw"), Buffer.alloc(1024 * 1024));
    expect(command("inspect", "disk.raw").stdout).toContain("partition-table-missing");
    const missing = command("inspect", "nowhere.qcow2");
    expect(missing.status).not.toBe(0);
    expect(missing.stderr.trim().split("\n")).toHaveLength(1);
  });

  test("emulates the service, and lists the images that are there", async () => {
    const emulator = spawn(path.join(installed, "bin/imagefleet"), ["emulator"], { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [line] = (await once(emulator.stdout, "data")) as [Buffer];
      const { url, token } = JSON.parse(String(line)) as { readonly url: string; readonly token: string };
      const env = { ...process.env, DIGITALOCEAN_API_URL: url, DIGITALOCEAN_TOKEN: token };
      const listed = promisify(execFile)(path.join(installed, "bin/imagefleet"), ["images", "--json"], { cwd: project, env });
      expect(JSON.parse((await listed).stdout)).toEqual({ images: [] });
    } finally {
      emulator.kill("SIGTERM");
    }
    expect(await once(emulator, "close")).toEqual([0, null]);
  });

  test("answers an unknown verb with exit code 2", () => {
    expect(command("demo")).toMatchObject({ status: 2, stdout: "" });
  });
});
