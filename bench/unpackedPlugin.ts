import { execFileSync } from "node:child_process";
import path from "node:path";
import { archiveName, type Platform } from "../packaging/pluginArchive";
import { writeRelease } from "../packaging/release";

/** The plugin as the engine unpacks it from a release, in a folder of that name. */
export async function unpackedPlugin(folder: string, name: string): Promise<string> {
  const release = path.join(folder, `${name}-release`);
  await writeRelease(release);
  const place = path.join(folder, name);
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}` as Platform;
  execFileSync("mkdir", [place]);
  execFileSync("tar", ["-xzf", path.join(release, archiveName(platform)), "-C", place]);
  return place;
}
