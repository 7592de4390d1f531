import type { Expectation } from "./expectation";

/** What decides when to look again. All times in milliseconds. */
export interface Pace {
  /** How long each thing that is waited for has been under way. */
  readonly underWay: readonly number[];
  /** What is known of how long such a thing takes. */
  readonly expected: Expectation | undefined;
  /** Whether one of several has ended: then the others are likely to. */
  readonly finishing: boolean;
  /** Requests that watching has cost so far. */
  readonly spent: number;
  /** How long it has been watched. */
  readonly watched: number;
}

const second = 1_000;
/** Requests that may come at once; what isn't used in the middle of a long copy is saved for its end. */
const burst = 100;
/** With the burst, at most 700 requests in the first hour. */
const requestsPerSecond = 600 / 3_600;
/** Requests that are kept for the time when the first of several copies has ended. */
const reserve = 30;

/**
 * Milliseconds until the next look: 0.4 s to a second for what is seconds old, a twentieth of its age for what is older but at most
 * 4 s, slower while nothing can have finished yet, and never so often that an hour costs more than 720 requests. `random` in [0, 1)
 * spreads watchers apart.
 */
export function untilNextTick(pace: Pace, random: number): number {
  const wanted = Math.min(...pace.underWay.map((age) => interval(age, pace)), 10 * second);
  const kept = pace.finishing ? 0 : reserve;
  const credit = burst - kept + (pace.watched / second) * requestsPerSecond - pace.spent;
  // Never longer than that: a clock that was set back must not end the watch.
  const afforded = credit >= 1 ? 0 : Math.min(((1 - credit) / requestsPerSecond) * second, 15 * second);
  return Math.round(Math.max(wanted * (0.85 + 0.3 * random), afforded));
}

function interval(age: number, { expected, finishing }: Pace): number {
  if (age < 20 * second) return clamp(age / 15, 0.4 * second, second);
  const near = clamp(age / 20, second, finishing ? 3 * second : 3.9 * second);
  return clamp((expected?.soonest ?? 0) - age, near, 10 * second);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
