import { existsSync } from "node:fs";
import path from "node:path";

/** `folder` and every folder above it, nearest first. */
export function selfAndAbove(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...selfAndAbove(above)];
}

/** The folder of this project's `Pulumi.yaml`: sources and the build below `dist/` both find it. */
export const checkout: string = findCheckout();

function findCheckout(): string {
  const found = selfAndAbove(__dirname).find((folder) => existsSync(path.join(folder, "local/engine/go.mod")));
  if (found === undefined)
    throw new Error("imagefleet runs stacks on this machine from a checkout only: clone its repository and run it there.");
  return found;
}
