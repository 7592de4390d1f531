import * as fc from "fast-check";
import type { Address } from "../../../provider/rollout/addressPlan";
import { type Desired, distance, isDone, type Member, plan } from "../../../provider/rollout/plan";
import { partsOf, type Step } from "../../../provider/rollout/step";
import { Cloud, member } from "./cloud";

/** Addresses of the slots that lead to a Droplet that is available. */
function reachedBy({ members, addresses }: Cloud, count: number): readonly string[] {
  const available = new Set(members.flatMap((one) => (one.available ? [one.id] : [])));
  return addresses.filter(({ slot, holder }) => slot !== undefined && slot < count && available.has(holder)).map(({ ip }) => ip);
}

/** Whether it serves, and nothing bad is known of it. */
function servesWell({ serving, available, gate, unhealthy }: Member): boolean {
  return serving && (available || (gate !== "failed" && !unhealthy));
}

function begunBy(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => (step.kind === "serve" ? step.ids : []));
}

function unledBy(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => (step.kind === "unassign" ? step.ips : []));
}

/** What the steps ask for, one by one. */
function askedBy(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => partsOf(step).map((part) => `${step.kind} ${typeof part === "object" ? part.ip : part}`));
}

const idle = { power: "active", serving: false, available: false, drained: true } as const;
/** How far a Droplet has come when a run begins. */
const stages: Readonly<Record<string, Partial<Member>>> = {
  asked: { ...idle, id: undefined, power: "new", gate: "waiting", locked: false },
  waiting: { ...idle, power: "new", gate: "waiting" },
  failed: { ...idle, gate: "failed" },
  off: { ...idle, power: "off" },
  idle,
  draining: { ...idle, drained: false },
  tagged: { ...idle, drained: false, tagged: true },
  shuttingDown: { ...idle, ending: "shuttingDown" },
  overdue: { ...idle, ending: "overdue" },
  deleting: { ...idle, ending: "deleting" },
  baking: { available: false },
  available: {},
};

test("gets there from anything through anything, never with too few available or too many that exist", () => {
  const anyMember = fc.record({
    slot: fc.nat(6),
    template: fc.constantFrom("old", "new", "older"),
    stage: fc.constantFrom(...Object.keys(stages)),
    unhealthy: fc.boolean(),
    locked: fc.boolean(),
  });
  const anyCase = fc.record({
    start: fc.array(anyMember, { maxLength: 8 }),
    slots: fc.array(fc.constantFrom("old", "new"), { maxLength: 6 }),
    policy: fc.record({ maxSurge: fc.nat(3), maxUnavailable: fc.nat(3) }).filter((one) => one.maxSurge + one.maxUnavailable > 0),
    holders: fc.uniqueArray(fc.nat(9), { maxLength: 4 }),
    dropped: fc.boolean(),
    bad: fc.nat(12),
    how: fc.constantFrom<Pick<Desired, "standby" | "inPlace">>({}, { standby: "old" }, { standby: "older" }, { inPlace: true }),
    kills: fc.array(fc.nat(60), { maxLength: 4 }),
    chance: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 7, maxLength: 97 }),
  });
  fc.assert(
    fc.property(anyCase, ({ start, slots, policy: given, holders, dropped, how, bad, kills, chance }) => {
      let drawn = 0;
      // Chance repeats itself, but never with the same number for ever: a stuck one would be a service that never answers.
      const random = (): number => ((chance[drawn % chance.length] ?? 0) + drawn++ * 0.618) % 1;
      const members = start.map(({ stage, ...rest }, id) => member(id, { ...rest, ...stages[stage] }));
      const [desired, count] = [{ slots, ...how }, slots.length];
      const addresses = holders.map((holder, at): Address => {
        const slot = dropped && at === holders.length - 1 ? undefined : at;
        return { ip: `ip-${at}`, slot, holder: members[holder] === undefined ? undefined : String(holder), locked: false };
      });
      const cloud = new Cloud(members, addresses, bad, random);
      const policy = how.standby === undefined ? given : { maxSurge: count, maxUnavailable: 0 };
      if (how.inPlace === true) Object.assign(policy, { maxSurge: 0, maxUnavailable: Math.max(1, given.maxUnavailable) });
      let moves = 0;
      for (let tick = 0; tick < 400; tick += 1) {
        if (kills.includes(tick)) cloud.forget();
        const steps = plan(cloud.members, desired, policy, cloud.addresses);
        const reached = reachedBy(cloud, count);
        const [led, unled] = [steps.flatMap((step) => (step.kind === "assign" ? step.assignments : [])), unledBy(steps)];
        const serves = new Set([...begunBy(steps), ...cloud.members.flatMap(({ id = "", serving }) => (serving ? [id] : []))]);
        const isAddressed = led.every(({ id }) => serves.has(id) && !cloud.addresses.some(({ holder }) => holder === id));
        const available = cloud.members.filter((one) => one.available).length;
        const serving = cloud.members.filter(servesWell).length;
        const [existing, left] = [cloud.members.length, distance(cloud.members, desired, cloud.addresses)];
        const isMove =
          how.standby !== undefined && !cloud.members.some(({ serving, template, slot }) => serving && template === slots[slot]);
        const begun = begunBy(steps);
        if (isMove && begun.length > 0) moves += begun.length === count ? 1 : Infinity;
        cloud.do(steps, desired);
        const asked = new Set(askedBy(steps));
        const again = askedBy(plan(cloud.members, desired, policy, cloud.addresses)).filter((part) => asked.has(part));
        const now = cloud.members.filter((one) => one.available).length;
        const kept = {
          floor: now >= Math.min(available, count - policy.maxUnavailable),
          serving: cloud.members.filter(servesWell).length >= Math.min(serving, count - policy.maxUnavailable),
          surge: cloud.members.length <= Math.max(existing, count + policy.maxSurge),
          progress: distance(cloud.members, desired, cloud.addresses) <= left,
          // What leads to a Droplet that is available goes on doing so, if more may exist than are wanted.
          reachable: policy.maxSurge === 0 || reached.every((ip) => unled.includes(ip) || reachedBy(cloud, count).includes(ip)),
          isAddressed,
          together: moves < Infinity,
          // What was asked for is not asked for again at once, but for a withdrawal that took no effect.
          once: again.every((part) => cloud.members.some(({ id, tagged }) => tagged && part === `withdraw ${id}`)),
        };
        const { members: there, addresses: leading } = cloud;
        if (!Object.values(kept).every(Boolean)) throw new Error(JSON.stringify({ kept, steps, there, leading }));
        if (isDone(cloud.members, desired, cloud.addresses)) return;
        cloud.pass();
      }
      throw new Error(`It never settles: ${JSON.stringify([cloud.members, cloud.addresses])}`);
    }),
    { numRuns: 2_000 },
  );
});
