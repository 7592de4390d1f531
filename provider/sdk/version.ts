/** The version of the package, which every resource asks its plugin for. */
export const packageVersion = "0.1.0";
