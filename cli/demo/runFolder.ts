import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { checkout } from "../../local/checkout";
import { stopAbandonedGateway } from "../../local/spacesGateway";
import { cloudFile, stopCloud, type Cloud } from "./cloud";

/** Has a folder for each demo, named after the process that it belongs to: demos run side by side, and what a dead one left is recognised. */
export const demosFolder = path.join(checkout, ".imagefleet/demo");

const keptFile = "kept";

/** Where the stack's state is, in a run's folder. */
export const backendOf = (folder: string): string => path.join(folder, "backend");

/** Where a link to the gateway's own folder is, in a run's folder: a socket's path has to be short. */
export const gatewayOf = (folder: string): string => path.join(folder, "spaces");

/**
 * Does a run's work in a folder of its own. Afterwards, and whatever happened, what was started there ends and the folder goes, unless
 * `keep` was called. What demos left that were killed goes first.
 */
export async function inRunFolder(demos: string, work: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(demos, { recursive: true });
  const folder = await mkdtemp(path.join(demos, `${process.pid}-`));
  try {
    for (const other of await runsIn(demos)) if (!isKept(other) && !isOwnerAlive(other)) await endRun(other);
    await work(folder);
  } finally {
    if (!isKept(folder)) await endRun(folder);
  }
}

/** Leaves a run as it is when its process ends. */
export async function keep(folder: string): Promise<void> {
  await writeFile(path.join(folder, keptFile), "");
}

/** Takes over every run that was kept, each for one process only, and ends it after `work`, also where that fails. Returns how many. */
export async function endKeptRuns(demos: string, work: (folder: string, cloud: Cloud) => Promise<void>): Promise<number> {
  const kept = (await runsIn(demos)).filter(isKept);
  for (const run of kept) {
    const folder = path.join(demos, `${process.pid}-${path.basename(run)}`);
    if (!(await moved(run, folder))) continue;
    try {
      const cloud = await cloudOf(folder);
      if (cloud !== undefined) await work(folder, cloud);
    } finally {
      await endRun(folder);
    }
  }
  return kept.length;
}

/** False where another `demo --stop` was quicker. */
function moved(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    () => false,
  );
}

/** Ends what the folder says was started there, then removes it. */
async function endRun(folder: string): Promise<void> {
  const cloud = await cloudOf(folder);
  if (cloud !== undefined) await stopCloud(cloud);
  const gateway = await readlink(gatewayOf(folder)).catch(() => undefined);
  if (gateway !== undefined) await stopAbandonedGateway(gateway);
  // An engine that outlived a kill may still be writing here.
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

async function cloudOf(folder: string): Promise<Cloud | undefined> {
  try {
    return JSON.parse(await readFile(path.join(folder, cloudFile), "utf8")) as Cloud;
  } catch {
    return undefined; // The run ended before its emulator listened.
  }
}

async function runsIn(demos: string): Promise<string[]> {
  const names = await readdir(demos).catch(() => []);
  return names.map((name) => path.join(demos, name));
}

function isKept(folder: string): boolean {
  return existsSync(path.join(folder, keptFile));
}

function isOwnerAlive(folder: string): boolean {
  try {
    return process.kill(Number.parseInt(path.basename(folder), 10), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
