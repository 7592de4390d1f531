import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import manifest from "../../package.json";

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly "timeout-minutes": number; readonly steps: readonly { readonly run?: string }[] }>>;
}

const yaml = jest.requireActual<{ load(text: string): unknown }>("js-yaml");
const root = path.resolve(__dirname, "../..");
const workflow = (name: string) => yaml.load(readFileSync(path.join(root, ".github/workflows", name), "utf8")) as Workflow;
const commandsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));

test.each(["test.yml", "release.yml"])("every command of %s is shell, and every script that it runs is there", (name) => {
  const commands = commandsOf(workflow(name));
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) execFileSync("bash", ["-n", "-c", command]);
  const scripts = commands.flatMap((command) =>
    [...command.matchAll(/^npm (?:run )?(test|verify|build)$/gm)].map(([, script = ""]) => script),
  );
  expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
});

test("tests may write nothing of the repository", () => {
  expect(workflow("test.yml").permissions).toEqual({ contents: "read" });
});

test("a release stops where its tag is not the package's version", () => {
  const [check = ""] = commandsOf(workflow("release.yml")).filter(
    (command) => command.includes('GITHUB_REF_NAME"') && command.startsWith("test "),
  );
  const run = (tag: string) =>
    spawnSync("bash", ["-e", "-c", check], { cwd: root, env: { PATH: process.env["PATH"], GITHUB_REF_NAME: tag } });
  expect([run(`v${manifest.version}`).status, run("v99.0.0").status]).toEqual([0, 1]);
});
