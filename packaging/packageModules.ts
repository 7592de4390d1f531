import { readFile } from "node:fs/promises";
import path from "node:path";
import { build, transform } from "esbuild";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import { checkout } from "../local/checkout";
import type { TarballFile } from "./tarball";

/** What a program imports: the package's two entries. */
const entries = ["components/index", "components/service/index"];
/** What both have in common, so that a class of the one is that class in the other, too. */
const shared = "components/shared";
/** What loads the second entry, once it has looked for its optional peer. */
const guard = "dist/components/service/package.js";

/** The modules of the package: each entry in one file and what they share in a third, as code and as types. */
export async function packageModules(): Promise<readonly TarballFile[]> {
  const loader = await readFile(path.join(checkout, guard), "utf8");
  return [...(await code()), ...(await types()), { name: guard, content: loader.replace(/^\/\/# sourceMappingURL=.*$/m, "") }];
}

async function code(): Promise<readonly TarballFile[]> {
  const { outputFiles } = await build({
    entryPoints: entries.map((entry) => `${entry}.ts`),
    absWorkingDir: checkout,
    bundle: true,
    platform: "node",
    target: "node20",
    packages: "external",
    // Only of this format esbuild shares what several entries have in common.
    format: "esm",
    splitting: true,
    chunkNames: shared,
    outdir: "dist",
    outbase: ".",
    write: false,
  });
  return Promise.all(
    outputFiles.map(async ({ path: file, text }) => {
      return { name: path.relative(checkout, file), content: (await transform(text, { format: "cjs", platform: "node" })).code };
    }),
  );
}

async function types(): Promise<readonly TarballFile[]> {
  const input = Object.fromEntries(entries.map((entry) => [entry, path.join(checkout, "dist", `${entry}.d.ts`)]));
  const bundle = await rollup({ input, plugins: [dts()], external: /^(@pulumi\/|node:)/ });
  const { output } = await bundle.generate({ entryFileNames: "[name].d.ts", chunkFileNames: `${shared}.d.ts` });
  await bundle.close();
  return output.flatMap((file) => (file.type === "chunk" ? [{ name: `dist/${file.fileName}`, content: file.code }] : []));
}
