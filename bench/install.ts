import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import pulumi from "@pulumi/pulumi/package.json";
import { serveRelease } from "../local/releaseServer";
import manifest from "../package.json";
import { writeRelease } from "../packaging/release";
import { startCloud } from "./cloud";
import type { Row } from "./row";
import { inFolder, openStack } from "./stack";

/** What a user waits for who begins with nothing. */
export const installRows: readonly Row[] = [
  {
    id: "install.seconds",
    unit: "s",
    measure: () =>
      inFolder(async (folder) => {
        const release = path.join(folder, "release");
        await writeRelease(release);
        const server = await serveRelease(release);
        const cloud = await startCloud({});
        try {
          const project = path.join(folder, "project");
          await mkdir(project);
          // Without one of its own, npm would take the checkout's above it.
          await writeFile(path.join(project, "package.json"), JSON.stringify({ name: "shop", private: true }));
          await writeFile(path.join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
          await writeFile(path.join(project, "index.ts"), programOf(cloud.imageUrl));
          const stack = await openStack({ project, name: "dev", folder: path.join(folder, "stack"), config: {}, cloud });
          const began = performance.now();
          const packages = [path.join(release, `imagefleet-${manifest.version}.tgz`), `@pulumi/pulumi@${pulumi.version}`];
          execFileSync("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...packages], { cwd: project, stdio: "ignore" });
          const env = { PULUMI_HOME: path.join(folder, "home"), PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: server.overrides };
          await stack.time(["preview"], { env });
          const seconds = (performance.now() - began) / 1_000;
          return { value: seconds, note: "`npm install` from its cache and the first preview, in an empty project; archives on loopback" };
        } finally {
          server.close();
          await cloud.close();
        }
      }),
  },
];

function programOf(url: string): string {
  return `import { CustomImage } from "imagefleet";\nnew CustomImage("web", { source: { url: "${url}" }, regions: ["nyc3"] });\n`;
}
