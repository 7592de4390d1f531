import type { Clock } from "../world";
import { Interrupted } from "./fault";

/** What the host is doing with a resource. */
export type Verb = "create" | "read" | "update" | "delete" | "diff";

/** The engine hands over `customTimeouts` but does not enforce them. */
export interface TimeLimit {
  readonly verb: Verb;
  /** 0 is no limit. */
  readonly seconds: number;
  readonly clock: Clock;
  /** Aborts when the engine cancels the run; its reason is an `Interrupted`. */
  readonly cancellation: AbortSignal;
}

/**
 * Runs the operation with a signal that aborts on the engine's Cancel, when the time limit has passed, and when the operation has ended: what
 * goes on beside a failure is waited for by nobody. Doesn't run it at all after a Cancel.
 */
export async function withTimeLimit<T>(limit: TimeLimit, operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { verb, seconds, clock, cancellation } = limit;
  cancellation.throwIfAborted();
  const timer = new AbortController();
  const passed = new AbortController();
  if (seconds > 0) {
    clock.sleep(seconds * 1000, timer.signal).then(
      () => passed.abort(new Interrupted("timeLimit", sentence(verb, seconds))),
      () => undefined,
    );
  }
  try {
    return await operation(AbortSignal.any([cancellation, passed.signal]));
  } finally {
    timer.abort();
    passed.abort(new Error(`This ${verb} has ended.`));
  }
}

/** Why running operations end when the engine cancels the run. */
export function cancelled(): Interrupted {
  return new Interrupted("cancel", "Stopped because the run was cancelled; run the same command again to go on.");
}

function sentence(verb: Verb, seconds: number): string {
  const remedy = verb === "create" || verb === "update" || verb === "delete" ? `raise \`customTimeouts.${verb}\` and ` : "";
  return `Stopped after ${seconds} s, the time limit of this ${verb}; ${remedy}run the same command again to go on.`;
}
