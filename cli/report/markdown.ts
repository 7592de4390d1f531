import { duration } from "../../provider/waiting/duration";
import type { Run } from "./run";
import { tilesOf, titleOf } from "./tiles";

/** Waits that a summary of a job shows; the page has all of them. */
const most = 200;

/** The run as Markdown, for summaries of jobs and comments on pull requests. */
export function markdownReport(run: Run): string {
  const lanes = run.groups.map(({ name, lanes }) => [
    `### ${safe(name)}`,
    table(
      ["What", "How it went"],
      lanes.slice(0, most).map(({ label, state, cause, isInner }) => [isInner ? `— ${label}` : label, cause ?? state]),
    ),
  ]);
  const wanted = run.wanted.flatMap(({ name, facts }) => facts.map(([what, value]) => [name, what, value]));
  const parts = [
    `## ${safe(titleOf(run))}`,
    table(
      tilesOf(run).map(([what]) => what),
      [tilesOf(run).map(([, value]) => value)],
    ),
    ...(run.left.length === 0 ? [] : ["### Left to do", list(run.left)]),
    ...(run.problems.length === 0
      ? []
      : ["### Errors and warnings", list(run.problems.map((one) => `${one.severity}${about(one.about)}: ${one.text}`))]),
    ...(wanted.length === 0 ? [] : ["### Wanted", table(["", "", ""], wanted)]),
    ...lanes.flat(),
    ...(run.waits.length === 0
      ? []
      : [
          "### Waits",
          list(run.waits.slice(-most).map((one) => `${duration((one.at - run.startedAt) * 1_000)}${about(one.about)}: ${one.text}`)),
        ]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function about(name: string): string {
  return name === "" ? "" : `, ${name}`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${safe(item)}`).join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(safe).join(" | ")} |`;
  return [line(head), `|${head.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}

/** As plain text in one line: no markup, no links, no mentions. */
function safe(text: string): string {
  return text
    .replace(/\s*\n\s*/g, " ")
    .replace(/[&<>@]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replace(/[\\`*_[\]|~!#]/g, (mark) => `\\${mark}`)
    .replace(/(https?):\/\//g, "$1:&#47;&#47;");
}
