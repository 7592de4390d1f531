import { createRequire } from "node:module";

const lazily = createRequire(__filename);

/** The inspection, loaded when the first image is to be inspected: most runs inspect none, and the provider starts quicker without it. */
export function inspectLater(): typeof import("./inspectSource") {
  return lazily("./inspectSource") as typeof import("./inspectSource");
}
