import { readFileSync } from "node:fs";
import path from "node:path";
import { selfAndAbove } from "../checkout";

/** A package that a program asks for, and the version that is installed (the one asked for where none is). */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** What the package says of the Pulumi plugin that it needs. */
  readonly plugin?: Plugin;
}

/** The `pulumi` section of a package's manifest. Name and version are the package's own where it names none. */
export interface Plugin {
  readonly resource?: boolean;
  readonly name?: string;
  readonly version?: string;
  /** Where the archives are, if not at Pulumi's own place. */
  readonly server?: string;
}

interface Manifest {
  readonly version?: string;
  readonly pulumi?: Plugin;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The packages that the nearest `package.json` at or above `folder` declares; none where there is no such file. */
export function declaredDependencies(folder: string): Dependency[] {
  const nearest = nearestManifest(folder, "package.json");
  return Object.entries({ ...nearest?.dependencies, ...nearest?.devDependencies }).map(([name, wanted]) => {
    const installed = nearestManifest(folder, path.join("node_modules", name, "package.json"));
    return { name, version: installed?.version ?? wanted, plugin: installed?.pulumi };
  });
}

function nearestManifest(folder: string, file: string): Manifest | undefined {
  for (const place of selfAndAbove(folder)) {
    try {
      return JSON.parse(readFileSync(path.join(place, file), "utf8")) as Manifest;
    } catch {
      continue;
    }
  }
  return undefined;
}
