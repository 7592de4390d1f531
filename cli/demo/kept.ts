import { openWorkspace } from "../../local/workspace";
import { interruption } from "./interruption";
import { backendOf, demosFolder, endKeptRuns } from "./runFolder";
import { DevStack } from "./stack";

/** `demo --stop`: destroys the stacks that `--keep` left, ends their emulators and removes their files. */
export async function stopKeptDemos(): Promise<void> {
  const interrupted = interruption();
  const ended = await endKeptRuns(demosFolder, async (folder, cloud) => {
    const workspace = await openWorkspace({ log: (line) => process.stderr.write(`${line}\n`), backend: backendOf(folder) });
    await new DevStack(workspace, cloud, folder, interrupted).destroy();
  });
  if (ended === 0) throw new Error("No demo is kept: start one with `npm run demo -- --keep`.");
}
