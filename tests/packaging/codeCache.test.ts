import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { builtRelease, scratchFolder, unpacked } from "./builtRelease";

let start: string;

beforeAll(async () => {
  const plugin = await unpacked(path.join(await builtRelease(), "pulumi-resource-imagefleet-v0.1.0-linux-amd64.tar.gz"));
  start = path.join(plugin, "start.js");
});

/** A folder with the plugin's first file beside that bundle. */
async function startBeside(bundle: string): Promise<string> {
  const folder = await scratchFolder();
  await copyFile(start, path.join(folder, "start.js"));
  await writeFile(path.join(folder, "provider.js"), bundle);
  return folder;
}

/** The plugin's first file beside a bundle that prints a word, and a cache of its own. */
async function startOf(word: string, cache?: string) {
  const folder = await startBeside(`exports.main = async () => void process.stdout.write("${word}");\n`);
  const home = cache ?? (await scratchFolder());
  const code = path.join(home, "imagefleet", "code");
  return {
    home,
    code,
    run: (...flags: readonly string[]) => {
      const env = { PATH: process.env["PATH"], XDG_CACHE_HOME: home };
      const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, path.join(folder, "start.js")], { env, encoding: "utf8" });
      expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
      const [port, printed] = stdout.split("\n");
      expect(port).toMatch(/^\d+$/);
      return printed;
    },
    /** The one file of the cache, and what tells whether it was written again. */
    kept: async () => {
      const [name = "", ...others] = await readdir(code);
      expect(others).toEqual([]);
      const file = path.join(code, name);
      return { name, file, written: (await stat(file)).ino, bytes: await readFile(file) };
    },
  };
}

test("the first start leaves its compiled code, which belongs to this bundle, Node.js and processor", async () => {
  const { run, kept, code } = await startOf("hello");
  expect(run()).toBe("hello");
  const { name, file } = await kept();
  expect(name).toMatch(new RegExp(`^[0-9a-f]{64}-${process.versions.node}-${process.arch}$`));
  expect((await stat(code)).mode & 0o777).toBe(0o700);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("the plugin itself leaves its compiled code at its first start, and V8 takes it at the second", async () => {
  const home = await scratchFolder();
  const code = path.join(home, "imagefleet", "code");
  const written = async () => {
    const plugin = spawn(path.join(path.dirname(start), "pulumi-resource-imagefleet"), ["127.0.0.1:1"], {
      env: { ...process.env, XDG_CACHE_HOME: home },
    });
    const [port] = (await once(plugin.stdout, "data")) as [Buffer];
    expect(String(port)).toMatch(/^\d+\n$/);
    // As when the engine is gone. A signal may come before the plugin is loaded, and ends it then and there.
    plugin.stdin.end();
    expect(await once(plugin, "close")).toEqual([0, null]);
    const [name = "", ...others] = await readdir(code);
    expect(others).toEqual([]);
    return (await stat(path.join(code, name))).ino;
  };
  expect(await written()).toBe(await written());
});

test("the next start uses it and leaves it as it is", async () => {
  const { run, kept } = await startOf("hello");
  run();
  const before = await kept();
  expect(run()).toBe("hello");
  expect((await kept()).written).toBe(before.written);
});

test("code that V8 refuses is made anew", async () => {
  const { run, kept } = await startOf("hello");
  run();
  const before = await kept();
  expect(run("--no-opt")).toBe("hello");
  expect((await kept()).bytes.equals(before.bytes)).toBe(false);
});

test.each([
  ["in the code", (bytes: Buffer) => bytes.fill(0xff, bytes.length - 200)],
  ["in the digest", (bytes: Buffer) => bytes.fill(0, 0, 8)],
  ["by its end missing", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ["to nothing", (bytes: Buffer) => bytes.subarray(0, 0)],
])("code that is damaged %s is not run, and is made anew", async (_, damage) => {
  const { run, kept } = await startOf("hello");
  run();
  const { file, bytes } = await kept();
  await writeFile(file, damage(Buffer.from(bytes)));
  expect(run()).toBe("hello");
  const { bytes: anew, written } = await kept();
  expect(anew.length).toBeGreaterThan(32);
  expect(run()).toBe("hello");
  expect((await kept()).written).toBe(written);
});

test("another bundle of the same length gets code of its own", async () => {
  const first = await startOf("hello");
  first.run();
  const second = await startOf("world", first.home);
  expect(second.run()).toBe("world");
  expect(await readdir(first.code)).toHaveLength(2);
  expect(first.run()).toBe("hello");
});

test("new code takes the place of what has lain there for more than 30 days", async () => {
  const { run, code } = await startOf("hello");
  run();
  const [name = ""] = await readdir(code);
  for (const [left, days] of [
    ["older", 31],
    ["old", 29],
  ] as const) {
    await writeFile(path.join(code, left), "");
    await utimes(path.join(code, left), new Date(), new Date(Date.now() - days * 24 * 3_600_000));
  }
  run();
  expect((await readdir(code)).sort()).toEqual([name, "old", "older"].sort());
  await rm(path.join(code, name));
  run();
  expect((await readdir(code)).sort()).toEqual([name, "old"].sort());
});

test("a folder that others can write to, or that lies elsewhere, is not used", async () => {
  const open = await startOf("hello");
  await mkdir(open.code, { recursive: true });
  await chmod(open.code, 0o777);
  expect(open.run()).toBe("hello");
  expect(await readdir(open.code)).toEqual([]);

  const linked = await startOf("hello");
  const elsewhere = await scratchFolder();
  await chmod(elsewhere, 0o700);
  await mkdir(path.dirname(linked.code));
  await symlink(elsewhere, linked.code);
  expect(linked.run()).toBe("hello");
  expect(await readdir(elsewhere)).toEqual([]);
});

test("the plugin starts where no folder can be made", async () => {
  const { run } = await startOf("hello", "/dev/null");
  expect(run()).toBe("hello");
});

test("who connects as soon as the port is printed is answered once the bundle is loaded", async () => {
  const folder = await startBeside(`
    require("node:child_process").execFileSync("sleep", ["0.5"]);
    exports.main = (listener) => new Promise((done) => listener.on("connection", (socket) => socket.end("hello", done)));
  `);
  const env = { ...process.env, XDG_CACHE_HOME: await scratchFolder() };
  const plugin = spawn(process.execPath, [path.join(folder, "start.js")], { env });
  const [port] = (await once(plugin.stdout, "data")) as [Buffer];
  expect(await text(connect(Number(port), "127.0.0.1"))).toBe("hello");
  expect(await once(plugin, "close")).toEqual([0, null]);
});
