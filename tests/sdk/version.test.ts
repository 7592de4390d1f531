import manifest from "../../package.json";
import { packageVersion, pluginDownloadUrl } from "../../provider/sdk/version";

test("asks the plugin for the version of the package, from where the package says that it is", () => {
  expect({ version: packageVersion, server: pluginDownloadUrl }).toEqual({
    version: manifest.version,
    server: manifest.pulumi.server,
  });
  expect(manifest.pulumi.version).toBe(manifest.version);
});
