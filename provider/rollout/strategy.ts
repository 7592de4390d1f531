import { canaryPath, type Position, type Stage, stagedSlots, stageOf } from "./canary";
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

/** That an earlier fleet is waited for. */
export interface Hold {
  /** What the program asks for, as far as it is known. */
  readonly asked: Version | undefined;
  /** The Droplets that run. */
  readonly live: readonly { readonly slot: number; readonly template: string }[];
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
  readonly hold?: Hold;
}

/** What the fleet is to be, one after the other; never empty. A run ends with the last of them. */
export function pathOf(change: Change): readonly [Goal, ...Goal[]] {
  const { target, before, count, strategy, standing, now } = change;
  const held = heldStage(change);
  if (held !== undefined) return [held];
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

/**
 * The stage at which a fleet that is held has paused: nothing goes on, and nothing goes back. Undefined where it hasn't, or where one of the
 * new template is gone that nobody knows any more, because the program asks for a third one.
 */
function heldStage({ before, count, strategy, standing: { awaiting }, hold }: Change): Goal | undefined {
  if (hold === undefined || before === undefined || awaiting === undefined) return undefined;
  const { fingerprint, stage } = stageOf(awaiting);
  const { canary = [] } = strategy;
  const slots = stagedSlots(canary.slice(0, stage), fingerprint, before.fingerprint, count);
  const known = [before, ...(hold.asked === undefined ? [] : [hold.asked])];
  const templates = new Map(known.map((version) => [version.fingerprint, version.template]));
  const runs = (wanted: string, slot: number): boolean => hold.live.some((one) => one.slot === slot && one.template === wanted);
  if (!slots.includes(fingerprint) || !slots.every((wanted, slot) => templates.has(wanted) || runs(wanted, slot))) return undefined;
  return { target: before, slots, templates, stage: { stage, of: canary.length }, awaiting };
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
