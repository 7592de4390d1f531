import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cp, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import pulumi from "@pulumi/pulumi/package.json";
import { hasSpacesGateway, startSpacesGateway, type SpacesGateway } from "../../../local/spacesGateway";
import { openWorkspace } from "../../../local/workspace";
import manifest from "../../../package.json";
import { blocksOf, readPage } from "../../docs/blocks";
import { builtRelease, scratchFolder } from "../../packaging/builtRelease";
import { useService, type Service } from "../helpers/service";
import { gitHub, gitLab, shell, type Job, type Shell, type Template } from "./pipelineTemplates";
import { serveRelease } from "../../../local/releaseServer";

const run = promisify(execFile);
const index = "docs/pipelines/README.md";

/** A team's project, with what its runners have in their environment. */
interface Team {
  readonly service: Service;
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
}

let release: string;
let server: Awaited<ReturnType<typeof serveRelease>>;
let gateway: SpacesGateway | undefined;
let installed: string;

beforeAll(async () => {
  release = await builtRelease();
  server = await serveRelease(release);
  gateway = hasSpacesGateway() ? await startSpacesGateway() : undefined;
  installed = await scratchFolder();
  const dependencies = { imagefleet: `file:${path.join(release, `imagefleet-${manifest.version}.tgz`)}`, "@pulumi/pulumi": pulumi.version };
  await writeFile(path.join(installed, "package.json"), JSON.stringify({ name: "shop", private: true, dependencies }));
  await run("npm", ["install", "--package-lock-only"], { cwd: installed, env: { ...process.env, ...ofCache } });
});
afterAll(() => {
  server.close();
  gateway?.stop();
});

/** What npm has fetched before it doesn't ask for again. */
const ofCache = { npm_config_prefer_offline: "true", npm_config_audit: "false", npm_config_fund: "false" };

/** A Git repository with the page's own program, pushed to a bare one, and the stacks that the page says to make. */
async function newTeam(): Promise<Team> {
  const project = await scratchFolder();
  const service = await useService({ program: "dist/tests/engine/programs/service" });
  await cp(installed, project, { recursive: true });
  const [program = ""] = blocksOf(index, "ts");
  const [stacks = ""] = blocksOf(index, "sh");
  await writeFile(path.join(project, "index.ts"), program.replace("http: { port: 8080 }", "http: { port: 8080 }, intervalSeconds: 0.2"));
  await writeFile(path.join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  await writeFile(path.join(project, ".gitignore"), "node_modules\nevents.json\nreport.html\nimages.sh\nsummary\n.npm\n");
  const { pulumi: engine, env: workspace } = await openWorkspace({ log: () => undefined });
  const { emulator, image, folder, sshKeys } = service;
  const env = {
    ...process.env,
    ...ofCache,
    ...workspace,
    ...(await stateOf(project)),
    PATH: [path.dirname(engine), workspace.PATH].join(path.delimiter),
    PULUMI_HOME: await scratchFolder(),
    PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: server.overrides,
    DIGITALOCEAN_TOKEN: emulator.token,
    DIGITALOCEAN_API_URL: emulator.url,
    AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
    AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
    PULUMI_DEBUG_COMMANDS: "true",
    // The page's program has one line of types; checking it at every command would take half of the test's time.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    TMPDIR: await scratchFolder(),
  };
  const { url } = await image("web-1.4.2.qcow2.gz");
  await cp(path.join(folder, "web-1.4.2.qcow2.gz"), path.join(project, "web-1.4.2.qcow2.gz"));
  const origin = await scratchFolder();
  await sh(
    `git init -q -b main . && git init -q --bare ${origin} && git -C ${origin} config receive.advertisePushOptions true`,
    project,
    env,
  );
  await sh("git config user.name team && git config user.email team@example.com", project, env);
  await sh(stacks.replace("https://images.example.com/web-1.4.2.qcow2.gz", url).replace("512189", sshKeys[0] ?? ""), project, env);
  await sh(`git remote add origin ${origin} && rm web-* && git add . && git commit -qm "Begin" && git push -q origin main`, project, env);
  return { service, project, env: { ...env, PROMOTE_REMOTE: origin } };
}

/** Where runners that share nothing else have the state: in a bucket of a RADOS Gateway, as Spaces is one, or else in a folder. */
async function stateOf(project: string): Promise<NodeJS.ProcessEnv> {
  if (gateway === undefined) return { PULUMI_BACKEND_URL: `file://${await scratchFolder()}` };
  const { endpoint, bucket, accessId, secretKey } = gateway.limited;
  const [, form = ""] = /`(s3:[^`]*)`/.exec(readPage(index)) ?? [];
  const url = new URL(form.replace("my-state", bucket).replace("https://ams3.digitaloceanspaces.com", endpoint));
  url.searchParams.set("s3ForcePathStyle", "true");
  url.pathname = `/${path.basename(project)}`;
  return { PULUMI_BACKEND_URL: url.href, AWS_ACCESS_KEY_ID: accessId, AWS_SECRET_ACCESS_KEY: secretKey };
}

async function sh(text: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  return (await run("bash", ["-eo", "pipefail", "-c", text], { cwd, env })).stdout;
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** One shell in a process group of its own, as a runner starts it. */
function start(text: string, { project, env }: Team, stack: string): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const own = { ...env, STACK: stack, GITHUB_STEP_SUMMARY: path.join(project, "summary") };
  const child = spawn("bash", ["-eo", "pipefail", "-c", text], {
    cwd: project,
    env: own,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part: string) => (output += part));
  return { child, ended: new Promise((resolve) => child.once("close", (code) => resolve({ code, output }))) };
}

/** A job's shells; packages that an earlier job has installed lie there still, which saves the tests minutes. */
function shellsOf(template: Template, job: Job, stack: string, { project }: Team): readonly Shell[] {
  const isInstalled = existsSync(path.join(project, "node_modules"));
  const shells = template.shells(job, stack, project, (text) => (isInstalled ? text.replace(/^npm ci.*$/gm, ":") : text));
  expect(shells.length).toBeGreaterThan(0);
  return shells;
}

/** Runs a job's shells as a runner does: what always runs, runs after a failure, too. */
async function runJob(template: Template, job: Job, stack: string, team: Team): Promise<Ended> {
  let result: Ended = { code: 0, output: "" };
  for (const { text, always } of shellsOf(template, job, stack, team)) {
    if (result.code !== 0 && !always) continue;
    if (always && text.includes("$GITHUB_STEP_SUMMARY") && !existsSync(path.join(team.project, "events.json"))) continue;
    const { code, output } = await start(text, team, stack).ended;
    result = { code: result.code === 0 ? code : result.code, output: result.output + output };
  }
  return result;
}

/** Starts a job and kills all of it, as a lost runner does, once the service was asked for the import. */
async function killWhileImporting(template: Template, stack: string, team: Team): Promise<void> {
  const text = shellsOf(template, "up", stack, team).filter(({ always }) => !always).map((one) => one.text).join("\n"); // prettier-ignore
  const job = start(text, team, stack);
  await team.service.untilWritten(job, "POST /v2/images");
  process.kill(-(job.child.pid ?? 0), "SIGKILL");
  expect(await job.ended).toMatchObject({ code: null });
}

function succeeded({ code, output }: Ended): void {
  if (code !== 0) throw new Error(`The job ended with ${code ?? "a signal"}:\n${output}`);
}

/** Takes staging's new image to the program of prod, on a branch that somebody is to approve. */
async function promotes(template: Template, team: Team): Promise<void> {
  const { service, project, env } = team;
  const { url, sha256 = "" } = await service.image("web-1.5.0.qcow2.gz");
  await sh(`pulumi config set imageUrl ${url} --stack staging && pulumi config set imageSha256 ${sha256} --stack staging`, project, env);
  await sh("git commit -qam next && git push -q origin main", project, env);
  succeeded(await runJob(template, "promote", "prod", team));
  const branch = `origin/promote-${sha256.slice(0, 12)}`;
  const proposed = await sh(
    `git fetch -q origin && git diff --name-only origin/main ${branch} && git show ${branch}:Pulumi.prod.yaml`,
    project,
    env,
  );
  expect(proposed).toMatch(/^Pulumi\.prod\.yaml\n/);
  expect(proposed).toContain(`shop:imageSha256: ${sha256}`);
}

/** Rolls staging to another image with the canary that the page shows, and lets it go on. */
async function approves(template: Template, team: Team): Promise<void> {
  const { service, project, env } = team;
  const [canary = ""] = blocksOf(index, "yaml");
  const file = path.join(project, "Pulumi.staging.yaml");
  const stages = canary.replace("config:\n", "").replace("bakeSeconds: 60", "bakeSeconds: 0.1");
  await writeFile(file, readFileSync(file, "utf8").replace(/^config:\n/m, `config:\n${stages}`));
  const { url, sha256 = "" } = await service.image("web-1.6.0.qcow2.gz");
  await sh(`pulumi config set imageUrl ${url} --stack staging && pulumi config set imageSha256 ${sha256} --stack staging`, project, env);
  const runs = async () => new Set((await service.account()).droplets.map(({ image }) => image)).size;
  succeeded(await runJob(template, "up", "staging", team));
  expect(await runs()).toBe(2);
  expect(reportOf(team)).toContain("has paused: to let it go on");
  succeeded(await runJob(template, "approve", "staging", team));
  expect(await runs()).toBe(1);
  expect(reportOf(team)).toContain("Nothing is left to do.");
}

const reportOf = ({ project }: Team) => readFileSync(path.join(project, "report.html"), "utf8");

// Minutes of commands that the shell's page runs too: our own workflow has them, with EVERY_PIPELINE=1.
if (process.env.EVERY_PIPELINE !== undefined) {
  test.each([gitHub, gitLab])("the jobs of $page do what they say", async (template) => {
    const team = await newTeam();
    succeeded(await runJob(template, "preview", "staging", team));
    expect(reportOf(team)).toContain("Planned");
    expect(await team.service.writes()).toEqual([]);
    succeeded(await runJob(template, "up", "staging", team));
    expect((await team.service.account()).droplets).toHaveLength(2);
    expect(reportOf(team)).toContain("Succeeded");
    succeeded(await runJob(template, "unlock", "staging", team));
    succeeded(await runJob(template, "drift", "staging", team));
    await promotes(template, team);
    await approves(template, team);
  });
}

test(`the jobs of ${shell.page} do what they say, also after a run that was killed and where a Droplet was deleted by hand`, async () => {
  const team = await newTeam();
  const { service } = team;
  await killWhileImporting(shell, "staging", team);
  const locked = await runJob(shell, "up", "staging", team);
  expect(locked.code).not.toBe(0);
  expect(locked.output).toContain("the stack is currently locked by 1 lock(s)");
  succeeded(await runJob(shell, "unlock", "staging", team));
  succeeded(await runJob(shell, "up", "staging", team));
  expect((await service.writes()).filter((write) => write === "POST /v2/images")).toHaveLength(1);
  expect(reportOf(team)).toContain("Succeeded");

  const [lost] = (await service.account()).droplets;
  await service.emulator.call("DELETE", `/v2/droplets/${lost?.id ?? ""}`);
  expect((await runJob(shell, "drift", "staging", team)).code).not.toBe(0);
  succeeded(await runJob(shell, "up", "staging", team));
  expect((await service.account()).droplets).toHaveLength(2);
  succeeded(await runJob(shell, "drift", "staging", team));
  succeeded(await runJob(shell, "preview", "prod", team));
  expect(reportOf(team)).toContain("Planned");
  await promotes(shell, team);
  await approves(shell, team);
});
