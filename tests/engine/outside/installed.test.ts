import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import pulumi from "@pulumi/pulumi/package.json";
import { openWorkspace } from "../../../local/workspace";
import manifest from "../../../package.json";
import { blocksOf } from "../../docs/blocks";
import { builtRelease, scratchFolder } from "../../packaging/builtRelease";
import { answersOf, nothing } from "../helpers/account";
import { useService } from "../helpers/service";
import { serveRelease } from "../../../local/releaseServer";

const run = promisify(execFile);
const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
const archive = `pulumi-resource-imagefleet-v${manifest.version}-${platform}.tar.gz`;

/** README's five lines, where the image and a key are known. */
function fiveLines(url: string, sshKeys: readonly string[]): string {
  const readme = readFileSync(path.resolve(__dirname, "../../../README.md"), "utf8");
  const [, lines = ""] = /```ts\n(import \{ CustomImage, DropletFleet \} [^`]*)```/.exec(readme) ?? [];
  const [first = "", ...rest] = lines.replace("https://images.example.com/web-1.4.2.qcow2.gz", url).split("\n");
  return [first, `const sshKeys = ${JSON.stringify(sshKeys)};`, ...rest].join("\n");
}

let release: string;
let server: Awaited<ReturnType<typeof serveRelease>>;

beforeAll(async () => {
  release = await builtRelease();
  server = await serveRelease(release);
});
afterAll(() => server.close());

/** An engine's command in a folder and plugin home of its own, which reports no exit code but fails. */
async function engine(cwd: string, home: string, ...args: readonly string[]) {
  const { pulumi: executable, env } = await openWorkspace({ log: () => undefined });
  const own = { ...process.env, ...env, PULUMI_HOME: home, PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: server.overrides };
  return run(executable, [...args, "--non-interactive", "--color", "never"], { cwd, env: own });
}

test("installed from its tarball into an empty project, README's five lines run with plain `pulumi up`: the engine fetches the plugin by itself", async () => {
  const project = await scratchFolder();
  await writeFile(path.join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  await writeFile(path.join(project, "package.json"), JSON.stringify({ name: "shop", private: true }));
  const tarball = path.join(release, `imagefleet-${manifest.version}.tgz`);
  const [install = ""] = blocksOf("docs/install.md", "sh");
  expect(blocksOf("README.md", "sh")).toContain(install);
  const here = install.replace("imagefleet @pulumi/pulumi", `${tarball} @pulumi/pulumi@${pulumi.version}`);
  await run("bash", ["-ec", `${here.trim()} --prefer-offline --no-audit --no-fund`], { cwd: project });

  const { stack, image, sshKeys, account } = await useService({ program: project, ownProcess: true });
  await writeFile(path.join(project, "index.ts"), fiveLines((await image("web-1.4.2.qcow2.gz")).url, sshKeys));
  const found = { PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: server.overrides, PULUMI_NODEJS_TRANSPILE_ONLY: undefined };
  stack.setEnv({ ...found, PULUMI_HOME: await scratchFolder() });
  server.asked.length = 0;

  const first = await stack.up();
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(server.asked).toEqual([archive]);
  expect((await account()).droplets).toHaveLength(3);
  expect(await answersOf((await stack.outputs()).addresses)).toEqual([200, 200, 200]);
  expect(await stack.update("--expect-no-changes")).toSucceed();

  // A runner that has the state and neither the program's packages nor the plugin.
  const bare = await scratchFolder();
  await writeFile(path.join(bare, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  stack.useProgram(bare);
  stack.setEnv({ PULUMI_HOME: await scratchFolder() });
  expect(await stack.destroy()).toSucceed();
  expect(server.asked).toEqual([archive, archive]);
  expect(await account()).toEqual(nothing);
});

/** The oldest SDK that the package's range allows, and the newest that it was tried with. */
const [oldest = ""] = /[\d.]+/.exec(manifest.peerDependencies["@pulumi/pulumi"]) ?? [];
const newest = "3.276.0";

test.each([
  ["pnpm@10.34.8", "pnpm add", oldest],
  ["yarn@1.22.22", "yarn add --ignore-engines", newest],
])("installed by %s with `%s`, README's five lines run on Pulumi's SDK %s, too", async (manager, add, sdk) => {
  const project = await scratchFolder();
  await writeFile(path.join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  await writeFile(path.join(project, "package.json"), JSON.stringify({ name: "shop", private: true }));
  const tarball = path.join(release, `imagefleet-${manifest.version}.tgz`);
  const command = `npm exec --yes --package=${manager} -- ${add} ${tarball} @pulumi/pulumi@${sdk} typescript@5.9.3 ts-node@10.9.2`;
  await run("bash", ["-ec", command], { cwd: project, env: { ...process.env, npm_config_store_dir: await scratchFolder() } });
  const sdkThere = readFileSync(path.join(project, "node_modules/@pulumi/pulumi/package.json"), "utf8");
  expect(JSON.parse(sdkThere)).toMatchObject({ version: sdk });

  const { stack, image, sshKeys, account } = await useService({ program: project, ownProcess: true });
  await writeFile(path.join(project, "index.ts"), fiveLines((await image("web-1.4.2.qcow2.gz")).url, sshKeys));
  const found = { PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: server.overrides, PULUMI_NODEJS_TRANSPILE_ONLY: undefined };
  stack.setEnv({ ...found, PULUMI_HOME: await scratchFolder() });
  expect(await stack.update()).toMatchObject({ code: 0, stderr: "" });
  expect((await account()).droplets).toHaveLength(3);
});

test("`pulumi install` fetches the plugin that the package names", async () => {
  const project = await scratchFolder();
  const packageFolder = path.join(project, "node_modules", "imagefleet");
  await mkdir(packageFolder, { recursive: true });
  await run("tar", ["-xzf", path.join(release, `imagefleet-${manifest.version}.tgz`), "-C", packageFolder, "--strip-components=1"]);
  await writeFile(path.join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  await writeFile(path.join(project, "package.json"), JSON.stringify({ name: "shop", dependencies: { imagefleet: "*" } }));
  const home = await scratchFolder();
  server.asked.length = 0;
  await engine(project, home, "install", "--no-dependencies");
  expect(server.asked).toEqual([archive]);
  expect((await engine(project, home, "plugin", "ls")).stdout).toMatch(new RegExp(`imagefleet +resource +${manifest.version} `));
});

test("`pulumi plugin install --file` takes the archive where nothing can be fetched, and its schema names where it would be", async () => {
  const folder = await scratchFolder();
  const home = await scratchFolder();
  server.asked.length = 0;
  const [, offline = ""] = blocksOf("docs/install.md", "sh");
  const [, ...words] = offline.trim().split(" ");
  expect(words).toContain(manifest.version);
  await engine(folder, home, ...words.map((word) => (word.endsWith(".tar.gz") ? path.join(release, archive) : word)));
  const { stdout } = await engine(folder, home, "package", "get-schema", "imagefleet");
  expect(server.asked).toEqual([]);
  expect(JSON.parse(stdout)).toMatchObject({ name: "imagefleet", pluginDownloadURL: manifest.pulumi.server });
  await engine(folder, home, "schema", "check", path.join(release, "schema.json"));
});

test("where the release can't be reached, the engine says what the docs answer", async () => {
  const { pulumi: executable, env } = await openWorkspace({ log: () => undefined });
  const nowhere = `^${manifest.pulumi.server}=http://127.0.0.1:1`;
  const own = { ...process.env, ...env, PULUMI_HOME: await scratchFolder(), PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: nowhere };
  const args = ["plugin", "install", "resource", "imagefleet", manifest.version, "--server", manifest.pulumi.server];
  const failed = run(executable, [...args, "--non-interactive"], { cwd: await scratchFolder(), env: own });
  const said: unknown = expect.stringMatching(/failed to download plugin: imagefleet-\S+: failed all 5 attempts/);
  await expect(failed).rejects.toMatchObject({ stderr: said });
});
