import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findEngine } from "../../local/engine";
import { engineVersion, type EngineSource } from "../../local/engine/engineSource";

let folder: string;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imagefleet-engine-"));
  mkdirSync(path.join(folder, "bin"));
  lines = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

const cache = () => path.join(folder, "cache/imagefleet/engine");
const cached = () => path.join(cache(), engineVersion, "pulumi");

function executable(name: string, script: string): string {
  const file = path.join(folder, "bin", name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const makes: EngineSource = ({ folder: draft }) => writeFile(path.join(draft, "pulumi"), "made");
const fails: EngineSource = () => Promise.reject(new Error("it is not reachable"));

function find(sources: { build: EngineSource; install: EngineSource }): Promise<string> {
  const environment = { PATH: path.join(folder, "bin"), XDG_CACHE_HOME: path.join(folder, "cache") };
  return findEngine({ log: (line) => lines.push(line), environment, sources });
}

test.each([`v${engineVersion}`, "v3.300.0", "3.259.1-dev.0"])("takes pulumi %s on PATH before anything else", async (version) => {
  const pulumi = executable("pulumi", `echo ${version}`);
  executable("go", "exit 1");

  expect(await find({ build: fails, install: fails })).toBe(pulumi);
  expect(lines).toEqual([`engine: ${pulumi} because pulumi ${version.replace(/^v|-.*$/g, "")} on PATH is ${engineVersion} or newer`]);
});

test.each([
  ["v3.258.9", `pulumi 3.258.9 on PATH is not ${engineVersion} or newer`],
  ["v4.0.0", `pulumi 4.0.0 on PATH is not ${engineVersion} or newer`],
  ["", "does not say its version"],
])("passes over pulumi '%s' on PATH", async (version, why) => {
  executable("pulumi", `echo ${version}`);

  expect(await find({ build: fails, install: makes })).toBe(cached());
  expect(lines.join("\n")).toContain(why);
});

test("takes the cached engine before it builds one", async () => {
  mkdirSync(path.dirname(cached()), { recursive: true });
  writeFileSync(cached(), "");
  executable("go", "exit 1");

  expect(await find({ build: fails, install: fails })).toBe(cached());
  expect(lines).toEqual([`engine: ${cached()} because \`pulumi\` is not on PATH and this one is cached`]);
});

test("builds where Go is there, and says what takes how long", async () => {
  executable("go", "exit 1");

  expect(await find({ build: makes, install: fails })).toBe(cached());
  expect(lines).toEqual([
    `engine: building pulumi ${engineVersion} from its Go module, once, in about 3 minutes, because \`pulumi\` is not on PATH`,
  ]);
});

test("two builds at once give one engine, made once", async () => {
  executable("go", "exit 1");
  let builds = 0;
  const slow: EngineSource = async (request) => {
    builds += 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await makes(request);
  };

  expect(await Promise.all([find({ build: slow, install: fails }), find({ build: slow, install: fails })])).toEqual([cached(), cached()]);
  expect(builds).toBe(1);
  expect(readdirSync(cache())).toEqual([engineVersion]);
});

test("downloads where Go is missing", async () => {
  expect(await find({ build: fails, install: makes })).toBe(cached());
  expect(lines).toEqual([
    `engine: downloading pulumi ${engineVersion} by its installer because \`pulumi\` is not on PATH and \`go\` is not on PATH`,
  ]);
});

test("says in one sentence what to install when nothing works, and leaves no half engine", async () => {
  executable("go", "exit 1");

  await expect(find({ build: fails, install: fails })).rejects.toThrow(
    `There is no Pulumi engine to run on: \`pulumi\` is not on PATH, it is not reachable, and Pulumi's installer failed (it is not reachable). ` +
      `Install Pulumi ${engineVersion} or newer (https://www.pulumi.com/docs/install/) or Go 1.26, and run the command again.`,
  );
  expect(existsSync(cached())).toBe(false);
  expect(readdirSync(cache())).toEqual([]);
});
