/** The executables and programs under test run from `dist/`: bring it up to date before the first test. */
const { execFileSync } = require("node:child_process");
const { readdirSync, readFileSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const { dump, load } = require("js-yaml");

const root = path.resolve(__dirname, "../..");
const programs = "tests/engine/programs";

module.exports = function buildOnce() {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });
  for (const name of readdirSync(path.join(root, programs))) asCompiled(name);
};

/** Gives a compiled program its project file: each command would compile it again otherwise. */
function asCompiled(name) {
  const project = load(readFileSync(path.join(root, programs, name, "Pulumi.yaml"), "utf8"));
  project.main = "index.js";
  project.runtime.options = { typescript: false };
  for (const plugin of project.plugins.providers) plugin.path = path.join(root, "bin");
  writeFileSync(path.join(root, "dist", programs, name, "Pulumi.yaml"), dump(project));
}
