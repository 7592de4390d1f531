/**
 * Something wrong with one input. The engine prints the property and its value and then the reason, so `expectation` is a clause that
 * continues the name: "must be a region slug such as `ams3`". What was received is added by the host, unless the property is secret.
 */
export interface Fault {
  /** The property's path: `regions[1]`, `gate.http.port`; empty where the fault is of the whole. */
  readonly property: string;
  readonly expectation: string;
  readonly received?: unknown;
  /** One sentence that says what to do, where it is not obvious. */
  readonly remedy?: string;
}

/**
 * Something exists, but it is not yet what was asked for. The engine stores `state` with the reasons, fails the run, and calls update
 * with that state on the next one.
 */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
  readonly id: string;
  readonly state: object;
  readonly reasons: readonly string[];
  /** Live inputs, for a read. */
  readonly inputs: object | undefined;

  constructor(unfinished: { id: string; state: object; reasons: readonly string[]; inputs?: object }) {
    super(unfinished.reasons.join("\n"));
    this.id = unfinished.id;
    this.state = unfinished.state;
    this.reasons = unfinished.reasons;
    this.inputs = unfinished.inputs;
  }
}

/** Why an operation's signal aborted: the engine's Cancel, or the time limit. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly by: "cancel" | "timeLimit";

  constructor(by: "cancel" | "timeLimit", message: string) {
    super(message);
    this.by = by;
  }
}
