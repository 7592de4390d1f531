import { execFile, spawnSync } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { goFlags } from "../../../local/engine/buildEngine";
import { languageRuntime } from "../../../local/languageHost/languageRuntime";
import { packageSchema } from "../../../provider/host/schema";
import { imagefleet } from "../../../provider/imagefleet";
import { useStack, type Config } from "../../helpers/engine";
import { scratchFolder } from "../../packaging/builtRelease";
import { answersOf, nothing } from "../helpers/account";
import { useService } from "../helpers/service";

// Pulumi's host of YAML is built as the engine is. Those of Go and Python can't be had from a registry: our own starts their programs, with
// the SDKs that Pulumi's generators, which are part of the engine's module, make of the schema.

const root = path.resolve(__dirname, "../../..");
const here = path.join(__dirname, "languages");
const run = promisify(execFile);
const yamlHost = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml";
const servers: Server[] = [];
let sdks: string;

beforeAll(async () => {
  const folder = await goModule();
  sdks = path.join(folder, "sdks");
  await cp(path.join(here, "generate.go"), path.join(folder, "generate/main.go"));
  await writeFile(path.join(folder, "schema.json"), JSON.stringify(packageSchema(imagefleet())));
  await goBuild(folder, "generate");
  await run(path.join(folder, "bin/generate"), [path.join(folder, "schema.json"), sdks]);
});

afterAll(() => servers.forEach((server) => server.forceShutdown()));

test("the SDK that is generated for TypeScript compiles where types are strict", async () => {
  const folder = path.join(sdks, "nodejs");
  await symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  const compilerOptions = { target: "es2022", module: "commonjs", strict: true, noEmit: true, skipLibCheck: true, types: ["node"] };
  await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));

  const compiled = spawnSync(path.join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });

  expect(compiled).toMatchObject({ stdout: "", status: 0 });
});

test("the example in YAML runs, by Pulumi's own host", async () => {
  const folder = await scratchFolder();
  await run("go", ["build", ...goFlags, "-o", path.join(folder, "pulumi-language-yaml"), yamlHost], {
    cwd: path.join(root, "local/engine"),
  });
  await runs(async (source) => ({
    project: `${await example("yaml/Pulumi.yaml", source)}\nplugins:\n  languages: [{ name: yaml, path: ${folder} }]\n`,
    config: (sshKey) => ({ sshKey }),
  }));
});

test("the example in Go runs", async () => {
  await runs(async (source) => {
    const folder = await goModule();
    await cp(path.join(sdks, "go/imagefleet"), path.join(folder, "imagefleet"), { recursive: true });
    await mkdir(path.join(folder, "web"));
    await writeFile(path.join(folder, "web/main.go"), await example("go/main.go", source));
    await goBuild(folder, "web");
    return startedByUs("go", [path.join(folder, "bin/web")]);
  });
});

test("the example in Python runs", async () => {
  await runs(async (source) => {
    const folder = await scratchFolder();
    const python = path.join(folder, "bin/python");
    await run("python3", ["-m", "venv", folder]);
    await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", path.join(sdks, "python")]);
    await writeFile(path.join(folder, "__main__.py"), await example("python/__main__.py", source));
    return startedByUs("python", [python, path.join(here, "run.py"), path.join(folder, "__main__.py")]);
  });
});

/** The example's own text but for the image, which nobody serves. */
async function example(name: string, source: string): Promise<string> {
  const text = await readFile(path.join(root, "examples", name), "utf8");
  return text.replace("https://images.example.com/web-1.4.2.qcow2.gz", source);
}

/** A program that the engine can run. */
interface Runnable {
  /** Text of its `Pulumi.yaml`, without the plugins that are not its host. */
  readonly project: string;
  readonly config: (sshKey: string) => Config;
  /** Where the host listens that runs it. Default: the engine finds one. */
  readonly host?: string;
}

async function startedByUs(language: string, command: readonly string[]): Promise<Runnable> {
  const project = `name: web-${language}\nruntime: nodejs\nmain: .\nplugins:\n`;
  return { project, config: (sshKey) => ({ sshKeys: [sshKey] }), host: await hostOf(command) };
}

async function runs(build: (source: string) => Promise<Runnable>): Promise<void> {
  const { emulator, image, sshKeys, account } = await useService();
  const { project, config, host } = await build((await image("1.0.0")).url);
  const program = await scratchFolder();
  await writeFile(path.join(program, "Pulumi.yaml"), `${project}  providers: [{ name: imagefleet, path: ${path.join(root, "bin")} }]\n`);
  const env = { DIGITALOCEAN_TOKEN: emulator.token, DIGITALOCEAN_API_URL: emulator.url };
  const stack = await useStack({ program, ownProcess: true, config: config(sshKeys[0] ?? ""), env });
  const client = host === undefined ? [] : ["--client", host];

  expect(await stack.up(...client)).toSucceed();
  expect(await account()).toMatchObject({
    images: [{ regions: ["ams3", "nyc3"] }],
    droplets: [0, 1, 2].map(() => ({ region: "ams3", serving: true })),
  });
  expect(await answersOf((await stack.outputs())["addresses"])).toEqual([200, 200, 200]);
  expect(await stack.update(...client, "--expect-no-changes")).toSucceed();
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
}

/** A host whose programs are this command. */
async function hostOf([executable, ...args]: readonly string[]): Promise<string> {
  const { service } = languageRuntime("", (request) => ({ executable, arguments: args, environment: environmentOf(request) }));
  const server = new Server();
  servers.push(server);
  server.addService(LanguageRuntimeService, service);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(`127.0.0.1:${port}`);
      else reject(error);
    });
  });
}

/** What an SDK reads that isn't told by arguments. */
function environmentOf(request: RunRequest): Readonly<Record<string, string>> {
  return {
    PULUMI_PROJECT: request.getProject(),
    PULUMI_STACK: request.getStack(),
    PULUMI_ORGANIZATION: request.getOrganization(),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_DRY_RUN: String(request.getDryrun()),
    PULUMI_PARALLEL: String(request.getParallel()),
    PULUMI_MONITOR: request.getMonitorAddress(),
    PULUMI_ENGINE: request.getArgsList()[0] ?? "",
  };
}

/** An empty Go module of the SDK's name, with the versions that the engine is built with. */
async function goModule(): Promise<string> {
  const folder = await scratchFolder();
  const pinned = await readFile(path.join(root, "local/engine/go.mod"), "utf8");
  await writeFile(
    path.join(folder, "go.mod"),
    pinned.replace(/^module .*$/m, "module github.com/imagefleet/imagefleet/sdk/go").replace(/^tool \([^)]*\)$/m, ""),
  );
  await cp(path.join(root, "local/engine/go.sum"), path.join(folder, "go.sum"));
  return folder;
}

async function goBuild(folder: string, name: string): Promise<void> {
  await run("go", ["build", "-mod=mod", ...goFlags, "-o", path.join(folder, "bin", name), `./${name}`], { cwd: folder });
}
