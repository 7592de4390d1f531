/** What the engine writes about a run, in the words of its own event types; only what a report uses. */
export interface EngineEvent {
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly diagnosticEvent?: Diagnostic;
  readonly resourcePreEvent?: StepEvent;
  readonly resOutputsEvent?: StepEvent;
  readonly resOpFailedEvent?: StepEvent;
  readonly summaryEvent?: Summary;
}

export interface Diagnostic {
  readonly urn?: string;
  readonly message: string;
  readonly severity: string;
  readonly ephemeral?: boolean;
}

export interface StepEvent {
  readonly metadata: StepMetadata;
}

export interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly old?: ResourceState | null;
  readonly new?: ResourceState | null;
}

export interface ResourceState {
  readonly custom?: boolean;
  readonly parent?: string;
  readonly initErrors?: readonly string[];
  readonly provider?: string;
  readonly inputs?: Properties;
  readonly outputs?: Properties;
}

export type Properties = Readonly<Record<string, unknown>>;

export interface Summary {
  readonly durationSeconds: number;
  readonly isPreview?: boolean;
  readonly result?: string;
}

/** What `pulumi preview --json` prints, and `pulumi up --json` before its events. */
export interface Preview {
  readonly steps: readonly PreviewStep[];
  readonly diagnostics?: readonly Diagnostic[];
}

export interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: ResourceState | null;
  readonly newState?: ResourceState | null;
}

export interface EngineRecord {
  /** In the order in which they came; empty for a preview alone. */
  readonly events: readonly EngineEvent[];
  /** What was planned, where the file tells it. */
  readonly preview?: Preview;
}

/**
 * Reads what `pulumi up --json` or `--event-log` wrote, also where a kill cut it short. Throws one sentence where the text is neither that
 * nor a preview.
 */
export function readEngineRecord(text: string): EngineRecord {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => eventOf(line) !== undefined);
  const events = lines.flatMap((line) => eventOf(line) ?? []);
  const preview = previewOf((first === -1 ? lines : lines.slice(0, first)).join("\n"));
  if (events.length === 0 && preview === undefined) {
    throw new Error(
      "The file must hold what `pulumi up --json`, `pulumi preview --json` or `pulumi up --event-log FILE` wrote, and it holds no event of the engine.",
    );
  }
  return { events, ...(preview === undefined ? {} : { preview }) };
}

/** One event a line; what isn't one, such as the half line of a killed run, is passed over. */
function eventOf(line: string): EngineEvent | undefined {
  const value = jsonOf(line);
  return isObject(value) && typeof value["sequence"] === "number" && typeof value["timestamp"] === "number"
    ? (value as unknown as EngineEvent)
    : undefined;
}

function previewOf(text: string): Preview | undefined {
  const value = jsonOf(text);
  return isObject(value) && Array.isArray(value["steps"]) ? (value as unknown as Preview) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
