import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import manifest from "../package.json";
import { archiveName, type Platform } from "../packaging/pluginArchive";
import { writeRelease } from "../packaging/release";

/** The plugin as the engine unpacks it from a release, in a folder of that name. */
export async function unpackedPlugin(folder: string, name: string): Promise<string> {
  const release = path.join(folder, `${name}-release`);
  await writeRelease(release);
  const place = path.join(folder, name);
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}` as Platform;
  unpack(path.join(release, archiveName(platform)), place);
  return place;
}

/** The module of a program of the bench whose components are those of the released package, of the release that the plugin is of. */
export function programOfPackage(folder: string, plugin: string, name: string): string {
  const place = path.join(folder, `${name}-package`);
  unpack(path.join(folder, `${plugin}-release`, `imagefleet-${manifest.version}.tgz`), place);
  const module = path.join(place, "package/dist/bench/programs", `${name}.js`);
  mkdirSync(path.dirname(module), { recursive: true });
  copyFileSync(path.join(__dirname, "programs", `${name}.js`), module);
  return module;
}

function unpack(archive: string, folder: string): void {
  mkdirSync(folder);
  execFileSync("tar", ["-xzf", archive, "-C", folder]);
}
