import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { initStack } from "../../local/initStack";
import { openWorkspace, type Workspace } from "../../local/workspace";

const root = path.resolve(__dirname, "../..");

export interface StackOptions {
  /** Folder of the program's `Pulumi.yaml`, relative to the checkout; `.` is the project itself. */
  readonly program: string;
  /** Default: `test`. A name that has a tracked `Pulumi.<name>.yaml` starts from a copy of that. */
  readonly name?: string;
  readonly config?: Config;
  /** Added to an environment without any `PULUMI_…`, `DIGITALOCEAN_…` or `SPACES_…` of this machine's owner. */
  readonly env?: NodeJS.ProcessEnv;
}

/** By key with namespace. What is not a string is passed as JSON, which `requireObject` and `requireNumber` read. */
export type Config = Readonly<Record<string, unknown>>;

/** How a command of the engine ended. `code` is null where a signal ended it. */
export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the engine that runs. */
export interface Running {
  readonly pid: number;
  /** How it ends; never rejects. */
  readonly ended: Promise<Result>;
  /** Signals the engine alone, not what it started. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when stdout or stderr matches, also where it already did; rejects with all of the output if the command ends before. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>;
}

/** A stack of its own backend. A command's exit code is part of its result, never an exception. */
export interface Stack {
  /** Without the preview that `pulumi up` makes first, unless `--skip-preview=false` is given. */
  up(...args: string[]): Promise<Result>;
  preview(...args: string[]): Promise<Result>;
  refresh(...args: string[]): Promise<Result>;
  destroy(...args: string[]): Promise<Result>;
  import(type: string, name: string, id: string, ...args: string[]): Promise<Result>;
  /** Takes away the lock that a killed command left. */
  cancel(): Promise<Result>;
  /** Any other command, told which stack it is about. */
  run(...args: string[]): Promise<Result>;
  /** Any command, without waiting for its end: `start("up", "--yes", "--skip-preview")`. */
  start(...args: string[]): Running;
  outputs(): Promise<Readonly<Record<string, unknown>>>;
  state(): Promise<StackState>;
  /** From now on runs another program of the same project name, such as `tests/engine/programs/<behaviour>/step2`. */
  useProgram(program: string): void;
  setConfig(config: Config): Promise<void>;
  setSecret(key: string, value: string): Promise<void>;
  setEnv(env: NodeJS.ProcessEnv): void;
}

/** What `pulumi stack export` prints. */
export interface StackState {
  readonly deployment: {
    readonly resources?: readonly ResourceState[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: ResourceState }[];
  };
}

export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly custom: boolean;
  readonly delete?: boolean;
  readonly protect?: boolean;
  readonly initErrors?: readonly string[];
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

const folders: string[] = [];
const children = new Set<ChildProcess>();

// The first run on a machine builds the engine; every later one finds it.
beforeAll(async () => {
  await openWorkspace({ log: (line) => void process.stderr.write(line.includes("building") ? `${line}\n` : "") });
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A new, empty stack. Nothing is destroyed when the test file ends: its processes are ended and its state is deleted. */
export async function useStack(options: StackOptions): Promise<Stack> {
  const folder = await mkdtemp(path.join(tmpdir(), "imagefleet-stack-"));
  folders.push(folder);
  const workspace = await openWorkspace({ log: () => undefined, backend: path.join(folder, "backend") });
  const name = options.name ?? "test";
  const configFile = await initStack(workspace, { name, project: path.resolve(root, options.program), folder });
  const stack = stackIn(workspace, name, configFile, options);
  await stack.setConfig(options.config ?? {});
  return stack;
}

function stackIn(workspace: Workspace, name: string, configFile: string, options: StackOptions): Stack {
  let program = path.resolve(root, options.program);
  let env: NodeJS.ProcessEnv = { ...cleanEnvironment(), PULUMI_NODEJS_TRANSPILE_ONLY: "true", ...workspace.env, ...options.env };
  const configured = ["--config-file", configFile];

  const start = (...args: string[]) => startCommand(workspace.pulumi, [...args, "--stack", name, ...quiet], program, env);
  const run = (...args: string[]) => start(...args).ended;
  const operate = (...args: string[]) => run(...args, ...configured);
  const read = async (...args: string[]) => JSON.parse((await demand(run(...args))).stdout) as unknown;

  return {
    run,
    start: (...args) => start(...args, ...configured),
    up: (...args) => operate("up", ...unasked, ...args),
    preview: (...args) => operate("preview", ...args),
    refresh: (...args) => operate("refresh", ...unasked, ...args),
    destroy: (...args) => operate("destroy", ...unasked, ...args),
    import: (...args) => operate("import", "--generate-code=false", ...unasked, ...args),
    cancel: () => run("cancel", "--yes"),
    outputs: async () => (await read("stack", "output", "--json", "--show-secrets")) as Readonly<Record<string, unknown>>,
    state: async () => (await read("stack", "export")) as StackState,
    useProgram: (next) => {
      program = path.resolve(root, next);
    },
    setEnv: (more) => {
      env = { ...env, ...more };
    },
    setConfig: async (config) => {
      const pairs = Object.entries(config).flatMap(([key, value]) => ["--plaintext", `${key}=${plainText(value)}`]);
      if (pairs.length > 0) await demand(operate("config", "set-all", ...pairs));
    },
    setSecret: async (key, value) => {
      await demand(operate("config", "set-all", "--secret", `${key}=${value}`));
    },
  };
}

const quiet = ["--non-interactive", "--color", "never"];
const unasked = ["--yes", "--skip-preview"];

function startCommand(pulumi: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn(pulumi, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = new Promise<Result>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      children.delete(child);
      resolve({ code, ...output });
    });
  });

  const waitForOutput = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
        if (found !== null) resolve(found);
      };
      look();
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      child.once("close", () => reject(new Error(`The command ended without ${String(pattern)}:\n${output.stdout}${output.stderr}`)));
    });
  return { pid: child.pid ?? -1, ended, kill: (signal) => void child.kill(signal), waitForOutput };
}

/** What this machine's owner exported for real accounts must not reach a test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(PULUMI|DIGITALOCEAN|SPACES)_/.test(key)));
}

function plainText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** For what a test needs but does not test. */
async function demand(result: Promise<Result>): Promise<Result> {
  const { code, stdout, stderr } = await result;
  if (code !== 0) throw new Error(`The engine answered ${code ?? "with a signal"}:\n${stdout}${stderr}`);
  return { code, stdout, stderr };
}
