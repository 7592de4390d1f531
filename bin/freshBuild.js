/** Loads a built entry, and stops with one sentence where its sources are newer than the build or were never built. */
const fs = require("node:fs");
const path = require("node:path");

const root = path.resolve(__dirname, "..");
/** What each entry's room runs from the build. Programs (`stacks`, `components`) are compiled by the language host as they are. */
const usedBy = {
  provider: ["provider", "construct", "components"],
  local: ["local", "provider"],
  cli: ["cli", "local", "emulator", "provider", "bench", "packaging"],
};

function newestSource(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .reduce((newest, entry) => Math.max(newest, fs.statSync(path.join(entry.parentPath ?? entry.path, entry.name)).mtimeMs), 0);
}

exports.load = function load(entry) {
  const built = path.join(root, "dist", "build.tsbuildinfo");
  const present = usedBy[entry.split("/")[0]].map((room) => path.join(root, room)).filter((room) => fs.existsSync(room));
  const builtAt = fs.existsSync(built) ? fs.statSync(built).mtimeMs : 0;
  if (builtAt === 0 || present.some((folder) => newestSource(folder) > builtAt)) {
    const state = builtAt === 0 ? "has not been built" : "is older than its sources";
    process.stderr.write(`imagefleet ${state}: run \`npm run build\` in ${root} and try again.\n`);
    process.exit(1);
  }
  // Node 22 and newer keep what they compiled: the engine starts each plugin twice in one `up`.
  require("node:module").enableCompileCache?.();
  return require(path.join(root, "dist", entry));
};
