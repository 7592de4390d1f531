/** The inspection, loaded when the first image is to be inspected: most runs inspect none, and the provider starts quicker without it. */
export function inspectLater(): typeof import("./inspectSource") {
  return require("./inspectSource") as typeof import("./inspectSource");
}
