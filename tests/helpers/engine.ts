import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkout } from "../../local/checkout";
import "./toSucceed";
import { LocalStack, type Config, type Result, type Running } from "../../local/stack";
import { openWorkspace } from "../../local/workspace";

export type { Config, Result, Running };

export interface StackOptions {
  /** Folder of the program's `Pulumi.yaml`, relative to the checkout; `.` is the project itself. */
  readonly program: string;
  /** Whether the language host starts a process for each run of the program, as on a user's machine. Default: one process runs a file's programs. */
  readonly ownProcess?: boolean;
  /** Default: `test`. A name that has a tracked `Pulumi.<name>.yaml` starts from a copy of that. */
  readonly name?: string;
  readonly config?: Config;
  /** Added to an environment without any `PULUMI_…`, `DIGITALOCEAN_…` or `SPACES_…` of this machine's owner. */
  readonly env?: NodeJS.ProcessEnv;
  /** One whose backend it shares, so that either can refer to the other. Default: none. */
  readonly beside?: Stack;
}

/** A stack of its own backend. A command's exit code is part of its result, never an exception. */
export interface Stack {
  /** With the preview that `pulumi up` makes first. */
  up(...args: string[]): Promise<Result>;
  /** An update alone, `pulumi up --skip-preview`: where several follow each other, and what their previews say is tested elsewhere. */
  update(...args: string[]): Promise<Result>;
  preview(...args: string[]): Promise<Result>;
  refresh(...args: string[]): Promise<Result>;
  destroy(...args: string[]): Promise<Result>;
  import(type: string, name: string, id: string, ...args: string[]): Promise<Result>;
  /** Takes away the lock that a killed command left. */
  cancel(): Promise<Result>;
  /** Any other command, told which stack it is about. */
  run(...args: string[]): Promise<Result>;
  /** Any command, without waiting for its end: `start("up", "--yes", "--skip-preview")` for an update that is interrupted, which its preview can't be. */
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
  /** URN of its provider and, after `::`, that one's id. */
  readonly provider?: string;
  readonly delete?: boolean;
  readonly protect?: boolean;
  /** Where the program declares it. */
  readonly sourcePosition?: string;
  readonly initErrors?: readonly string[];
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

const folders: string[] = [];
const backends = new Map<Stack | undefined, string>();
const stacks: LocalStack[] = [];
let programHost: Promise<{ readonly process: ChildProcess; readonly address: string }> | undefined;

// The first run on a machine builds the engine; every later one finds it.
beforeAll(async () => {
  await openWorkspace({ log: (line) => void process.stderr.write(line.includes("building") ? `${line}\n` : "") });
});

afterAll(async () => {
  for (const stack of stacks) stack.kill("SIGKILL");
  (await programHost)?.process.kill();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A new, empty stack. Nothing is destroyed when the test file ends: its processes are ended and its state is deleted. */
export async function useStack({ program, ownProcess = false, name = "test", config = {}, env, beside }: StackOptions): Promise<Stack> {
  const folder = await mkdtemp(path.join(tmpdir(), "imagefleet-stack-"));
  folders.push(folder);
  const workspace = await openWorkspace({ log: () => undefined, backend: backends.get(beside) ?? path.join(folder, "backend") });
  const project = path.resolve(checkout, program);
  const stack = new LocalStack(workspace, { name, project, folder, env: { PULUMI_NODEJS_TRANSPILE_ONLY: "true", ...env } });
  stacks.push(stack);
  await stack.create();
  await stack.configure(config);

  const host = ownProcess ? [] : ["--client", (await startProgramHost()).address];
  const start = (...args: string[]): Running => stack.start(runsProgram.test(args[0] ?? "") ? [...args, ...host] : args);
  const run = (...args: string[]): Promise<Result> => start(...args).ended;
  const made: Stack = {
    run,
    start,
    up: (...args) => run("up", "--yes", ...args),
    update: (...args) => run("up", ...unasked, ...args),
    preview: (...args) => run("preview", ...args),
    refresh: (...args) => run("refresh", ...unasked, ...args),
    destroy: (...args) => run("destroy", ...unasked, ...args),
    import: (...args) => run("import", "--generate-code=false", ...unasked, ...args),
    cancel: () => run("cancel", "--yes"),
    outputs: () => stack.outputs(),
    state: async () => JSON.parse(await stack.demand(["stack", "export"])) as StackState,
    useProgram: (next) => {
      stack.project = path.resolve(checkout, next);
    },
    setEnv: (more) => {
      stack.env = { ...stack.env, ...more };
    },
    setConfig: (next) => stack.configure(next),
    setSecret: async (key, value) => {
      await stack.demand(["config", "set-all", "--secret", `${key}=${value}`]);
    },
  };
  backends.set(made, backends.get(beside) ?? path.join(folder, "backend"));
  return made;
}

const runsProgram = /^(up|preview)$/;

function startProgramHost(): NonNullable<typeof programHost> {
  programHost ??= (async () => {
    const process = fork(path.join(__dirname, "programHost.js"));
    const [address] = (await once(process, "message")) as [string];
    return { process, address };
  })();
  return programHost;
}

/** What a refresh, a destroy or an import previews asks the provider for nothing of its own. */
const unasked = ["--yes", "--skip-preview"];
