import type { EngineEvent, EngineRecord, PreviewStep, Properties, ResourceState, StepMetadata } from "./engineEvents";

/** What was said of a resource while a step ran. */
export interface Remark {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly severity: "info" | "warning" | "error";
  readonly text: string;
}

/** One operation on one resource. Times in seconds since the epoch. */
export interface Step {
  readonly urn: string;
  /** The last part of the type token, such as `ImageImport`. */
  readonly type: string;
  readonly name: string;
  /** The engine's word, such as `create`. */
  readonly op: string;
  readonly isCustom: boolean;
  /** Undefined for a step that was only planned. */
  readonly startedAt?: number;
  endedAt?: number;
  outcome: "planned" | "running" | "done" | "failed";
  readonly before: Properties;
  /** The inputs that the step leads to. */
  readonly inputs: Properties;
  /** Outputs as they are now, also of a step that failed half-way; empty where the step has not come so far. */
  after: Properties;
  readonly parent: string;
  readonly provider: string;
  readonly remarks: Remark[];
}

/** Removals come after everything else, so a resource that is replaced has two steps. */
const removals = new Set(["delete", "delete-replaced", "read-discard", "discard-replaced"]);
/** The engine's own marker of a replacement: nothing happens in it. */
const marker = "replace";

/** The steps of a run in the order in which they began, then those that were planned and never began. */
export function stepsOf({ events, preview }: EngineRecord): readonly Step[] {
  const steps = new Map<string, Step>();
  for (const event of events) {
    begin(steps, event);
    end(steps, event);
    remark(steps, event);
  }
  for (const planned of preview?.steps ?? []) {
    const key = keyOf(planned);
    if (planned.op !== marker && !steps.has(key)) steps.set(key, stepOf({ ...planned, old: planned.oldState, new: planned.newState }));
  }
  return [...steps.values()];
}

function begin(steps: Map<string, Step>, { timestamp, resourcePreEvent }: EngineEvent): void {
  const metadata = resourcePreEvent?.metadata;
  if (metadata === undefined || metadata.op === marker) return;
  steps.set(keyOf(metadata), { ...stepOf(metadata), startedAt: timestamp, outcome: "running" });
}

function end(steps: Map<string, Step>, { timestamp, resOutputsEvent, resOpFailedEvent }: EngineEvent): void {
  const metadata = (resOutputsEvent ?? resOpFailedEvent)?.metadata;
  const step = metadata === undefined ? undefined : steps.get(keyOf(metadata));
  if (metadata === undefined || step === undefined || metadata.op === marker) return;
  step.endedAt = timestamp;
  step.outcome = resOutputsEvent === undefined ? "failed" : "done";
  step.after = metadata.new?.outputs ?? {};
}

/** The last step of the resource is the one that speaks. */
function remark(steps: Map<string, Step>, { timestamp, diagnosticEvent }: EngineEvent): void {
  const { urn = "", severity = "", message = "" } = diagnosticEvent ?? {};
  const step = [...steps.values()].filter((one) => one.urn === urn).at(-1);
  if (step === undefined || (severity !== "info" && severity !== "warning" && severity !== "error")) return;
  step.remarks.push({ at: timestamp, severity, text: plainText(message) });
}

function stepOf({ op, urn, old, new: next }: StepMetadata): Step {
  const state: ResourceState = next ?? old ?? {};
  return {
    urn,
    type: urn.split("::")[2]?.split("$").at(-1)?.split(":").at(-1) ?? "",
    name: urn.split("::").slice(3).join("::"),
    op,
    isCustom: state.custom === true,
    outcome: "planned",
    before: old?.outputs ?? {},
    inputs: state.inputs ?? {},
    after: next?.outputs ?? {},
    parent: state.parent ?? "",
    provider: state.provider ?? "",
    remarks: [],
  };
}

export function isRemoval({ op }: Pick<Step, "op">): boolean {
  return removals.has(op);
}

function keyOf(step: Pick<PreviewStep, "op" | "urn">): string {
  return `${step.urn} ${isRemoval(step) ? "removed" : "made"}`;
}

/** Without what terminals take for colours and the engine for its own marks of them. */
export function plainText(message: string): string {
  return message.replace(/\u001b\[[\d;]*m|<\{%[^%]*%\}>/g, "").trim();
}
