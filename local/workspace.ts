import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, lstat, mkdir, realpath, rename, rm, stat, symlink, utimes } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { checkout } from "./checkout";
import { installDigitalOceanPlugin } from "./digitalOceanPlugin";
import { findEngine } from "./engine";
import { findOnPath, isExecutable, withoutFolder } from "./searchPath";

const languageHost = "pulumi-language-nodejs";

export interface WorkspaceOptions {
  /** Takes one line for each choice that is made. */
  readonly log: (line: string) => void;
  /** Folder of the engine's executables. Default: `.imagefleet/bin` of the checkout. */
  readonly bin?: string;
  /** Folder of installed plugins and the engine's own files. Default: `.imagefleet/home` of the checkout. */
  readonly home?: string;
  /** Folder that keeps the stacks' states. Default: `.imagefleet/backend` of the checkout. */
  readonly backend?: string;
  /** Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** All that a run of the engine on this machine needs. */
export interface Workspace {
  /** Path of the engine's executable. */
  readonly pulumi: string;
  /** What to add to a process's environment so that the engine finds its parts and touches nothing else on this machine. */
  readonly env: NodeJS.ProcessEnv;
  /** The checkout's folder, where the project's `Pulumi.yaml` is. */
  readonly root: string;
}

/** Makes engine, language host and plugins ready. Rejects with one sentence where no engine can be had. Safe in several processes at once. */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const { log, environment = process.env } = options;
  const own = path.join(checkout, ".imagefleet");
  const { bin = path.join(own, "bin"), home = path.join(own, "home"), backend = path.join(own, "backend") } = options;
  await Promise.all([bin, home, backend].map((folder) => mkdir(folder, { recursive: true })));

  // A process started from a workspace has our own folder on PATH: what lies there was put there by an earlier choice.
  const elsewhere = { ...environment, PATH: withoutFolder(environment.PATH ?? "", bin) };
  const engine = await findEngine({ log, environment: elsewhere });
  const pulumi = await placeEngine(engine, bin, elsewhere, log);
  const env = {
    PATH: [bin, elsewhere.PATH].join(path.delimiter),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: pathToFileURL(backend).href,
    PULUMI_CONFIG_PASSPHRASE: "imagefleet",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  await installDigitalOceanPlugin({ pulumi, environment: { ...environment, ...env }, home, log });
  return { pulumi, env, root: checkout };
}

/**
 * Puts the engine into `bin` with a language host that it takes without a warning: it looks beside its own executable, symbolic links
 * resolved. So an engine that comes with its host is linked, and one without is placed there as a file, next to the host.
 */
async function placeEngine(engine: string, bin: string, environment: NodeJS.ProcessEnv, log: (line: string) => void): Promise<string> {
  const file = await realpath(engine);
  const pulumi = path.join(bin, "pulumi");
  const host = path.join(bin, languageHost);
  if (await isExecutable(path.join(path.dirname(file), languageHost))) {
    log("language host: Pulumi's own because it comes with the engine");
    await rm(host, { force: true });
    await replace(pulumi, (draft) => symlink(file, draft));
    return pulumi;
  }
  const onPath = await findOnPath(languageHost, environment);
  log(
    onPath === undefined
      ? "language host: this project's because Pulumi's own is not there"
      : `language host: ${onPath} because it is on PATH`,
  );
  await replace(host, (draft) => symlink(onPath ?? path.join(checkout, "local/bin", languageHost), draft));
  if (!(await isSameFile(file, pulumi))) await replace(pulumi, (draft) => duplicate(file, draft));
  return pulumi;
}

/** Makes a file beside its place and then moves it there, so that no other process ever finds half of it. */
async function replace(place: string, make: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${place}.${randomUUID()}`;
  await make(draft);
  await rename(draft, place);
  // Renaming a hard link over another one of the same file does nothing and leaves both.
  await rm(draft, { force: true });
}

async function duplicate(file: string, draft: string): Promise<void> {
  try {
    await link(file, draft);
  } catch {
    // Another file system, or one without hard links.
    await copyFile(file, draft, constants.COPYFILE_FICLONE);
    const { atime, mtime } = await stat(file);
    await utimes(draft, atime, mtime);
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([stat(one), lstat(other).catch(() => undefined)]);
  return a.size === b?.size && a.mtimeMs === b.mtimeMs;
}
