/**
 * A process that stages a local file through the built provider and then stops where it is told to, to be killed there.
 * Its one argument, JSON: `{ settings, path, correlation, stopAt: "part" or "public" }`. It prints the object's URL, or a blank line.
 */
const files = require("node:fs/promises");
const { randomBytes } = require("node:crypto");
const source = "../../dist/provider/source";
const { FileDigests } = require(`${source}/staging/fileDigest`);
const { createSpaces } = require(`${source}/spaces/spaces`);
const { createStaging } = require(`${source}/staging/staging`);

const { settings, path, correlation, stopAt } = JSON.parse(process.argv[2]);
const { signal } = new AbortController();
const world = { clock: { now: () => 0, sleep: () => new Promise(() => undefined) }, send: fetch };
const bits = { open: async (name) => stopping(await files.open(name)) };

/** Reading parts never ends after the third, so the upload stays where it is. */
function stopping(file) {
  const read = (into, offset, length, position) => {
    if (stopAt !== "part" || length < 16e6 || position < 48e6) return file.read(into, offset, length, position);
    process.stdout.write("\n");
    return new Promise(() => undefined);
  };
  return { read, stat: (options) => file.stat(options), close: () => file.close() };
}

async function main() {
  const staging = createStaging({ store: createSpaces(settings, world), files: bits, digests: new FileDigests(bits), world, randomBytes });
  const staged = await staging.stage({ source: { path }, recompress: "never", correlation }, { signal, progress: () => undefined });
  await staged.publish(signal);
  process.stdout.write(`${staged.url}\n`);
}

setInterval(() => undefined, 1_000_000);
void main();
