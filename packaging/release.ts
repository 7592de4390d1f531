import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageSchema } from "../provider/host/schema";
import { imagefleet } from "../provider/imagefleet";
import { bundleCli, bundlePlugin } from "./bundle";
import { npmTarball } from "./npmTarball";
import { archiveName, platforms, pluginArchive, sha256 } from "./pluginArchive";

/** Writes the files of a release into a folder, and returns their paths. */
export async function writeRelease(folder: string): Promise<readonly string[]> {
  const plugin = await bundlePlugin();
  const archives = await Promise.all(
    platforms.map(async (platform) => [archiveName(platform), await pluginArchive(platform, plugin)] as const),
  );
  const files: Readonly<Record<string, Buffer | string>> = {
    ...Object.fromEntries(archives),
    "checksums.txt": archives.map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`).join(""),
    "schema.json": `${JSON.stringify(packageSchema(imagefleet()), null, 2)}\n`,
    ...(await npmTarball(await bundleCli())),
  };
  await mkdir(folder, { recursive: true });
  return Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      const file = path.join(folder, name);
      await writeFile(file, content);
      return file;
    }),
  );
}
