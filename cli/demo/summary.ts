import type { LoggedRequest } from "./cloud";

export interface Phase {
  readonly name: string;
  readonly seconds: number;
  /** The steps that cannot overlap, with their seconds; empty where nothing had to happen. */
  readonly criticalPath: readonly (readonly [string, number])[];
  readonly requests: readonly LoggedRequest[];
}

/** What a person wants to know at the end: what exists, how long each phase took beside what it could not be quicker than, and what was asked of the API. */
export function summary(outputs: Readonly<Record<string, unknown>>, phases: readonly Phase[]): string {
  return ["", "What exists", ...indent(existing(outputs)), "", ...timing(phases), "", ...requestTable(phases), ""].join("\n");
}

function existing(value: unknown, name?: string): string[] {
  if (typeof value === "object" && value !== null && !isListOfPlain(value)) {
    const entries = Object.entries(value).flatMap(([key, inner]) => existing(inner, key));
    return name === undefined ? entries : [name, ...indent(entries)];
  }
  return [`${name ?? ""}: ${Array.isArray(value) ? value.join(", ") : String(value)}`];
}

function isListOfPlain(value: object): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== "object");
}

function timing(phases: readonly Phase[]): string[] {
  return table([
    ["Phase", "took", "critical path"],
    ...phases.map(({ name, seconds, criticalPath }) => [
      name,
      `${seconds.toFixed(1)} s`,
      criticalPath.length === 0
        ? "nothing to wait for"
        : `${criticalPath.reduce((sum, [, step]) => sum + step, 0)} s = ${criticalPath.map(([step, each]) => `${step} ${each}`).join(" + ")}`,
    ]),
  ]);
}

function requestTable(phases: readonly Phase[]): string[] {
  const counts = phases.map(({ requests }) => countByKind(requests));
  const kinds = [...new Set(counts.flatMap((count) => [...count.keys()]))].sort(byRoute);
  const total = ["all", ...phases.map(({ requests }) => String(requests.length))];
  return table([
    ["API requests", ...phases.map(({ name }) => name)],
    ...kinds.map((kind) => [kind, ...counts.map((count) => String(count.get(kind) ?? 0))]),
    total,
  ]);
}

/** Requests by method and route: numbers and names in the path are what differs between two requests of one kind. */
export function countByKind(requests: readonly LoggedRequest[]): Map<string, number> {
  const count = new Map<string, number>();
  for (const { method, path } of requests) {
    const route = path
      .replace(/\?.*$/, "")
      .replace(/\/(\d+|[0-9a-f]{8}-[0-9a-f-]{27})(?=\/|$)/g, "/{id}")
      .replace(/\/tags\/[^/]+/, "/tags/{name}");
    const kind = `${method} ${route}`;
    count.set(kind, (count.get(kind) ?? 0) + 1);
  }
  return count;
}

function byRoute(one: string, other: string): number {
  const route = (kind: string) => kind.split(" ").reverse().join(" ");
  return route(one).localeCompare(route(other));
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
