import path from "node:path";
import { build, type Plugin } from "esbuild";
import { checkout } from "../local/checkout";
import manifest from "../package.json";

/** A script of the package by its name in the archive or tarball. */
export interface Bundle {
  readonly name: string;
  readonly text: string;
}

/** The oldest Node.js that is supported: `20.20`. */
export const oldestNode = manifest.engines.node.replace(/^>=/, "");

/** The plugin: a first file that checks Node.js and keeps compiled code, all that most runs need in a second, and a third for components. */
export async function bundlePlugin(): Promise<readonly Bundle[]> {
  return Promise.all([
    bundle("packaging/pluginStart.ts", "start.js", "es2015"),
    bundle("provider/main.ts", "provider.js", "node20"),
    bundle("construct/main.ts", "construct.js", "node20"),
  ]);
}

/** The verbs of the command line that work outside of the repository. */
export async function bundleCli(): Promise<Bundle> {
  return bundle("cli/packaged.ts", "imagefleet.js", "node20");
}

async function bundle(entry: string, name: string, target: string): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [path.join(checkout, entry)],
    absWorkingDir: checkout,
    bundle: true,
    platform: "node",
    target,
    minify: true,
    legalComments: "none",
    write: false,
    logLevel: "silent",
    plugins: [constructApart],
    define: { oldestNode: JSON.stringify(oldestNode) },
  });
  return { name, text: outputFiles[0]?.text ?? "" };
}

/** What lays out components brings all of Pulumi's SDK: it stays a file of its own beside the plugin. */
const constructApart: Plugin = {
  name: "construct-apart",
  setup: (plugin) => plugin.onResolve({ filter: /^\.\.\/construct\/main$/ }, () => ({ path: "./construct.js", external: true })),
};
