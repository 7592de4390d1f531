import { readFileSync } from "node:fs";
import path from "node:path";
import { selfAndAbove } from "../checkout";

/** A package that a program asks for, and the version that is installed (the one asked for where none is). */
export interface Dependency {
  readonly name: string;
  readonly version: string;
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The packages that the nearest `package.json` at or above `folder` declares; none where there is no such file. */
export function declaredDependencies(folder: string): Dependency[] {
  const nearest = nearestManifest(folder, "package.json");
  return Object.entries({ ...nearest?.dependencies, ...nearest?.devDependencies }).map(([name, wanted]) => ({
    name,
    version: nearestManifest(folder, path.join("node_modules", name, "package.json"))?.version ?? wanted,
  }));
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
