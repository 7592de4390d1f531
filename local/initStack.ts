import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import type { Workspace } from "./workspace";

/**
 * Makes a stack in the workspace's backend and returns the file to hand to every command as `--config-file`: a copy in `folder` of the
 * stack's tracked configuration, if it has one. `pulumi stack init` writes a salt beside the `Pulumi.yaml` it finds, so it is run
 * beside a copy of that, too, and no tracked file changes. Rejects with the engine's message where the stack exists.
 */
export async function initStack(
  workspace: Workspace,
  stack: { readonly name: string; readonly project: string; readonly folder: string },
): Promise<string> {
  const { name, stackConfigDir = "." } = await readProject(stack.project);
  const configFile = `Pulumi.${stack.name}.yaml`;
  await mkdir(stack.folder, { recursive: true });
  await writeFile(path.join(stack.folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  const copy = path.join(stack.folder, configFile);
  await copyFile(path.join(stack.project, stackConfigDir, configFile), copy).catch(ifMissing);
  await promisify(execFile)(workspace.pulumi, ["stack", "init", stack.name, "--no-select", "--non-interactive"], {
    cwd: stack.folder,
    env: { ...process.env, ...workspace.env },
  });
  return copy;
}

/** What the `Pulumi.yaml` of a folder says. */
export async function readProject(folder: string): Promise<{ readonly name: string; readonly stackConfigDir?: string }> {
  return parse(await readFile(path.join(folder, "Pulumi.yaml"), "utf8")) as { name: string; stackConfigDir?: string };
}

function ifMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
