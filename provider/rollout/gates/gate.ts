import type { DropletWire } from "../../api/wire";
import type { World } from "../../world";
import { addressOf } from "../addressOf";

/** What a new Droplet must show before it serves. */
export interface Gate {
  /** A GET on the public address; without it, `active` is enough. */
  readonly http?: { readonly port: number; readonly path: string };
  /** Good answers in a row. */
  readonly successThreshold: number;
  readonly intervalSeconds: number;
  /** From when the Droplet is first seen until it must have passed. */
  readonly deadlineSeconds: number;
}

/** How far one Droplet has come at the gate. Times in milliseconds since the epoch. */
export interface Attempt {
  readonly since: number;
  readonly successes: number;
  readonly askedAt?: number;
  /** What the last answer said, a clause. */
  readonly reason: string;
}

export function firstAttempt(now: number): Attempt {
  return { since: now, successes: 0, reason: "it isn't active yet" };
}

export function verdict(gate: Gate, attempt: Attempt, now: number): "waiting" | "passed" | "failed" {
  if (attempt.successes >= (gate.http === undefined ? 1 : gate.successThreshold)) return "passed";
  return now - attempt.since >= gate.deadlineSeconds * 1_000 ? "failed" : "waiting";
}

/** When the gate is to be asked again. */
export function askAgainAt(gate: Gate, attempt: Attempt): number {
  return attempt.askedAt === undefined ? attempt.since : attempt.askedAt + gate.intervalSeconds * 1_000;
}

/** Asks the gate once. */
export async function ask(gate: Gate, attempt: Attempt, droplet: DropletWire, world: World, signal: AbortSignal): Promise<Attempt> {
  const askedAt = world.clock.now();
  if (droplet.status !== "active") return { ...attempt, askedAt, successes: 0, reason: `its status is \`${droplet.status}\`` };
  if (gate.http === undefined) return { ...attempt, askedAt, successes: 1 };
  const address = addressOf(droplet, "public");
  if (address === undefined) return { ...attempt, askedAt, successes: 0, reason: "it has no public IPv4 address yet" };
  const answer = await world.probe.http(address, gate.http.port, gate.http.path, signal);
  signal.throwIfAborted();
  if (answer.healthy) return { ...attempt, askedAt, successes: attempt.successes + 1, reason: "it answered well, but not often enough" };
  return { ...attempt, askedAt, successes: 0, reason: answer.reason };
}

/** `http :8080/health` or `active` */
export function describeGate(gate: Gate): string {
  return gate.http === undefined ? "active" : `http :${gate.http.port}${gate.http.path}`;
}
