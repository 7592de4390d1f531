import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import manifest from "../../package.json";
import { blocksOf } from "../docs/blocks";
import { actionlint, testWithActionlint } from "./actionlint";

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly "timeout-minutes": number; readonly steps: readonly { readonly run?: string }[] }>>;
}

const root = path.resolve(__dirname, "../..");
const workflow = (name: string) => parse(readFileSync(path.join(root, ".github/workflows", name), "utf8")) as Workflow;
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

describe("actionlint", () => {
  const own = ["test.yml", "release.yml"].map((name) => [name, readFileSync(path.join(root, ".github/workflows", name), "utf8")] as const);
  const [when = "", how = ""] = blocksOf("docs/pipelines/github-actions.md", "yaml");

  testWithActionlint("has nothing to say of the project's workflows, nor of the templates of the docs", async () => {
    expect(await actionlint(Object.fromEntries(own))).toBe("");
    expect(await actionlint({ "images.yml": when, "images-run.yml": how })).toBe("");
  });

  testWithActionlint(
    "would say where a job of a template waits for one that is not there, or hands over what isn't asked for",
    async () => {
      expect(await actionlint({ "images.yml": when.replace("needs: staging", "needs: stage"), "images-run.yml": how })).toContain("stage");
      expect(await actionlint({ "images.yml": when, "images-run.yml": how.replace("      stack:\n", "      stacks:\n") })).toContain(
        "stack",
      );
    },
  );
});

/** GitLab publishes a schema of its files, but no package of these registries holds it: its own words are written down here. */
const gitLabWords = {
  job: ["extends", "script", "after_script", "rules", "parallel", "environment", "variables", "needs", "resource_group", "artifacts"],
  default: ["image", "interruptible", "cache", "before_script"],
};

test("the GitLab template consists of GitLab's own words, its jobs have a script, and what they extend and need is there", () => {
  const [text = ""] = blocksOf("docs/pipelines/gitlab-ci.md", "yaml");
  const { default: defaults = {}, variables = {}, ...jobs } = parse(text) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  expect(Object.keys(defaults).filter((word) => !gitLabWords.default.includes(word))).toEqual([]);
  expect(Object.values(variables).every((value) => typeof value === "string")).toBe(true);
  for (const [name, job] of Object.entries(jobs)) {
    expect([name, Object.keys(job).filter((word) => !gitLabWords.job.includes(word))]).toEqual([name, []]);
    if (!name.startsWith(".")) expect(job).toMatchObject({ extends: ".run", script: expect.anything() as unknown });
    for (const other of [job["extends"] ?? [], job["needs"] ?? []].flat()) expect(Object.keys(jobs)).toContain(other);
    for (const command of [job["script"] ?? [], job["after_script"] ?? []].flat()) execFileSync("bash", ["-n", "-c", command as string]);
  }
});
