import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { checkout } from "../../local/checkout";
import { openWorkspace } from "../../local/workspace";
import { stopCloud, type Cloud } from "./cloud";
import { interruption } from "./interruption";
import { DevStack } from "./stack";

/** Everything that one demo writes: images, configuration, state. Gone with it. */
export const demoFolder = path.join(checkout, ".imagefleet/demo");
export const backendFolder = path.join(demoFolder, "backend");
const keptFile = path.join(demoFolder, "kept.json");

export function isKept(): boolean {
  return existsSync(keptFile);
}

export async function keep(cloud: Cloud): Promise<void> {
  await writeFile(keptFile, JSON.stringify(cloud));
}

/** `demo --stop`: destroys the stack that `--keep` left, ends its emulator and removes their files. */
export async function stopKeptDemo(): Promise<void> {
  if (!isKept()) throw new Error("No demo is kept: start one with `npm run demo -- --keep`.");
  const cloud = JSON.parse(await readFile(keptFile, "utf8")) as Cloud;
  const workspace = await openWorkspace({ log: (line) => process.stderr.write(`${line}\n`), backend: backendFolder });
  try {
    await new DevStack(workspace, cloud, demoFolder, interruption()).destroy();
  } finally {
    await stopCloud(cloud);
    await rm(demoFolder, { recursive: true, force: true });
  }
}
