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

/** What few runs need: components bring all of Pulumi's SDK, Spaces an S3 client, proxies an HTTP client. By the path that it is required by. */
const apart: Readonly<Record<string, string>> = {
  "../construct/main": "construct.js",
  "./source/spaces/spaces": "spaces.js",
  "./proxies": "proxies.js",
};

/** The plugin: a first file that checks Node.js and keeps compiled code, all that every run needs in a second, and the rest in files of its own. */
export async function bundlePlugin(): Promise<readonly Bundle[]> {
  return Promise.all([
    bundle("packaging/pluginStart.ts", "start.js", "es2015"),
    bundle("provider/main.ts", "provider.js", "node20", [loadedLater]),
    ...Object.entries(apart).map(([required, name]) => bundle(`${path.join("provider", required)}.ts`, name, "node20")),
  ]);
}

/** The verbs of the command line that work outside of the repository. */
export async function bundleCli(): Promise<Bundle> {
  return bundle("cli/packaged.ts", "imagefleet.js", "node20");
}

async function bundle(entry: string, name: string, target: string, plugins: Plugin[] = []): Promise<Bundle> {
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
    plugins,
    define: { oldestNode: JSON.stringify(oldestNode) },
  });
  return { name, text: outputFiles[0]?.text ?? "" };
}

/** Leaves out of a bundle what it requires only when it is wanted. */
const loadedLater: Plugin = {
  name: "loaded-later",
  setup: (plugin) =>
    plugin.onResolve({ filter: /^\./ }, ({ path: required, kind, importer }) => {
      const isOurs = importer.startsWith(path.join(checkout, "provider"));
      const name = kind === "require-call" && isOurs ? apart[required] : undefined;
      return name === undefined ? undefined : { path: `./${name}`, external: true };
    }),
};
