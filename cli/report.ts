import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { readEngineRecord } from "./report/engineEvents";
import { markdownReport } from "./report/markdown";
import { pageReport } from "./report/page";
import { runOf } from "./report/run";

/** `imagefleet report`: what a run wanted and what happened, from what the engine wrote. */
export function reportCommand(): Command {
  return new Command("report")
    .description(
      "Make a page of a run, from what `pulumi up --json`, `pulumi preview --json` or `--event-log` wrote, also of one that failed or was killed.",
    )
    .argument("<events>", "the file, or `-` for standard input")
    .option("--markdown", "write Markdown, for the summary of a job, instead of an HTML page")
    .option("--out <file>", "where to write it (default: standard output)")
    .action(async (events: string, { markdown = false, out }: { markdown?: boolean; out?: string }) => {
      const run = runOf(readEngineRecord(events === "-" ? await text(process.stdin) : await read(events)));
      const report = markdown ? markdownReport(run) : await pageReport(run);
      if (out === undefined) process.stdout.write(report);
      else await writeFile(out, report);
    });
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Error(
      `\`events\` must be a file that can be read, got \`${file}\`: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}
