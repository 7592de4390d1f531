import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";

/** The first executable of that name on PATH, as the shell would find it; undefined where there is none. */
export async function findOnPath(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (environment.PATH ?? "").split(path.delimiter)) {
    const candidate = path.resolve(folder, name);
    if (folder !== "" && (await isExecutable(candidate))) return candidate;
  }
  return undefined;
}

/** Whether it is a file that may be run. */
export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** A PATH without one of its folders. */
export function withoutFolder(searchPath: string, folder: string): string {
  const kept = searchPath.split(path.delimiter).filter((entry) => path.resolve(entry) !== folder);
  return kept.join(path.delimiter);
}
