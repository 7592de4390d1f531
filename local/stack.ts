import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { initStack, readProject } from "./initStack";
import type { Workspace } from "./workspace";

export interface StackOptions {
  readonly name: string;
  /** Folder of the program's `Pulumi.yaml`. */
  readonly project: string;
  /** Holds the stack's configuration file: a copy of the tracked one, since the engine writes into it. */
  readonly folder: string;
  /** Added to the workspace's environment, and to this process's without any `PULUMI_…`, `DIGITALOCEAN_…` or `SPACES_…`. */
  readonly env: NodeJS.ProcessEnv;
}

export interface CommandOptions {
  /** Whether it prints to this process's own output, for a person to watch. Default: its output is kept. */
  readonly watched?: boolean;
  /** Default: the stack's own. */
  readonly project?: string;
  /** Added to the stack's own. */
  readonly env?: NodeJS.ProcessEnv;
}

/** By key; one without a namespace is the project's. `undefined` removes the key. */
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
  /** How it ends; rejects only where it can't be started. */
  readonly ended: Promise<Result>;
  /** Signals the engine alone, not what it started. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when stdout or stderr matches, also where it already did; rejects with all of the output if the command ends before. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>;
}

/** A stack that the real engine runs on this machine, its state in the workspace's backend. */
export class LocalStack {
  /** Where commands run from now on. */
  project: string;
  /** What they are given from now on. */
  env: NodeJS.ProcessEnv;
  readonly configFile: string;
  readonly #workspace: Workspace;
  readonly #name: string;
  readonly #folder: string;
  readonly #running = new Set<Running>();

  constructor(workspace: Workspace, { name, project, folder, env }: StackOptions) {
    this.#workspace = workspace;
    this.#name = name;
    this.#folder = folder;
    this.project = project;
    this.env = { ...withoutAccounts(process.env), ...workspace.env, ...env };
    this.configFile = path.join(folder, `Pulumi.${name}.yaml`);
  }

  async create(): Promise<void> {
    await initStack(this.#workspace, { name: this.#name, project: this.project, folder: this.#folder });
  }

  /** Starts a command, told which stack it is about, and waits for nothing. `state move` has no `--stack`: its `--source` says it. */
  start(args: readonly string[], { watched = false, project = this.project, env = {} }: CommandOptions = {}): Running {
    const config = takesConfigFile.test(args[0] ?? "") ? ["--config-file", this.configFile] : [];
    const named = args.includes("--source") ? [] : ["--stack", this.#name];
    const command = [...args, ...named, ...config, ...(watched ? [] : quiet)];
    const running = startCommand(this.#workspace.pulumi, command, { cwd: project, env: { ...this.env, ...env }, watched });
    this.#running.add(running);
    const forget = () => this.#running.delete(running);
    running.ended.then(forget, forget);
    return running;
  }

  /** Runs a command that has to succeed and returns its stdout. Rejects with what it printed where it fails. */
  async demand(args: readonly string[], options?: CommandOptions): Promise<string> {
    const { code, stdout, stderr } = await this.start(args, options).ended;
    if (code === 0) return stdout;
    throw new Error(`\`pulumi ${args.join(" ")}\` ended with ${code ?? "a signal"}. ${stdout}${stderr}`.trim());
  }

  /** Writes them into the stack's configuration file, as `pulumi config set` does but without a process for it. */
  async configure(config: Config): Promise<void> {
    const { name } = await readProject(this.project);
    const named = Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `${name}:${key}`, value] as const);
    const file = parse(await readFile(this.configFile, "utf8")) as { readonly config?: Config };
    await writeFile(this.configFile, stringify({ ...file, config: { ...file.config, ...Object.fromEntries(named) } }));
  }

  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse(await this.demand(["stack", "output", "--json", "--show-secrets"])) as Record<string, unknown>;
  }

  /** Signals every command that still runs. */
  kill(signal: NodeJS.Signals): void {
    for (const running of this.#running) running.kill(signal);
  }
}

const takesConfigFile = /^(up|preview|refresh|destroy|import|config)$/;
const quiet = ["--non-interactive", "--color", "never"];

interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly watched: boolean;
}

function startCommand(pulumi: string, args: readonly string[], { watched, ...surroundings }: Surroundings): Running {
  const kept = watched ? "inherit" : "pipe";
  // A watched one is in a process group of its own: Ctrl-C would reach it from the terminal, too, and a second interrupt drops what is under way.
  const child = spawn(pulumi, args, { ...surroundings, detached: watched, stdio: ["ignore", kept, kept] });
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = new Promise<Result>((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve({ code, ...output }));
  });
  const waitForOutput = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
        if (found !== null) resolve(found);
      };
      look();
      child.stdout?.on("data", look);
      child.stderr?.on("data", look);
      child.once("close", () => reject(new Error(`The command ended without ${String(pattern)}:\n${output.stdout}${output.stderr}`)));
    });
  return { pid: child.pid ?? -1, ended, kill: (signal) => void child.kill(signal), waitForOutput };
}

/** What this machine's owner exported for real accounts must not reach a stack of the emulator's. */
function withoutAccounts(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([key]) => !/^(PULUMI|DIGITALOCEAN|SPACES)_/.test(key)));
}
