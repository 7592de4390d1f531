import { type Goal, uniformGoal, type Version } from "./settings";
import { resolveSize } from "./size";

/** A canary's stage: so many Droplets first, and for so long. */
export interface Stage {
  /** A count or a percentage. */
  readonly count: string;
  readonly bakeSeconds: number;
  /** Whether the run ends here until somebody approves. */
  readonly pause?: boolean;
}

/** Where a canary stands. */
export interface Position {
  /** What an earlier run has ended with: the stage that it reached waits for this approval. */
  readonly awaiting?: string;
  /** The approval that the program gives. */
  readonly approved?: string;
}

/** Names one stage of one template, and so of one image, size and user data. */
export function approvalOf(fingerprint: string, stage: number): string {
  return `${fingerprint}/${stage}`;
}

/** The template and the stage that an approval names. */
export function stageOf(approval: string): { readonly fingerprint: string; readonly stage: number } {
  const [fingerprint = "", stage] = approval.split("/");
  return { fingerprint, stage: Number(stage) };
}

/**
 * What the fleet is to be, one after the other: at each stage the first slots run the target and the others what ran before, and in the end
 * all run the target. It begins with the stage that an earlier run has reached, and ends with the first one that waits for an approval.
 */
export function canaryPath(
  stages: readonly Stage[],
  target: Version,
  before: Version,
  count: number,
  position: Position,
): readonly [Goal, ...Goal[]] {
  const { approved } = position;
  const reached = position.awaiting === undefined ? undefined : stageOf(position.awaiting);
  const first = reached?.fingerprint === target.fingerprint ? reached.stage : 1;
  const templates = new Map([before, target].map(({ fingerprint, template }) => [fingerprint, template]));
  const goals = stages.map(({ bakeSeconds, pause }, at): Goal => {
    const approval = approvalOf(target.fingerprint, at + 1);
    return {
      ...{ target, templates, bakeSeconds, stage: { stage: at + 1, of: stages.length } },
      slots: stagedSlots(stages.slice(0, at + 1), target.fingerprint, before.fingerprint, count),
      awaiting: pause === true && approved !== approval ? approval : undefined,
    };
  });
  const open = goals.slice(first - 1);
  const end = open.findIndex(({ awaiting }) => awaiting !== undefined);
  const [goal = uniformGoal(target, count), ...rest] = end < 0 ? [...open, uniformGoal(target, count)] : open.slice(0, end + 1);
  return [goal, ...rest];
}

/**
 * What each slot runs at the last of these stages: the first ones the new template, the others what ran before. None has fewer than the one
 * before it: of a small fleet, a percentage may be less than a count.
 */
export function stagedSlots(stages: readonly Pick<Stage, "count">[], target: string, before: string, count: number): readonly string[] {
  const many = Math.max(0, ...stages.map((stage) => resolveSize(stage.count, count, "up")));
  return Array.from({ length: count }, (_, slot) => (slot < many ? target : before));
}
