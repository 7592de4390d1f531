import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { scratchFolder } from "./builtRelease";

/** A package that holds GitLab's own schema of its files, and reads them as GitLab does; it asks no network. */
const reader = path.resolve(__dirname, "../../node_modules/gitlab-ci-local/dist/index.js");
/** All that it lacks on Node.js 20. */
const union = "Set.prototype.union ??= function (other) { return new Set([...this, ...other]); };";

export interface GitLabPipeline {
  /** Names, each with when it starts. */
  readonly jobs: readonly string[];
  /** What is wrong with the file; empty where nothing is. */
  readonly faults: string;
}

/** The pipeline that a `.gitlab-ci.yml` makes where it starts for a reason, such as `push` or `schedule`. */
export async function gitLabPipeline(file: string, source: string): Promise<GitLabPipeline> {
  const folder = await scratchFolder();
  await writeFile(path.join(folder, ".gitlab-ci.yml"), file);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`--import=data:text/javascript,${encodeURIComponent(union)}`, reader, "--list-csv", "--variable", `CI_PIPELINE_SOURCE=${source}`],
    { cwd: folder, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: folder, GCL_IGNORE_PREDEFINED_VARS: "CI_PIPELINE_SOURCE" } },
  );
  if (status !== 0) return { jobs: [], faults: stderr };
  const [, ...rows] = stdout.trim().split("\n");
  return { jobs: rows.map((row) => row.split(";")).map(([name = "", , when = ""]) => `${name}, ${when}`), faults: "" };
}
