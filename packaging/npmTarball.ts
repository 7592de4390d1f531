import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { checkout } from "../local/checkout";
import manifest from "../package.json";
import type { Bundle } from "./bundle";
import { tarball, type TarballFile } from "./tarball";

/** What a program loads of the build: rooms, and of the rules those that components hold. */
const built: readonly (readonly [folder: string, files: RegExp])[] = [
  ["components", /\.js$|\.d\.ts$/],
  ["provider/rules", /^(regionSlug|dropletNamePrefix)\.(js|d\.ts)$/],
  ["provider/sdk", /\.js$|\.d\.ts$/],
];
/** What people read, beside README.md. */
const pages = ["README.md", "CONTRIBUTING.md", "LICENSE", "CHANGELOG.md"];

/** The npm package by its file's name: what a program imports, the command line in one file, and what README leads to. */
export async function npmTarball(cli: Bundle): Promise<Readonly<Record<string, Buffer>>> {
  const files = [
    { name: "package.json", content: `${JSON.stringify(published(), null, 2)}\n` },
    { name: "bin/imagefleet", content: `#!/usr/bin/env node\n${cli.text}`, executable: true },
    // Why the code is as it is belongs to the repository.
    ...(await filesBelow("docs", /\.(md|png)$/)).filter(({ name }) => !name.startsWith("docs/adr/")),
    ...(await filesBelow("examples", /./)),
    ...(await filesBelow("stacks", /./)),
    ...(await Promise.all(built.map(([folder, files]) => filesBelow(`dist/${folder}`, files)))).flat().map(withoutMap),
    ...(await Promise.all(pages.map(file))),
  ];
  const content = await tarball(files.map((entry) => ({ ...entry, name: `package/${entry.name}` })));
  return { [`${manifest.name}-${manifest.version}.tgz`]: content };
}

/** Maps lead to sources, which stay in the repository; one that is named and isn't there is what debuggers complain about. */
function withoutMap({ name, content }: TarballFile): TarballFile {
  return { name, content: content.toString().replace(/^\/\/# sourceMappingURL=.*$/m, "") };
}

/** What the registry is told: the peers are all that an installation brings, for the rest is bundled. */
function published(): object {
  const { name, version, description, keywords, license, repository, type, main, types, exports, typesVersions } = manifest;
  const { engines, pulumi, peerDependencies, peerDependenciesMeta } = manifest;
  const bin = { imagefleet: manifest.bin.imagefleet };
  return {
    name,
    version,
    description,
    keywords,
    license,
    repository,
    type,
    main,
    types,
    exports,
    typesVersions,
    bin,
    engines,
    pulumi,
    peerDependencies,
    peerDependenciesMeta,
  };
}

async function filesBelow(folder: string, pattern: RegExp): Promise<readonly TarballFile[]> {
  const entries = await readdir(path.join(checkout, folder), { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(names.sort().map((name) => file(path.relative(checkout, name))));
}

async function file(name: string): Promise<TarballFile> {
  return { name, content: await readFile(path.join(checkout, name)) };
}
