import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { version } from "@pulumi/digitalocean/package.json";
import { checkout } from "./checkout";
import { makeOnce } from "./makeOnce";

const executable = "pulumi-resource-digitalocean";
const standIn = "stand-in";
const downloadSeconds = 10;
const refusalHoldsSeconds = 24 * 60 * 60;

export interface PluginInstallation {
  readonly pulumi: string;
  /** Environment of the engine's commands; its `PULUMI_HOME` is `home`. */
  readonly environment: NodeJS.ProcessEnv;
  readonly home: string;
  readonly log: (line: string) => void;
}

/**
 * Makes sure that `home` has a plugin for `digitalocean` types: the official one where it can be downloaded within 10 s, else the
 * stand-in of this project, installed as any plugin is. Downloading is tried again when the last try is more than a day old.
 */
export async function installDigitalOceanPlugin(installation: PluginInstallation): Promise<void> {
  const { home, log } = installation;
  const record = path.join(home, `digitalocean-${version}`);
  if (await isOutdated(record)) await rm(record, { recursive: true, force: true });
  await makeOnce(record, async (draft) => {
    const scratch = path.join(draft, "download");
    const folder = (await download(installation, scratch)) ?? (await writeStandIn(path.join(draft, standIn)));
    await pluginCommand(installation, "install", "resource", "digitalocean", version, "--file", folder, "--reinstall");
    await rm(scratch, { recursive: true, force: true });
  });
  log(
    existsSync(path.join(record, standIn))
      ? `digitalocean plugin: this project's stand-in because the official ${version} cannot be downloaded here`
      : `digitalocean plugin: the official ${version} because it can be downloaded`,
  );
}

/** A stand-in that was installed long ago, or from a checkout that has moved since. */
async function isOutdated(record: string): Promise<boolean> {
  const launcher = path.join(record, standIn, executable);
  if (!existsSync(launcher)) return false;
  const age = Date.now() - (await stat(launcher)).mtimeMs;
  return age > refusalHoldsSeconds * 1000 || (await readFile(launcher, "utf8")) !== standInLauncher;
}

/** Downloads into a new folder, so that a working plugin is replaced only by a complete one. */
async function download(installation: PluginInstallation, scratch: string): Promise<string | undefined> {
  const environment = { ...installation.environment, PULUMI_HOME: scratch };
  try {
    await pluginCommand({ ...installation, environment }, "install", "resource", "digitalocean", `v${version}`);
    return path.join(scratch, "plugins", `resource-digitalocean-v${version}`);
  } catch {
    return undefined;
  }
}

const standInLauncher = `#!/usr/bin/env node\nrequire(${JSON.stringify(path.join(checkout, "local/bin", executable))});\n`;

async function writeStandIn(folder: string): Promise<string> {
  await mkdir(folder);
  await writeFile(path.join(folder, executable), standInLauncher, { mode: 0o755 });
  return folder;
}

function pluginCommand({ pulumi, environment }: PluginInstallation, ...args: string[]): Promise<unknown> {
  return promisify(execFile)(pulumi, ["plugin", ...args], { env: environment, timeout: downloadSeconds * 1000, killSignal: "SIGKILL" });
}
