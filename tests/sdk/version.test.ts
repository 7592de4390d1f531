import { packageVersion } from "../../provider/sdk/version";

test("asks the plugin for the version of the package", async () => {
  const { version } = (await import("../../package.json", { with: { type: "json" } })).default;
  expect(packageVersion).toBe(version);
});
