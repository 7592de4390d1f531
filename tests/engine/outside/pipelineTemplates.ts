import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { blocksOf } from "../../docs/blocks";

export type Job = "preview" | "up" | "promote" | "approve" | "drift" | "unlock";

/** One shell of a job: GitHub starts one a step, GitLab one for the script and one for what comes after. */
export interface Shell {
  readonly text: string;
  /** Whether it runs after a failure, too. */
  readonly always: boolean;
}

export interface Template {
  readonly page: string;
  /** What a page says to do for a job on a stack, as the runner would hand it to a shell. `folder` is the project's; `edit` sees each text before. */
  shells(job: Job, stack: string, folder: string, edit: (text: string) => string): readonly Shell[];
}

interface Step {
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Steps without a command are other people's actions; the one with a token of GitHub's own talks to GitHub. */
export const gitHub: Template = {
  page: "docs/pipelines/github-actions.md",
  shells: (job, _stack, folder, edit) => {
    const [, how = ""] = blocksOf(gitHub.page, "yaml");
    const { steps } = (parse(how) as { readonly jobs: { readonly run: { readonly steps: readonly Step[] } } }).jobs.run;
    return steps.flatMap(({ run, if: condition = "", env = {} }) => {
      const always = condition.startsWith("always()");
      const wanted =
        condition === "" || condition === `inputs.job == '${job}'` || (always && existsSync(path.join(folder, "package.json")));
      return run === undefined || !wanted || "GH_TOKEN" in env ? [] : [{ text: edit(run), always }];
    });
  },
};

interface GitLabJob {
  readonly extends?: string;
  readonly script?: readonly string[];
  readonly after_script?: readonly string[];
}

export const gitLab: Template = {
  page: "docs/pipelines/gitlab-ci.md",
  shells: (job, stack, _folder, edit) => {
    const [text = ""] = blocksOf(gitLab.page, "yaml");
    const all = parse(text) as Readonly<Record<string, GitLabJob>> & {
      readonly default: { readonly before_script: readonly string[] };
    };
    const own = all[job === "up" ? stack : job];
    if (own?.script === undefined) throw new Error(`There is no job for ${job} on ${stack}.`);
    const after = all[own.extends ?? ""]?.after_script ?? [];
    return [
      { text: edit([...all.default.before_script, ...own.script].join("\n")), always: false },
      { text: after.join("\n"), always: true },
    ];
  },
};

export const shell: Template = {
  page: "docs/pipelines/shell.md",
  shells: (job, stack, folder, edit) => {
    const [text = ""] = blocksOf(shell.page, "bash");
    writeFileSync(path.join(folder, "images.sh"), edit(text), { mode: 0o755 });
    return [{ text: `./images.sh ${job} ${stack}`, always: false }];
  },
};
