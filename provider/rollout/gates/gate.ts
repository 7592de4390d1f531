import type { DropletWire } from "../../api/wire";
import { TimeoutError, withTimeout } from "../../waiting/timeout";
import type { World } from "../../world";
import { addressOf } from "../addressOf";
import { asksAnything, describeQuestions, type Fault, put, type Questions } from "./question";

/** What a new Droplet must show before it serves. Times in seconds. */
export interface Gate extends Questions {
  /** Id of a load balancer that must call it healthy after it has begun to serve. */
  readonly loadBalancer?: string;
  /** Which of the Droplet's addresses is asked, `public` or `private`. */
  readonly address: string;
  /** Good answers in a row. */
  readonly successThreshold: number;
  readonly intervalSeconds: number;
  /** How long one answer may take. */
  readonly timeoutSeconds: number;
  /** How long bad answers are no verdict, from when the Droplet is active. */
  readonly deadlineSeconds: number;
  /** How long it must stay good after it has begun to serve. */
  readonly bakeSeconds: number;
}

/** What one Droplet has answered so far. Times in milliseconds. */
export interface Attempt {
  /** Good answers in a row. */
  readonly successes: number;
  /** Bad answers in a row. */
  readonly failures: number;
  /** For how long it could be asked: pauses in which nobody asked don't count. */
  readonly spent: number;
  readonly askedAt?: number;
  /** What the last bad answer said, a clause. */
  readonly reason: string;
  /** Whether anything came back from its address, if only a refusal. */
  readonly reached: boolean;
  /** A bad answer came after the deadline. */
  readonly isLate: boolean;
}

export const firstAttempt: Attempt = { successes: 0, failures: 0, spent: 0, reason: "it wasn't asked yet", reached: false, isLate: false };

export function verdict(gate: Gate, attempt: Attempt): "waiting" | "passed" | "failed" {
  if (attempt.successes >= (asksAnything(gate) ? gate.successThreshold : 1)) return "passed";
  return attempt.isLate ? "failed" : "waiting";
}

/** When the gate is to be asked next; at once where it wasn't asked yet. */
export function askAgainAt(gate: Gate, { askedAt }: Attempt): number {
  return askedAt === undefined ? 0 : askedAt + gate.intervalSeconds * 1_000;
}

/** Asks an active Droplet once. */
export async function ask(gate: Gate, attempt: Attempt, droplet: DropletWire, world: World, signal: AbortSignal): Promise<Attempt> {
  const askedAt = world.clock.now();
  const fault = await faultOf(gate, droplet, world, signal);
  signal.throwIfAborted();
  return answered(gate, attempt, fault, askedAt);
}

/** The attempt with one more answer, which was asked for at that time. */
export function answered(gate: Gate, attempt: Attempt, fault: Fault, askedAt: number): Attempt {
  const spent = attempt.spent + timeSince(gate, attempt, askedAt);
  if (fault === undefined) return { ...attempt, askedAt, spent, successes: attempt.successes + 1, failures: 0, reached: true };
  return {
    askedAt,
    spent,
    successes: 0,
    failures: attempt.failures + 1,
    reason: fault.reason,
    reached: fault.reached,
    isLate: spent >= gate.deadlineSeconds * 1_000,
  };
}

/** `http :8080/health` or `active` */
export function describeGate(gate: Gate): string {
  return describeQuestions(gate);
}

/** The first bad answer, undefined where all are good. */
async function faultOf(gate: Gate, droplet: DropletWire, world: World, signal: AbortSignal): Promise<Fault> {
  if (!asksAnything(gate)) return undefined;
  const address = addressOf(droplet, gate.address);
  if (address === undefined) return { reason: `it has no ${gate.address} IPv4 address yet`, reached: false };
  try {
    const all = (limited: AbortSignal): Promise<readonly Fault[]> => Promise.all(put(gate, address, world, limited));
    const answers = await withTimeout(world.clock, gate.timeoutSeconds * 1_000, signal, all);
    return answers.find((answer) => answer !== undefined);
  } catch (error) {
    signal.throwIfAborted();
    const isLate = error instanceof TimeoutError;
    return { reason: isLate ? `it gave no answer within ${gate.timeoutSeconds} s` : String(error), reached: false };
  }
}

/** Since it was asked last, at most an interval and an answer's time: in a longer pause nobody could ask. */
function timeSince({ intervalSeconds, timeoutSeconds }: Gate, { askedAt }: Attempt, now: number): number {
  return askedAt === undefined ? 0 : Math.max(0, Math.min(now - askedAt, (intervalSeconds + timeoutSeconds) * 1_000));
}
