import { Command } from "commander";

import { asServed } from "../provider/source/bytes/asServed";
import { askSource } from "../provider/source/bytes/askSource";
import { acceptedBy, nearestCode } from "../provider/source/inspect/findings";
import { honourProxies } from "../provider/honourProxies";
import type { Inspection } from "../provider/source/inspect/inspect";
import { steadyClock as clock } from "../provider/steadyClock";
import { inspectFile, inspectUrl } from "../provider/source/inspect/inspectSource";

/** An inspection of a few places takes no longer. */
const answerMilliseconds = 60_000;

/** `imagefleet inspect`: what an image is, and what stands between it and a Droplet. Exit codes: 0 acceptable, 1 not, 2 could not read. */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description(
      "Say what a disk image is and whether DigitalOcean can import and boot it. Ends with 0 if so, 1 if not, 2 if it can't be read.",
    )
    .argument("<file|url>", "a file, or an http or https URL, of which only a few places are read")
    .option(
      "--accept <code>",
      "take an error of this code for a warning; may be given more than once",
      (code: string, codes: string[]) => [...codes, code],
      [],
    )
    .option("--json", "print one JSON object")
    .action(runInspect);
}

async function runInspect(image: string, { json = false, accept }: { json?: boolean; accept: readonly string[] }): Promise<void> {
  honourProxies(process.env);
  try {
    for (const code of accept) {
      const nearest = nearestCode(code);
      if (nearest !== undefined) throw new Error(`\`--accept\` must be the code of a finding, such as \`${nearest}\`, got \`${code}\`.`);
    }
    const { inspection: seen } = /^\w+:\/\//.test(image)
      ? await inspectUrl(image, {
          send: askSource({ send: asServed(globalThis), clock }),
          signal: AbortSignal.timeout(answerMilliseconds),
        })
      : await inspectFile(image);
    const inspection = acceptedBy(accept, "`--accept`", seen);
    process.stdout.write(json ? `${JSON.stringify(inspection, null, 2)}\n` : inspectionTable(inspection));
    process.exitCode = inspection.acceptable ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = 2;
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof DOMException) return `The image's server did not answer within ${answerMilliseconds / 1000} s: try again.`;
  return error instanceof Error ? error.message : String(error);
}

/** The inspection for a person: one fact a line, then the findings with their remedies. */
export function inspectionTable(inspection: Inspection): string {
  const { format, compression, virtualSizeBytes, partitionTable, bootMode, filesystems, contents, findings, acceptable } = inspection;
  const facts: readonly (readonly [string, string])[] = [
    ["format", `${format ?? "unknown"}${compression === null ? "" : `, compressed with ${compression}`}`],
    ["virtual size", virtualSizeBytes === null ? "unknown" : `${(virtualSizeBytes / 1e9).toFixed(2)} GB (${virtualSizeBytes} bytes)`],
    ["partition table", partitionTable ?? "unknown"],
    ["boot mode", bootMode],
    ["file systems", filesystems.length === 0 ? "none seen" : filesystems.join(", ")],
    ["first-boot agent", found(contents.cloudInit)],
    ["sshd", found(contents.sshd)],
    ["acceptable", acceptable ? "yes" : "no"],
  ];
  const lines = facts.map(([name, value]) => `${name.padEnd(17)} ${value}`);
  const notes = findings.flatMap(({ severity, code, message, remedy }) => ["", `${severity} ${code}: ${message}`, `  ${remedy}`]);
  return `${[...lines, ...notes].join("\n")}\n`;
}

function found(answer: boolean | null): string {
  return answer === null ? "unknown" : answer ? "found" : "not found";
}
