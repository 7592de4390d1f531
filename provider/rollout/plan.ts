import { type Address, addressMoves, type Held, heldByAddress, misplaced, type Places } from "./addressPlan";
import { sizeOf, type Step } from "./step";

/** A Droplet of the fleet as the plan sees it. */
export interface Member {
  /** The Droplet's number; undefined where a POST got no answer and it may or may not exist. */
  readonly id: string | undefined;
  readonly slot: number;
  /** Fingerprint of the template it was made from. */
  readonly template: string;
  readonly power: "new" | "active" | "off";
  /** Carries the serving tag, which nobody has asked to take off, and is active. */
  readonly serving: boolean;
  /** Still carries the serving tag, although it is to lose it. */
  readonly tagged: boolean;
  /** Serves, and has stayed good for its bake time: what counts for `maxUnavailable` and for being done. */
  readonly available: boolean;
  /** Gave bad answers before the change began: it goes before others. */
  readonly unhealthy: boolean;
  /** Whether it may serve, or may go on serving. */
  readonly gate: "waiting" | "passed" | "failed";
  /** An action runs on it, such as a backup: it takes no other. */
  readonly locked: boolean;
  /** Out of service for as long as connections get to end. */
  readonly drained: boolean;
  /** How far its end has come; there is no way back from a shutdown. */
  readonly ending: "no" | "shuttingDown" | "overdue" | "deleting";
}

export interface Desired {
  /** The fingerprint of each slot's template. */
  readonly slots: readonly string[];
  /** All begin to serve together, and Droplets of this template stay beside them, out of service, as long as they live. */
  readonly standby?: string;
  /** A slot's Droplet is rebuilt rather than replaced. */
  readonly inPlace?: boolean;
}

export interface Policy {
  /** How many Droplets beyond the count may exist at a time. */
  readonly maxSurge: number;
  /** How many Droplets below the count may be available at a time. */
  readonly maxUnavailable: number;
}

/**
 * What can be done now to get from what is there to what is wanted. Never fewer than `count - maxUnavailable` are available by its doing,
 * never more than `count + maxSurge` exist; nothing but the Droplets themselves is remembered, so any run can go on where another ended.
 * A slot's address leads to its new Droplet before the old one stops serving.
 */
export function plan(members: readonly Member[], desired: Desired, policy: Policy, addresses: readonly Address[] = []): readonly Step[] {
  const roles = rolesOf(members, desired);
  const { kept, reused, surplus } = roles;
  const beginning = newlyServing(kept, desired);
  const places = placesOf(members, kept, new Set(beginning));
  const wanted = within(addresses, desired);
  const { assign, unassign } = addressMoves(wanted, places);
  const held = heldByAddress(wanted, places, policy.maxSurge > 0);
  const leaving = surplus.filter(({ serving, ending, locked }) => !serving && ending !== "deleting" && !locked);
  const isOut = ({ tagged, drained, ending }: Member): boolean => !tagged && drained && ending === "no";
  const steps: Step[] = [
    { kind: "serve", ids: idsOf(beginning) },
    { kind: "assign", assignments: assign },
    { kind: "unassign", ips: unassign },
    { kind: "withdraw", ids: idsOf(withdrawals(members, roles, desired, policy, held)) },
    {
      kind: "rebuild",
      ids: idsOf([...reused].filter((member) => member.power !== "new" && !member.serving && !member.locked && isOut(member))),
    },
    { kind: "shutdown", ids: idsOf(leaving.filter((member) => member.power === "active" && isOut(member))) },
    { kind: "delete", ids: idsOf(leaving.filter(isEnded)) },
    { kind: "create", slots: vacancies(members, roles, desired, policy) },
  ];
  return steps.filter((step) => sizeOf(step) > 0);
}

/** One that is off, or doesn't shut down; and one that is new, unless only a list that is behind says so. */
function isEnded({ power, drained, ending }: Member): boolean {
  return power === "off" || ending === "overdue" || (power === "new" && drained);
}

/** Whether the fleet is exactly what is wanted: every slot has one available Droplet of its template and its address, and nothing else is there. */
export function isDone(members: readonly Member[], desired: Desired, addresses: readonly Address[] = []): boolean {
  const { kept, standby } = rolesOf(members, desired);
  const isIdle = [...standby].every(({ serving, tagged }) => !serving && !tagged);
  const isWhole = kept.size === desired.slots.length && members.length === kept.size + standby.size;
  const isAddressed = misplaced(within(addresses, desired), placesOf(members, kept)).length === 0;
  return isWhole && isIdle && isAddressed && [...kept].every(({ available }) => available);
}

/** How many steps are left; it falls with each step towards what is wanted, whatever else changes. */
export function distance(members: readonly Member[], desired: Desired, addresses: readonly Address[] = []): number {
  const { kept, standby, reused, surplus } = rolesOf(members, desired);
  const made = [...kept].reduce((sum, member) => sum + progress(member), 0);
  const moving = [...standby].filter(({ serving }) => serving).length * stillServing;
  const rebuilt = [...reused].reduce((sum, { serving }) => sum + (serving ? 2 : 1), 0);
  const ending = surplus.reduce((sum, member) => sum + stepsToEnd(member), 0);
  return (
    desired.slots.length * complete -
    made +
    moving +
    rebuilt +
    ending +
    misplaced(within(addresses, desired), placesOf(members, kept)).length
  );
}

/** What becomes of each Droplet. */
interface Roles {
  /** The one that each slot keeps. */
  readonly kept: ReadonlySet<Member>;
  /** Out of service, or to be, until the fleet is sure not to go back to it. */
  readonly standby: ReadonlySet<Member>;
  /** To be rebuilt. */
  readonly reused: ReadonlySet<Member>;
  /** To go. */
  readonly surplus: readonly Member[];
}

function rolesOf(members: readonly Member[], desired: Desired): Roles {
  const kept = keptOf(members, desired);
  const keptSlots = new Set([...kept].map(({ slot }) => slot));
  const isAlive = ({ id, slot, ending }: Member): boolean => id !== undefined && slot < desired.slots.length && ending === "no";
  // One that DigitalOcean has not come to make can't be rebuilt; one whose rebuild takes long is locked.
  const isMade = ({ power, gate, locked }: Member): boolean => power !== "new" || gate !== "failed" || locked;
  const others = members.filter((member) => !kept.has(member));
  const standby = standbyOf(others, isAlive, desired);
  const reused = onePerSlot(
    desired.inPlace === true ? members.filter((one) => isAlive(one) && isMade(one) && !keptSlots.has(one.slot)) : [],
  );
  const surplus = others.filter((member) => !standby.has(member) && !reused.has(member));
  return { kept, standby, reused, surplus };
}

/** Idle ones only as far as those that serve elsewhere leave room for them. */
function standbyOf(others: readonly Member[], isAlive: (one: Member) => boolean, { slots, standby }: Desired): ReadonlySet<Member> {
  const chosen = [...onePerSlot(others.filter((one) => isAlive(one) && one.template === standby && one.power === "active"))];
  const [serving, idle] = [chosen.filter((member) => member.serving), chosen.filter((member) => !member.serving)];
  const elsewhere = others.filter((member) => member.serving).length;
  return new Set([...serving, ...idle.slice(0, Math.max(0, slots.length - elsewhere))]);
}

/** Of several in a slot, the one that serves. */
function onePerSlot(members: readonly Member[]): ReadonlySet<Member> {
  const bySlot = new Map<number, Member>();
  for (const member of members) if (bySlot.get(member.slot)?.serving !== true) bySlot.set(member.slot, member);
  return new Set(bySlot.values());
}

/** The one Droplet that each slot keeps: of the slot's template, not on its way out, the furthest on. */
export function keptOf(members: readonly Member[], desired: Desired): ReadonlySet<Member> {
  const bySlot = new Map<number, Member>();
  for (const member of members) {
    const isWanted = desired.slots[member.slot] === member.template;
    if (!isWanted || member.power === "off" || member.ending !== "no" || member.gate === "failed") continue;
    const other = bySlot.get(member.slot);
    if (other === undefined || progress(member) > progress(other)) bySlot.set(member.slot, member);
  }
  return new Set(bySlot.values());
}

function placesOf(members: readonly Member[], kept: ReadonlySet<Member>, beginning: ReadonlySet<Member> = new Set()): Places {
  const bySlot = new Map([...kept].map((member) => [member.slot, member]));
  return { members, bySlot, isReady: (member) => member.serving || beginning.has(member) };
}

/** An address whose slot there isn't leads nowhere. */
function within(addresses: readonly Address[], { slots }: Desired): readonly Address[] {
  return addresses.map((address) =>
    address.slot !== undefined && address.slot < slots.length ? address : { ...address, slot: undefined },
  );
}

const complete = 5;
const stillServing = 4;

function progress(member: Member): number {
  if (member.available) return complete;
  if (member.serving) return 4;
  if (member.gate === "passed") return 3;
  if (member.id === undefined) return 0;
  return member.power === "new" ? 1 : 2;
}

function stepsToEnd({ id, serving, power, ending }: Member): number {
  if (id === undefined) return 0;
  if (serving) return stillServing;
  if (ending === "deleting") return 1;
  return power === "active" && ending === "no" ? 3 : 2;
}

/**
 * Those that have passed their gate; where others are to stand by, all at once or none. A locked one may be on its way down: what an earlier
 * run has asked for ends when the lock does.
 */
function newlyServing(kept: ReadonlySet<Member>, { slots, standby }: Desired): readonly Member[] {
  const all = [...kept];
  const ready = all.filter(({ serving, power, gate, locked }) => !serving && power === "active" && gate === "passed" && !locked);
  const isHeldBack = standby !== undefined && ready.length < slots.length && !all.some(({ serving }) => serving);
  return isHeldBack ? [] : ready;
}

/**
 * Droplets that serve and are not to, as many as the rest can do without: unhealthy ones first, then those of other templates, then slots that go
 * away, then slots that already have their successor, from the highest slot down. One known to be bad can always be done without; one that has
 * yet to become available does serve, and goes only where enough others do.
 */
function withdrawals(
  members: readonly Member[],
  { kept }: Roles,
  { slots, standby }: Desired,
  policy: Policy,
  { leaving, waiting, arriving }: Held,
): readonly Member[] {
  // One that is to go as soon as its address has left is counted as gone, and one that an address is still to lead to isn't counted yet.
  const isStaying = ({ id = "", serving }: Member): boolean => serving && !leaving.has(id) && !arriving.has(id);
  const isBad = ({ available, gate, unhealthy }: Member): boolean => !available && (gate === "failed" || unhealthy);
  const staying = members.filter((member) => isStaying(member) && !isBad(member));
  const least = Math.max(0, slots.length - policy.maxUnavailable);
  const succeeded = new Set([...kept].filter(({ available }) => available).map(({ slot }) => slot));
  const wanted = new Set(slots);
  const isStale = ({ slot, template }: Member): boolean => (slot < slots.length ? slots[slot] !== template : !wanted.has(template));
  const urgency = (member: Member): number =>
    (member.unhealthy ? 8 : 0) + (isStale(member) ? 4 : 0) + (member.slot < slots.length ? 0 : 2) + (succeeded.has(member.slot) ? 1 : 0);
  const others = members.filter((member) => !kept.has(member));
  // Where all stop serving together, one that is held holds back the others.
  const isHeld = ({ id = "", template }: Member): boolean =>
    leaving.has(id) || waiting.has(id) || (template === standby && leaving.size > 0);
  const serving = others
    .filter((member) => member.serving && !isHeld(member))
    .map((member) => ({ member, rank: urgency(member) }))
    .sort((one, other) => other.rank - one.rank || other.member.slot - one.member.slot)
    .map(({ member }) => member);
  const baking = serving.filter((member) => !member.available && !isBad(member)).slice(0, Math.max(0, staying.length - least));
  const spare = Math.min(staying.filter(({ available }) => available).length, staying.length - baking.length) - least;
  return [
    ...others.filter((member) => !member.serving && member.tagged),
    ...serving.filter(isBad),
    ...baking,
    ...serving.filter(({ available }) => available).slice(0, Math.max(0, spare)),
  ];
}

/** Slots that have no Droplet to keep, empty ones first, as many as there is room for. Whatever may exist takes room. */
function vacancies(members: readonly Member[], { kept, reused }: Roles, { slots }: Desired, policy: Policy): readonly number[] {
  const room = slots.length + policy.maxSurge - members.length;
  const keptSlots = new Set([...kept, ...reused].map(({ slot }) => slot));
  const taken = new Set(members.map(({ slot }) => slot));
  const vacant = slots.map((_, slot) => slot).filter((slot) => !keptSlots.has(slot));
  return [...vacant.filter((slot) => !taken.has(slot)), ...vacant.filter((slot) => taken.has(slot))].slice(0, Math.max(0, room));
}

function idsOf(members: readonly Member[]): readonly string[] {
  return members.flatMap(({ id }) => (id === undefined ? [] : [id]));
}
