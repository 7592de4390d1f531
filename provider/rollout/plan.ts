/** A Droplet of the fleet as the plan sees it. */
export interface Member {
  /** The Droplet's number; undefined where a POST got no answer and it may or may not exist. */
  readonly id: string | undefined;
  readonly slot: number;
  /** Fingerprint of the template it was made from. */
  readonly template: string;
  readonly power: "new" | "active" | "off";
  /** Carries the serving tag and is active. */
  readonly serving: boolean;
  /** Whether it may serve; said of Droplets that don't serve yet. */
  readonly gate: "waiting" | "passed" | "failed";
  /** Out of service for as long as connections get to end. */
  readonly drained: boolean;
  /** How far its end has come; there is no way back from a shutdown. */
  readonly ending: "no" | "shuttingDown" | "overdue" | "deleting";
}

export interface Desired {
  /** Fingerprint. */
  readonly template: string;
  readonly count: number;
}

export interface Policy {
  /** How many Droplets beyond the count may exist at a time. */
  readonly maxSurge: number;
  /** How many Droplets below the count may serve at a time. */
  readonly maxUnavailable: number;
}

export type Step =
  | { readonly kind: "serve" | "withdraw" | "shutdown" | "delete"; readonly ids: readonly string[] }
  | { readonly kind: "create"; readonly slots: readonly number[] };

/**
 * What can be done now to get from what is there to what is wanted. Never fewer than `count - maxUnavailable` serve by its doing, never
 * more than `count + maxSurge` exist; nothing but the Droplets themselves is remembered, so any run can go on where another ended.
 */
export function plan(members: readonly Member[], desired: Desired, policy: Policy): readonly Step[] {
  const kept = keptOf(members, desired);
  const surplus = members.filter((member) => !kept.has(member));
  const leaving = surplus.filter((member) => !member.serving && member.ending !== "deleting");
  const steps: Step[] = [
    {
      kind: "serve",
      ids: idsOf([...kept].filter((member) => !member.serving && member.power === "active" && member.gate === "passed")),
    },
    { kind: "withdraw", ids: idsOf(withdrawals(members, surplus, kept, desired, policy)) },
    { kind: "shutdown", ids: idsOf(leaving.filter((member) => member.power === "active" && member.drained && member.ending === "no")) },
    { kind: "delete", ids: idsOf(leaving.filter((member) => member.power !== "active" || member.ending === "overdue")) },
    { kind: "create", slots: vacancies(members, kept, desired, policy) },
  ];
  return steps.filter((step) => (step.kind === "create" ? step.slots : step.ids).length > 0);
}

/** Whether the fleet is exactly what is wanted: every slot served by one Droplet of the template, and nothing else there. */
export function isDone(members: readonly Member[], desired: Desired): boolean {
  const kept = keptOf(members, desired);
  return members.length === desired.count && kept.size === desired.count && [...kept].every((member) => member.serving);
}

/** The one Droplet a wanted slot keeps: of the wanted template, not on its way out, the furthest on. */
export function keptOf(members: readonly Member[], desired: Desired): ReadonlySet<Member> {
  const bySlot = new Map<number, Member>();
  for (const member of members) {
    const fit = member.template === desired.template && member.slot < desired.count;
    if (!fit || member.power === "off" || member.ending !== "no" || member.gate === "failed") continue;
    const other = bySlot.get(member.slot);
    if (other === undefined || progress(member) > progress(other)) bySlot.set(member.slot, member);
  }
  return new Set(bySlot.values());
}

function progress(member: Member): number {
  if (member.serving) return 3;
  if (member.gate === "passed") return 2;
  return member.id === undefined ? 0 : 1;
}

/** Stale ones first, then slots that go away, then slots that already have their successor, from the highest slot down. */
function withdrawals(
  members: readonly Member[],
  surplus: readonly Member[],
  kept: ReadonlySet<Member>,
  desired: Desired,
  policy: Policy,
): readonly Member[] {
  const serving = members.filter((member) => member.serving).length;
  const spare = serving - Math.max(0, desired.count - policy.maxUnavailable);
  const succeeded = new Set([...kept].filter((member) => member.serving).map((member) => member.slot));
  const urgency = (member: Member): number =>
    (member.template === desired.template ? 0 : 4) + (member.slot < desired.count ? 0 : 2) + (succeeded.has(member.slot) ? 1 : 0);
  return surplus
    .filter((member) => member.serving)
    .sort((one, other) => urgency(other) - urgency(one) || other.slot - one.slot)
    .slice(0, Math.max(0, spare));
}

/** Slots that have no Droplet to keep, empty ones first, as many as there is room for. Whatever may exist takes room. */
function vacancies(members: readonly Member[], kept: ReadonlySet<Member>, desired: Desired, policy: Policy): readonly number[] {
  const room = desired.count + policy.maxSurge - members.length;
  const keptSlots = new Set([...kept].map((member) => member.slot));
  const taken = new Set(members.map((member) => member.slot));
  const vacant = Array.from({ length: desired.count }, (_, slot) => slot).filter((slot) => !keptSlots.has(slot));
  return [...vacant.filter((slot) => !taken.has(slot)), ...vacant.filter((slot) => taken.has(slot))].slice(0, Math.max(0, room));
}

function idsOf(members: readonly Member[]): readonly string[] {
  return members.flatMap(({ id }) => (id === undefined ? [] : [id]));
}
