import { canaryPath, type Position, type Stage } from "./canary";
import { type Goal, uniformGoal, type Version } from "./settings";

/** How a change goes on; at most one of the three. */
export interface Strategy {
  readonly canary?: readonly Stage[];
  /** All new ones beside all old ones, which stand by afterwards. */
  readonly blueGreen?: { readonly keepSeconds: number };
  /** Droplets are rebuilt rather than replaced. */
  readonly rebuild?: boolean;
  /** The approval of a canary's stage. */
  readonly approved?: string;
}

/** What the last run that ended well has left to be done. */
export interface Standing extends Pick<Position, "awaiting"> {
  /** The template of the Droplets that stand by. */
  readonly kept?: string;
  /** Until when, as ISO 8601. */
  readonly keptUntil?: string;
}

export interface Change {
  readonly target: Version;
  /** What ran before; undefined while a first creation is unfinished. */
  readonly before: Version | undefined;
  readonly count: number;
  readonly strategy: Strategy;
  readonly standing: Standing;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the fleet is to be, one after the other; never empty. A run ends with the last of them. */
export function pathOf({ target, before, count, strategy, standing, now }: Change): readonly [Goal, ...Goal[]] {
  const end = uniformGoal(target, count);
  const { canary, blueGreen, rebuild, approved } = strategy;
  if (rebuild === true) return [{ ...end, inPlace: true }];
  const isSame = before === undefined || before.fingerprint === target.fingerprint;
  if (blueGreen !== undefined) {
    const standby = isSame ? keptAt(standing, now) : before.fingerprint;
    const keepSeconds = blueGreen.keepSeconds;
    if (standby === undefined) return [end];
    const beside = { ...end, standby, keepSeconds };
    return keepSeconds > 0 || isSame ? [beside] : [beside, end];
  }
  return isSame || canary === undefined ? [end] : canaryPath(canary, target, before, count, { awaiting: standing.awaiting, approved });
}

/** What the fleet is to be where the target is given up. */
export function wayBack(before: Version, count: number, { rebuild }: Strategy): Goal {
  return { ...uniformGoal(before, count), inPlace: rebuild };
}

/** The template of the Droplets that still stand by. */
export function keptAt({ kept, keptUntil }: Standing, now: number): string | undefined {
  return keptUntil !== undefined && Date.parse(keptUntil) > now ? kept : undefined;
}

/** What is to be stored of a goal that was reached. */
export function standingAt({ standby, keepSeconds = 0, stage, awaiting }: Goal, before: Standing, now: number) {
  if (awaiting !== undefined) return { ...stage, awaiting };
  if (standby === undefined) return {};
  const isKept = keptAt(before, now) === standby;
  return { kept: standby, keptUntil: isKept ? before.keptUntil : new Date(now + keepSeconds * 1_000).toISOString() };
}
