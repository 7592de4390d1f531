import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const signOfLifeSeconds = 1;
const silenceSeconds = 10;

/**
 * Makes a folder that either is not there or is whole, however many processes ask for it at once: `make` fills a draft beside it, which
 * is then renamed. The others wait for the one that makes it; where that one dies, another takes over within 10 s. Rejects as `make` does.
 */
export async function makeOnce(folder: string, make: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  const turn = `${folder}.turn`;
  while (!existsSync(folder)) {
    if (await takeTurn(turn)) await makeNow(folder, turn, make);
    else await sleep(200);
  }
}

async function makeNow(folder: string, turn: string, make: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${folder}.${randomUUID()}`;
  const signOfLife = setInterval(() => void utimes(turn, new Date(), new Date()).catch(() => undefined), signOfLifeSeconds * 1000);
  try {
    // Another may have finished between the look at the folder and the turn.
    if (existsSync(folder)) return;
    await mkdir(draft);
    await make(draft);
    await settle(draft, folder);
  } finally {
    clearInterval(signOfLife);
    await rm(draft, { recursive: true, force: true });
    await rm(turn, { force: true });
  }
}

/** Saves work, not correctness: should two processes believe it is their turn, the rename still lets only one folder stand. */
async function takeTurn(turn: string): Promise<boolean> {
  try {
    await writeFile(turn, "", { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const lastSign = await stat(turn).then(
      (found) => found.mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - lastSign > silenceSeconds * 1000) await rm(turn, { force: true });
    return false;
  }
}

async function settle(draft: string, folder: string): Promise<void> {
  try {
    await rename(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
