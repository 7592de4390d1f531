import type { Properties } from "./engineEvents";
import { isRemoval, type Step } from "./steps";
import { isFleet, isReplica, wordOf } from "./wanted";

/** One line of the time line. */
export interface Lane {
  readonly label: string;
  readonly bars: readonly Bar[];
  /** How it stands, in a word or two. */
  readonly state: string;
  /** Why it failed, a sentence. */
  readonly cause?: string;
  /** Whether it belongs to the lane above, as a Droplet does to its fleet. */
  readonly isInner: boolean;
}

export type BarKind = "work" | "boot" | "gate" | "serve" | "drain" | "shutdown" | "failed" | "open";

/** A stretch of time, in seconds since the epoch. */
export interface Bar {
  readonly kind: BarKind;
  readonly from: number;
  readonly to: number;
}

/** What a Droplet of the outputs' time line tells. */
interface Life extends Properties {
  readonly name: string;
  readonly slot: number;
  readonly image: string;
  readonly failure?: string;
}

/** What begins with each moment of a Droplet's life, and how it stands after the last of them. */
const stretches: readonly (readonly [moment: string, kind: BarKind, state: string])[] = [
  ["createdAt", "boot", "being created"],
  ["activeAt", "gate", "waiting for its gate"],
  ["servedAt", "serve", "serving"],
  ["withdrawnAt", "drain", "draining"],
  ["shutDownAt", "shutdown", "shutting down"],
  ["deletedAt", "shutdown", "deleted"],
];

/** A step's own lane, then one a Droplet by slot. */
export function lanesOf(step: Step, endedAt: number): readonly Lane[] {
  const { startedAt, endedAt: end = endedAt, outcome } = step;
  const kind = outcome === "running" ? "open" : outcome === "failed" ? "failed" : "work";
  const own: Lane = {
    label: labelOf(step),
    bars: startedAt === undefined ? [] : [{ kind, from: startedAt, to: end }],
    state: stateOf(step),
    isInner: false,
  };
  return [own, ...(isFleet(step) ? livesOf(step).map((life) => laneOf(life, step)) : [])];
}

/** Of this step alone: the outputs of one that changed nothing tell of an earlier run. */
function livesOf({ after, startedAt = Infinity }: Step): readonly Life[] {
  const { endedAt = "", droplets = [] } = (after["lastChange"] ?? {}) as { readonly endedAt?: string; readonly droplets?: readonly Life[] };
  if (!(secondsOf(endedAt) >= startedAt)) return [];
  return [...droplets].sort((one, other) => one.slot - other.slot);
}

function laneOf(life: Life, step: Step): Lane {
  const end = secondsOf((step.after["lastChange"] as { readonly endedAt: string }).endedAt);
  const known = stretches.flatMap(([moment, kind, state]) => {
    const from = secondsOf(wordOf(life[moment]));
    return Number.isNaN(from) ? [] : [{ kind, state, from }];
  });
  const bars = known.flatMap(({ kind, state, from }, index): readonly Bar[] => {
    const isFailing = life.failure !== undefined && (kind === "boot" || kind === "gate");
    return state === "deleted" ? [] : [{ kind: isFailing ? "failed" : kind, from, to: known[index + 1]?.from ?? end }];
  });
  return {
    label: `${life.slot}: ${life.name}`,
    bars,
    ...(life.failure === undefined ? { state: known.at(-1)?.state ?? "" } : { state: "failed", cause: life.failure }),
    isInner: true,
  };
}

function labelOf(step: Step): string {
  const verb = isRemoval(step) ? "Delete" : (verbs[step.op] ?? step.op);
  if (step.type === "ImageReplica" && isRemoval(step)) return `Forget copy in ${wordOf(step.inputs["region"])}`;
  if (isReplica(step)) return `Copy to ${wordOf(step.inputs["region"])}`;
  if (step.type === "ImageImport" && !isRemoval(step) && step.op !== "update") return `Import to ${wordOf(step.inputs["region"])}`;
  if (isFleet(step)) return `${step.op === "update" ? "Roll" : verb} ${step.name}`;
  return `${verb} ${step.type} ${step.name}`;
}

const verbs: Readonly<Record<string, string>> = {
  create: "Create",
  "create-replacement": "Create",
  update: "Update",
  import: "Import",
  read: "Read",
  refresh: "Refresh",
};

function stateOf({ outcome, startedAt, endedAt }: Step): string {
  if (outcome === "planned") return "planned";
  if (outcome === "running") return "not ended";
  const seconds = (endedAt ?? 0) - (startedAt ?? 0);
  return outcome === "failed" ? `failed after ${seconds} s` : seconds === 0 ? "under 1 s" : `${seconds} s`;
}

function secondsOf(time: string): number {
  return Date.parse(time) / 1_000;
}
