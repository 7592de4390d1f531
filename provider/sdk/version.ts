/** The version of the package, which every resource asks its plugin for. */
export const packageVersion = "0.1.0";

/** Where the engine finds the plugin's archives: a release of the repository. */
export const pluginDownloadUrl = "github://api.github.com/imagefleet/imagefleet";
