/* The plugin's first file: old Node.js must be able to read it, so it is compiled for ES2015 and loads the rest only on a supported one. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import type { Server } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as vm from "node:vm";
import { announce } from "../provider/host/announce";

/** Filled in by the bundler from `engines.node` of the package. */
declare const oldestNode: string;

type Main = (listener: Server) => Promise<void>;
type Wrapper = (exports: { main?: Main }, require: NodeJS.Require, module: object, filename: string, dirname: string) => void;

const digestBytes = 32;
/** How long compiled code is kept, in milliseconds: 30 days. */
const keptFor = 30 * 24 * 3_600_000;

if (isOlder(process.versions.node, oldestNode)) {
  process.stderr.write(
    `imagefleet's provider needs Node.js ${oldestNode} or newer, but \`node\` is ${process.versions.node}: update Node.js.\n`,
  );
  process.exit(1);
}
void start(path.join(__dirname, "provider.js"));

/**
 * Prints the port, so that the engine connects meanwhile, and runs the bundle with the machine code that an earlier run left, which makes
 * the start several times quicker, and leaves it where none was. The code belongs to exactly this bundle, Node.js and processor: V8 checks
 * less than that.
 */
async function start(bundle: string): Promise<void> {
  // To make Node.js a stream of stdout takes longer than to listen.
  const listener = await announce((line) => fs.writeSync(1, line));
  const bytes = fs.readFileSync(bundle);
  // The bundler writes ASCII, which is read quickest as this.
  const source = bytes.toString("latin1");
  const name = [digestOf(bytes).toString("hex"), process.versions.node, process.arch].join("-");
  const folder = cacheFolder();
  const file = folder === undefined ? undefined : path.join(folder, name);
  const cachedData = file === undefined ? undefined : readCode(file);
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: bundle,
    cachedData,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module: { exports: { main?: Main } } = { exports: {} };
  (script.runInThisContext() as Wrapper)(module.exports, require, module, bundle, path.dirname(bundle));
  await module.exports.main?.(listener);
  // Only now are the functions compiled that a run needs.
  if (file !== undefined && (cachedData === undefined || script.cachedDataRejected === true)) writeCode(file, script.createCachedData());
  process.exit(0);
}

/** A folder that nobody else can write to, for what lies there is run; undefined where there is none. */
function cacheFolder(): string | undefined {
  try {
    const folder = path.join(process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"), "imagefleet", "code");
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = fs.lstatSync(folder);
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o777) === 0o700);
    return isOurs ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** The code behind its own digest; undefined where there is none, or where it is damaged, which could crash V8. */
function readCode(file: string): Buffer | undefined {
  try {
    const stored = fs.readFileSync(file);
    const code = stored.subarray(digestBytes);
    return digestOf(code).equals(stored.subarray(0, digestBytes)) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Beside its place and then there, so that no other process reads half of it. Without it the next start is slower, and that is all. */
function writeCode(file: string, code: Buffer): void {
  const draft = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(draft, Buffer.concat([digestOf(code), code]), { mode: 0o600, flag: "wx" });
    fs.renameSync(draft, file);
    removeOld(path.dirname(file));
  } catch {
    fs.rmSync(draft, { force: true });
  }
}

/** What other versions have left: one that still runs makes its own anew. */
function removeOld(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    if (Date.now() - fs.statSync(file).mtimeMs > keptFor) fs.rmSync(file);
  }
}

function digestOf(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function isOlder(version: string, oldest: string): boolean {
  const want = oldest.split(".").map(Number);
  const difference = version.split(".").map((part, at) => Number(part) - (want[at] || 0));
  return (difference.find((part) => part !== 0) || 0) < 0;
}
