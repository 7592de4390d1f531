import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { checkout } from "../local/checkout";
import manifest from "../package.json";
import type { Bundle } from "./bundle";
import { packageModules } from "./packageModules";
import { tarball, type TarballFile } from "./tarball";

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
    ...(await packageModules()),
    ...(await Promise.all(pages.map(file))),
  ];
  const content = await tarball(files.map((entry) => ({ ...entry, name: `package/${entry.name}` })));
  return { [`${manifest.name}-${manifest.version}.tgz`]: content };
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
