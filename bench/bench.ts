import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { isMet, rounded, type Result, type Row } from "./row";
import { rows } from "./table";

export interface BenchOptions {
  /** Which rows to run; all where none is named. */
  readonly ids: readonly string[];
  /** File for the results as JSON. */
  readonly json?: string;
  /** Takes the table. */
  readonly print: (text: string) => void;
  /** Takes a line as each row begins. */
  readonly log: (line: string) => void;
}

/**
 * Measures row after row and prints the table. Rejects where an id is not known, before anything runs, and at the end with all that could
 * not be measured.
 */
export async function runBench({ ids, json, print, log }: BenchOptions): Promise<void> {
  const results: Result[] = [];
  const missed: string[] = [];
  const failures: string[] = [];
  for (const row of chosen(ids)) {
    log(`${row.id} …`);
    try {
      const { value, note } = await row.measure();
      results.push(resultOf(row, rounded(value), note));
      if (row.target !== undefined && !isMet(row.target, value)) missed.push(row.id);
    } catch (error) {
      failures.push(`${row.id} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  print(tableOf(results));
  print(`Node ${process.versions.node} on ${process.platform} ${process.arch}, ${availableParallelism()} cores.`);
  print(missed.length === 0 ? "Every target is met." : `Missed: ${missed.join(", ")}.`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (failures.length > 0) throw new Error(failures.join("\n"));
}

function chosen(ids: readonly string[]): readonly Row[] {
  const unknown = ids.find((id) => !rows.some((row) => row.id === id));
  if (unknown !== undefined) {
    throw new Error(`\`${unknown}\` is not a row of the bench, which has ${rows.map(({ id }) => id).join(", ")}.`);
  }
  return ids.length === 0 ? rows : rows.filter(({ id }) => ids.includes(id));
}

function resultOf({ id, unit, target }: Row, value: number, note: string): Result {
  return { id, value, unit, target: target === undefined ? null : `${target.is} ${target.than}`, note };
}

/** The results as a Markdown table, so that they can be pasted into the page they belong to. */
export function tableOf(results: readonly Result[]): string {
  const head = ["id", "value", "unit", "target", "note"];
  const lines = results.map(({ id, value, unit, target, note }) => [`\`${id}\``, String(value), unit, target ?? "", note]);
  const widths = head.map((name, column) => Math.max(...[head, ...lines].map((line) => (line[column] ?? name).length)));
  const ruler = widths.map((width) => "-".repeat(width));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [head, ruler, ...lines].map(line).join("\n");
}
