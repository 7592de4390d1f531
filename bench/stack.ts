import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { checkout } from "../local/checkout";
import { LocalStack } from "../local/stack";
import { openWorkspace } from "../local/workspace";
import type { BenchCloud } from "./cloud";

export interface StackOptions {
  /** Folder of the program's `Pulumi.yaml`. */
  readonly project: string;
  readonly name: string;
  /** Everything of this stack is written here. */
  readonly folder: string;
  readonly config: Readonly<Record<string, string>>;
  readonly cloud: BenchCloud;
  /** Folder of the `node` that program and plugin run on. Default: the one on PATH. */
  readonly node?: string;
}

/** A stack of the real engine, with a state of its own. */
export interface BenchStack {
  /** Runs a command of the engine and returns the seconds that it took. Rejects with what it printed where it fails. */
  time(args: readonly string[], elsewhere?: { readonly project?: string; readonly env?: NodeJS.ProcessEnv }): Promise<number>;
}

/** What the previews and ups of a bench are asked with. */
export const unasked = ["--yes", "--skip-preview"];

/** Opens a new, empty stack. */
export async function openStack({ project, name, folder, config, cloud, node }: StackOptions): Promise<BenchStack> {
  const workspace = await openWorkspace({ log: () => undefined, backend: path.join(folder, "backend") });
  const searched = node === undefined ? {} : { PATH: [node, workspace.env.PATH].join(path.delimiter) };
  const env = { DIGITALOCEAN_TOKEN: cloud.token, DIGITALOCEAN_API_URL: cloud.url, ...searched };
  const stack = new LocalStack(workspace, { name, project, folder: path.join(folder, "config"), env });
  await stack.create();
  await stack.configure(config);
  return {
    time: async (args, elsewhere) => {
      const began = performance.now();
      await stack.demand(args, elsewhere);
      return (performance.now() - began) / 1_000;
    },
  };
}

/** Works in a folder of the checkout that is gone afterwards: in the checkout, since a program finds its packages above itself. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const parent = path.join(checkout, ".imagefleet");
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(path.join(parent, "bench-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Makes a project of that name in `folder` that runs a module of the build as it is, without a compiler. Returns the project's folder.
 * `plugin` is the folder of the plugin's executable; default: the checkout's own.
 */
export async function compiledProject(folder: string, name: string, module: string, plugin = path.join(checkout, "bin")): Promise<string> {
  const project = path.join(folder, path.basename(module));
  const yaml = {
    name,
    main: "index.js",
    runtime: { name: "nodejs", options: { typescript: false } },
    plugins: { providers: [{ name: "imagefleet", path: plugin }] },
  };
  await mkdir(project);
  await writeFile(path.join(project, "index.js"), `module.exports = require(${JSON.stringify(path.resolve(__dirname, module))});\n`);
  await writeFile(path.join(project, "Pulumi.yaml"), stringify(yaml));
  return project;
}
