/** The executables and programs under test run from `dist/`: bring it up to date before the first test. */
const { execFileSync } = require("node:child_process");
const { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const { parse, stringify } = require("yaml");

const root = path.resolve(__dirname, "../..");
const programs = "tests/engine/programs";
/** The plugin as users install it. */
const plugin = path.join(root, "dist/pulumi-resource-imagefleet");

module.exports = async function buildOnce() {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });
  // The release of an earlier run: the first test that wants one makes it anew.
  rmSync(path.join(root, "dist/release"), { recursive: true, force: true });
  const { bundlePlugin } = require("../../dist/packaging/bundle");
  const { pluginArchive } = require("../../dist/packaging/pluginArchive");
  mkdirSync(plugin, { recursive: true });
  execFileSync("tar", ["-xz", "-C", plugin], { input: await pluginArchive("linux-amd64", await bundlePlugin()) });
  for (const name of readdirSync(path.join(root, programs))) asCompiled(name);
};

/** Gives a compiled program its project file, with the packaged plugin: each command would compile it again otherwise. */
function asCompiled(name) {
  const project = parse(readFileSync(path.join(root, programs, name, "Pulumi.yaml"), "utf8"));
  project.main = "index.js";
  project.runtime.options = { typescript: false };
  for (const provider of project.plugins.providers) provider.path = plugin;
  writeFileSync(path.join(root, "dist", programs, name, "Pulumi.yaml"), stringify(project));
}
