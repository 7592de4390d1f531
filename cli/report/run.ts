import type { EngineRecord } from "./engineEvents";
import { leftToDo } from "./leftToDo";
import { lanesOf, type Lane } from "./lanes";
import { plainText, stepsOf, type Remark, type Step } from "./steps";
import { imageGigabytePrice } from "../imagePrice";
import { fleetOf, imageOf, isFleet, isImport, outputsOf } from "./wanted";

/** How a run ended; `planned` where nothing but its preview was written. */
export type Outcome = "planned" | "succeeded" | "failed" | "interrupted";

/** A run as a report shows it. Times in seconds since the epoch. */
export interface Run {
  readonly project: string;
  readonly stack: string;
  readonly outcome: Outcome;
  readonly startedAt: number;
  readonly endedAt: number;
  /** What the program asks for, one entry an image or fleet. */
  readonly wanted: readonly Wanted[];
  readonly groups: readonly Group[];
  /** Errors and warnings, those of no resource too. */
  readonly problems: readonly Spoken[];
  /** What was said of waits, in order. */
  readonly waits: readonly Spoken[];
  /** Requests to DigitalOcean's API, where the outputs tell. */
  readonly requests?: number;
  /** US dollars a month, where prices are known. */
  readonly priceMonthly?: number;
  /** What is left to do, a sentence each. */
  readonly left: readonly string[];
}

export interface Wanted {
  readonly name: string;
  readonly facts: readonly (readonly [what: string, value: string])[];
}

/** The lanes of one component of the program, or of the resources that are in none. */
export interface Group {
  readonly name: string;
  readonly lanes: readonly Lane[];
}

export interface Spoken extends Remark {
  /** The resource's name; empty where it is about the whole run. */
  readonly about: string;
}

/** Puts together what the engine wrote. */
export function runOf(record: EngineRecord): Run {
  const steps = stepsOf(record);
  const times = record.events.map(({ timestamp }) => timestamp);
  const [startedAt, endedAt] = [Math.min(...times, Infinity), Math.max(...times, -Infinity)];
  const outcome = outcomeOf(record, steps);
  const [, stack = "", project = ""] = /^urn:pulumi:([^:]*)::([^:]*)::/.exec(steps[0]?.urn ?? "") ?? [];
  const spoken = spokenOf(record, steps);
  const priceMonthly = priceOf(steps);
  const requests = requestsOf(steps);
  return {
    ...{ project, stack, outcome },
    ...(times.length === 0 ? { startedAt: 0, endedAt: 0 } : { startedAt, endedAt }),
    wanted: steps.flatMap((step) => imageOf(step, steps) ?? fleetOf(step) ?? []),
    groups: groupsOf(steps, endedAt),
    problems: spoken.filter(({ severity }) => severity !== "info"),
    waits: spoken.filter(({ severity, about }) => severity === "info" && about !== ""),
    ...(requests === undefined ? {} : { requests }),
    ...(priceMonthly === undefined ? {} : { priceMonthly }),
    left: leftToDo(outcome, steps),
  };
}

function outcomeOf({ events }: EngineRecord, steps: readonly Step[]): Outcome {
  const summary = events.flatMap(({ summaryEvent }) => summaryEvent ?? []).at(-1);
  if (events.length === 0 || summary?.isPreview === true) return "planned";
  if (summary === undefined || summary.result === "canceled") return "interrupted";
  return summary.result === "failed" || steps.some((step) => step.outcome === "failed") ? "failed" : "succeeded";
}

/** A resource is shown under the component that the program itself made. */
function groupsOf(steps: readonly Step[], endedAt: number): readonly Group[] {
  const byUrn = new Map(steps.map((step) => [step.urn, step]));
  const groups = new Map<string, Lane[]>();
  for (const step of steps) {
    if (!step.isCustom || step.op === "same" || step.type === "Stack" || step.urn.includes("::pulumi:providers:")) continue;
    const name = rootOf(step, byUrn);
    groups.set(name, [...(groups.get(name) ?? []), ...lanesOf(step, endedAt)]);
  }
  return [...groups].map(([name, lanes]) => ({ name, lanes }));
}

function rootOf(step: Step, byUrn: ReadonlyMap<string, Step>): string {
  const parent = byUrn.get(step.parent);
  if (parent !== undefined && parent.type !== "Stack") return rootOf(parent, byUrn);
  return step.isCustom ? "Resources" : `${step.type} ${step.name}`;
}

function spokenOf({ events, preview }: EngineRecord, steps: readonly Step[]): readonly Spoken[] {
  const ofSteps = steps.flatMap(({ name, remarks }) => remarks.map((remark) => ({ ...remark, about: name })));
  const said = new Set(steps.map(({ urn }) => urn));
  const others = [
    ...events.map(({ timestamp, diagnosticEvent }) => [timestamp, diagnosticEvent] as const),
    ...(events.length === 0 ? (preview?.diagnostics ?? []) : []).map((diagnostic) => [0, diagnostic] as const),
  ].flatMap(([at, diagnostic]) => {
    const { severity, urn = "", message = "" } = diagnostic ?? {};
    if ((severity !== "warning" && severity !== "error") || said.has(urn) || plainText(message) === "") return [];
    return [{ at, severity, about: "", text: plainText(message) } as const];
  });
  return [...ofSteps, ...others].sort((one, other) => one.at - other.at);
}

/** The count is the process's, so the last fleet of a provider has seen them all. */
function requestsOf(steps: readonly Step[]): number | undefined {
  const byProvider = new Map<string, number>();
  for (const { after, provider, startedAt = Infinity } of steps.filter(isFleet)) {
    const { requests, endedAt } = (after["lastChange"] ?? {}) as { readonly requests?: number; readonly endedAt?: string };
    // One that was not changed by this run still tells of an earlier one.
    if (requests === undefined || Date.parse(endedAt ?? "") / 1_000 < startedAt) continue;
    byProvider.set(provider, Math.max(requests, byProvider.get(provider) ?? 0));
  }
  return byProvider.size === 0 ? undefined : [...byProvider.values()].reduce((sum, count) => sum + count, 0);
}

function priceOf(steps: readonly Step[]): number | undefined {
  const prices = steps.flatMap((step) => {
    const { priceMonthly, count, sizeGigabytes } = outputsOf(step) as Readonly<Record<string, number | undefined>>;
    if (isFleet(step) && priceMonthly !== undefined) return [priceMonthly * (Number(step.inputs["count"] ?? count) || 0)];
    return isImport(step) && sizeGigabytes !== undefined ? [imageGigabytePrice * sizeGigabytes] : [];
  });
  return prices.length === 0 ? undefined : prices.reduce((sum, price) => sum + price, 0);
}
