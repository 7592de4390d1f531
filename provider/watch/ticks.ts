/** What decides when to look again. All times in milliseconds. */
export interface Pace {
  /** How long each thing that is waited for has been under way. */
  readonly underWay: readonly number[];
  /** How long such a thing usually takes, where known. */
  readonly expected: number | undefined;
  /** Requests that watching has cost so far. */
  readonly spent: number;
  /** How long it has been watched. */
  readonly watched: number;
}

const second = 1_000;
/** Requests that may come at once; what isn't used in the middle of a long copy is saved for its end. */
const burst = 60;
/** With the burst at most 700 requests in the first hour, and 640 in each later one. */
const requestsPerSecond = 640 / 3_600;
/** Before this part of the usual time nothing is expected to finish. */
const early = 0.6;

/**
 * Milliseconds until the next look: half a second to one for what is seconds old, a twentieth of its age for what is older, slower in the
 * middle of a long copy, and never so often that an hour costs more than 720 requests. `random` in [0, 1) spreads watchers apart.
 */
export function nextTick(pace: Pace, random: number): number {
  const wanted = Math.min(...pace.underWay.map((age) => interval(age, pace.expected)), 15 * second);
  const credit = burst + (pace.watched / second) * requestsPerSecond - pace.spent;
  const afforded = credit >= 1 ? 0 : ((1 - credit) / requestsPerSecond) * second;
  return Math.round(Math.max(wanted * (0.85 + 0.3 * random), afforded));
}

function interval(age: number, expected: number | undefined): number {
  if (age < 20 * second) return clamp(age / 10, second / 2, second);
  const near = clamp(age / 20, second, 3.5 * second);
  const untilNear = expected === undefined ? 0 : early * expected - age;
  return clamp(untilNear, near, 12 * second);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
