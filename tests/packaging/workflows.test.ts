import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import manifest from "../../package.json";
import { blocksOf } from "../docs/blocks";
import { actionlint, testWithActionlint } from "./actionlint";
import { gitLabPipeline } from "./gitLabPipeline";

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

describe("the GitLab template", () => {
  const [template = ""] = blocksOf("docs/pipelines/gitlab-ci.md", "yaml");
  const onBoth = (job: string, when: string) => ["staging", "prod"].map((stack) => `${job}: [${stack}], ${when}`);

  test.each([
    ["merge_request_event", onBoth("preview", "on_success")],
    ["push", ["staging, on_success", "prod, manual"]],
    ["schedule", onBoth("drift", "on_success")],
    ["web", ["promote, manual", ...onBoth("approve", "manual"), ...onBoth("unlock", "manual")]],
  ])("is right by GitLab's own schema, and a pipeline that starts by `%s` has the jobs that are for it", async (source, jobs) => {
    expect(await gitLabPipeline(template, source)).toEqual({ jobs, faults: "" });
  });

  test.each([
    [
      "a word is none of GitLab's",
      "resource_group:",
      "resource_groups:",
      "'resource_groups' property is not expected to be here at staging",
    ],
    ["a value is none that GitLab takes", "when: always", "when: at-last", "(found at-last) at staging.artifacts.when"],
    ["a job waits for one that isn't there", "needs: [staging]", "needs: [stage]", "needs: [stage] for prod could not be found"],
    ["a job extends one that isn't there", "extends: .run", "extends: .go", ".go is unspecified, used by preview extends"],
  ])("would be found wrong where %s", async (_, right, wrong, said) => {
    expect(template).toContain(right);
    expect((await gitLabPipeline(template.replaceAll(right, wrong), "push")).faults).toContain(said);
  });

  test("has commands that are shell, in jobs of which one runs at a time on a stack", () => {
    const { default: defaults, variables, ...jobs } = parse(template) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    expect(jobs[".run"]).toMatchObject({ resource_group: "images-$STACK" });
    const commands = [defaults?.["before_script"], ...Object.values(jobs).flatMap((job) => [job["script"], job["after_script"]])];
    for (const command of commands.flatMap((each) => each ?? [])) execFileSync("bash", ["-n", "-c", command as string]);
    for (const [name, job] of Object.entries(jobs)) if (name !== ".run") expect([name, job["extends"]]).toEqual([name, ".run"]);
    expect(variables).toHaveProperty("PULUMI_HOME");
  });
});
