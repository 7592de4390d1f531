import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildEngine } from "./engine/buildEngine";
import { engineVersion, type EngineSource } from "./engine/engineSource";
import { installEngine } from "./engine/installEngine";
import { makeOnce } from "./makeOnce";
import { findOnPath } from "./searchPath";

export interface EngineSearch {
  /** Takes one line for each choice and for what takes long. */
  readonly log: (line: string) => void;
  /** Where PATH and the cache's folder are read from. Defaults to this process's. */
  readonly environment?: NodeJS.ProcessEnv;
  /** How an engine is had where none is there. Default: by Go, then by Pulumi's installer. */
  readonly sources?: { readonly build: EngineSource; readonly install: EngineSource };
}

/**
 * The path of a `pulumi` that is new enough: the one on PATH, the cached one, one built from its Go module, one from the official
 * installer, in this order and from nowhere else. Rejects with one sentence that says what to install.
 */
export async function findEngine(search: EngineSearch): Promise<string> {
  const { log, environment = process.env, sources = { build: buildEngine, install: installEngine } } = search;

  const present = await engineOnPath(environment);
  if ("path" in present) {
    log(`engine: ${present.path} because pulumi ${present.version} on PATH is ${engineVersion} or newer`);
    return present.path;
  }
  const folder = path.join(cacheFolder(environment), engineVersion);
  const cached = path.join(folder, "pulumi");
  if (existsSync(folder)) {
    log(`engine: ${cached} because ${present.why} and this one is cached`);
    return cached;
  }

  const request = { environment, log };
  const failures = [present.why];
  if ((await findOnPath("go", environment)) === undefined) {
    failures.push("`go` is not on PATH");
  } else {
    log(`engine: building pulumi ${engineVersion} from its Go module, once, in about 3 minutes, because ${present.why}`);
    const failure = await failureOf(makeOnce(folder, (draft) => sources.build({ ...request, folder: draft })));
    if (failure === undefined) return cached;
    failures.push(failure);
  }

  log(`engine: downloading pulumi ${engineVersion} by its installer because ${failures.join(" and ")}`);
  const failure = await failureOf(makeOnce(folder, (draft) => sources.install({ ...request, folder: draft })));
  if (failure === undefined) return cached;
  throw new Error(
    `There is no Pulumi engine to run on: ${failures.join(", ")}, and Pulumi's installer failed (${failure}). ` +
      `Install Pulumi ${engineVersion} or newer (https://www.pulumi.com/docs/install/) or Go 1.26, and run the command again.`,
  );
}

type PresentEngine = { readonly path: string; readonly version: string } | { readonly why: string };

async function engineOnPath(environment: NodeJS.ProcessEnv): Promise<PresentEngine> {
  const found = await findOnPath("pulumi", environment);
  if (found === undefined) return { why: "`pulumi` is not on PATH" };
  const version = await versionOf(found, environment);
  if (version === undefined) return { why: `${found} does not say its version` };
  return isNewEnough(version) ? { path: found, version } : { why: `pulumi ${version} on PATH is not ${engineVersion} or newer` };
}

async function versionOf(engine: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(engine, ["version"], { env: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" } });
    return /^v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = engineVersion.split(".").map(Number);
  return major === wantedMajor && (minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch));
}

function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const base = environment.XDG_CACHE_HOME ?? path.join(environment.HOME ?? homedir(), ".cache");
  return path.join(base, "imagefleet", "engine");
}

async function failureOf(work: Promise<void>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
