import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkout } from "../../local/checkout";
import { openWorkspace, type Workspace } from "../../local/workspace";

let folder: string;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imagefleet-workspace-"));
  lines = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

function executable(place: string, script = ""): string {
  const file = path.join(folder, place);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** An engine that says its version, and answers every other command with success. */
const engineAt = (place: string) => executable(place, "echo v3.300.0");

function open(...onPath: string[]): Promise<Workspace> {
  const PATH = [...onPath.map((place) => path.join(folder, place)), path.join(folder, "bin"), "/bin"].join(path.delimiter);
  const [bin, home, backend] = ["bin", "home", "a backend"].map((name) => path.join(folder, name));
  return openWorkspace({ log: (line) => lines.push(line), environment: { PATH }, bin, home, backend });
}

test("gives what keeps a run apart from everything else on this machine", async () => {
  engineAt("official/pulumi");
  executable("official/pulumi-language-nodejs");

  const workspace = await open("official");

  expect(workspace).toEqual({
    pulumi: path.join(folder, "bin/pulumi"),
    root: checkout,
    env: {
      PATH: [path.join(folder, "bin"), path.join(folder, "official"), "/bin"].join(path.delimiter),
      PULUMI_HOME: path.join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${folder}/a%20backend`,
      PULUMI_CONFIG_PASSPHRASE: "imagefleet",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    },
  });
});

test("links an engine that comes with its own language host, and nothing else", async () => {
  const engine = engineAt("official/pulumi");
  executable("official/pulumi-language-nodejs");

  await open("official");

  expect(readlinkSync(path.join(folder, "bin/pulumi"))).toBe(engine);
  expect(readdirSync(path.join(folder, "bin"))).toEqual(["pulumi"]);
  expect(lines).toContain("language host: Pulumi's own because it comes with the engine");
});

test("puts this project's language host beside an engine that has none", async () => {
  const engine = engineAt("bare/pulumi");

  await open("bare");

  expect(lstatSync(path.join(folder, "bin/pulumi")).isFile()).toBe(true);
  expect(readFileSync(path.join(folder, "bin/pulumi"), "utf8")).toBe(readFileSync(engine, "utf8"));
  expect(readlinkSync(path.join(folder, "bin/pulumi-language-nodejs"))).toBe(path.join(checkout, "local/bin/pulumi-language-nodejs"));
  expect(lines).toContain("language host: this project's because Pulumi's own is not there");
});

test("prefers a language host on PATH to this project's", async () => {
  engineAt("bare/pulumi");
  const host = executable("hosts/pulumi-language-nodejs");

  await open("bare", "hosts");

  expect(readlinkSync(path.join(folder, "bin/pulumi-language-nodejs"))).toBe(host);
  expect(lines).toContain(`language host: ${host} because it is on PATH`);
});

test("goes back to an engine with its own language host without a trace of the other", async () => {
  engineAt("bare/pulumi");
  await open("bare");
  const official = engineAt("official/pulumi");
  executable("official/pulumi-language-nodejs");

  await open("official");

  expect(readlinkSync(path.join(folder, "bin/pulumi"))).toBe(official);
  expect(readdirSync(path.join(folder, "bin"))).toEqual(["pulumi"]);
});

test("several at once leave one engine and no drafts", async () => {
  engineAt("bare/pulumi");

  await Promise.all([open("bare"), open("bare"), open("bare")]);

  expect(readdirSync(path.join(folder, "bin")).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
  expect(existsSync(path.join(folder, "home"))).toBe(true);
});
