import type { Packaging } from "./host/provider";
import { pluginDownloadUrl } from "./sdk/version";

const repository = "https://github.com/imagefleet/imagefleet";

/** Where the package comes from, and its name in each language: generators would put it below names of Pulumi's own. */
export const packaging: Packaging = {
  pluginDownloadURL: pluginDownloadUrl,
  repository,
  homepage: repository,
  license: "Apache-2.0",
  publisher: "imagefleet",
  keywords: ["pulumi", "category/infrastructure", "kind/native", "digitalocean"],
  language: {
    nodejs: { packageName: "imagefleet", respectSchemaVersion: true },
    python: { packageName: "imagefleet", respectSchemaVersion: true },
    go: { importBasePath: "github.com/imagefleet/imagefleet/sdk/go/imagefleet", respectSchemaVersion: true },
    csharp: { rootNamespace: "Imagefleet", respectSchemaVersion: true },
    java: { basePackage: "io.github.imagefleet", buildFiles: "gradle" },
  },
};
