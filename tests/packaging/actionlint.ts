import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { makeOnce } from "../../local/makeOnce";
import { scratchFolder } from "./builtRelease";

const version = "1.7.7";
const hasGo = spawnSync("go", ["version"]).status === 0;

/** actionlint is a Go module; it is built once a machine. */
export const testWithActionlint: jest.It = hasGo ? test : test.skip;
if (!hasGo) console.warn("Skipped: actionlint is built from its Go module, and `go` is not on PATH.");

/** What actionlint has to say of workflows, by their file names. */
export async function actionlint(workflows: Readonly<Record<string, string>>): Promise<string> {
  const folder = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "imagefleet", `actionlint-${version}`);
  await makeOnce(folder, async (draft) => {
    const install = ["install", `github.com/rhysd/actionlint/cmd/actionlint@v${version}`];
    await promisify(execFile)("go", install, { env: { ...process.env, GOBIN: draft, GOFLAGS: "-mod=mod" } });
  });
  const project = await scratchFolder();
  const place = path.join(project, ".github", "workflows");
  await mkdir(place, { recursive: true });
  for (const [name, text] of Object.entries(workflows)) await writeFile(path.join(place, name), text);
  execFileSync("git", ["init", "-q"], { cwd: project });
  return spawnSync(path.join(folder, "actionlint"), ["-no-color", "-oneline"], { cwd: project, encoding: "utf8" }).stdout;
}
