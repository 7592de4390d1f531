/** The executables under test run from `dist/`: bring it up to date before the first test. */
const { execFileSync } = require("node:child_process");
const path = require("node:path");

module.exports = function buildOnce() {
  const root = path.resolve(__dirname, "../..");
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });
};
