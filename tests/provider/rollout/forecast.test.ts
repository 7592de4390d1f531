import * as fc from "fast-check";
import { after, forecast } from "../../../provider/rollout/forecast";
import { type Desired, isDone, type Member, plan, type Policy } from "../../../provider/rollout/plan";
import { describePlan } from "../../../provider/rollout/planReport";

const member = (slot: number, template: string): Member => ({
  ...{ id: String(slot), slot, template, power: "active", serving: true, tagged: false, available: true, unhealthy: false },
  ...{ gate: "passed", locked: false, drained: false, ending: "no" },
});
const old = (count: number) => Array.from({ length: count }, (_, slot) => member(slot, "old"));
const fresh = (count: number) => Array<string>(count).fill("new");

test("foresees batches and bounds of each strategy", () => {
  const rolling = forecast(old(6), [{ desired: { slots: fresh(6) }, policy: { maxSurge: 2, maxUnavailable: 0 } }]);
  expect(rolling).toEqual({
    creates: 6,
    rebuilds: 0,
    deletes: 6,
    promotes: 0,
    standby: 0,
    batches: 3,
    largestBatch: 2,
    leastServing: 6,
    mostExisting: 8,
    reservedIps: [],
  });
  const green = forecast(old(6), [{ desired: { slots: fresh(6), standby: "old" }, policy: { maxSurge: 6, maxUnavailable: 0 } }]);
  expect(green).toEqual({
    creates: 6,
    rebuilds: 0,
    deletes: 0,
    promotes: 0,
    standby: 6,
    batches: 1,
    largestBatch: 6,
    leastServing: 6,
    mostExisting: 12,
    reservedIps: [],
  });
  const inPlace = forecast(old(6), [{ desired: { slots: fresh(6), inPlace: true }, policy: { maxSurge: 0, maxUnavailable: 2 } }]);
  expect(inPlace).toEqual({
    creates: 0,
    rebuilds: 6,
    deletes: 0,
    promotes: 0,
    standby: 0,
    batches: 3,
    largestBatch: 2,
    leastServing: 4,
    mostExisting: 6,
    reservedIps: [],
  });
  const made = forecast([], [{ desired: { slots: fresh(3) }, policy: { maxSurge: 1, maxUnavailable: 0 } }]);
  expect(made).toMatchObject({ creates: 3, batches: 1, mostExisting: 3 });
});

test("comes to an end within the bounds, from any mix of templates to any other", () => {
  const anyCase = fc.record({
    start: fc.array(fc.constantFrom("old", "new", "older"), { maxLength: 12 }),
    slots: fc.array(fc.constantFrom("old", "new"), { maxLength: 12 }),
    policy: fc.record({ maxSurge: fc.nat(4), maxUnavailable: fc.nat(4) }).filter((one) => one.maxSurge + one.maxUnavailable > 0),
  });
  fc.assert(
    fc.property(anyCase, ({ start, slots, policy }) => {
      const members = start.map((template, slot) => member(slot, template));
      const { leastServing, mostExisting, creates, deletes } = forecast(members, [{ desired: { slots }, policy }]);
      expect(leastServing).toBeGreaterThanOrEqual(Math.min(start.length, slots.length - policy.maxUnavailable));
      expect(mostExisting).toBeLessThanOrEqual(Math.max(start.length, slots.length + policy.maxSurge));
      expect(start.length + creates - deletes).toBe(slots.length);
    }),
  );
});

describe("from any mix of Droplets", () => {
  const anyMember = fc.record({
    slot: fc.nat(7),
    template: fc.constantFrom("old", "new", "older"),
    power: fc.constantFrom("active" as const, "active" as const, "off" as const),
    serves: fc.boolean(),
    unhealthy: fc.boolean(),
  });
  const anyCase = fc.record({
    start: fc.array(anyMember, { maxLength: 10 }).map((all) =>
      all.map(({ serves, ...rest }, id): Member => {
        const serving = serves && rest.power === "active";
        return { ...member(rest.slot, rest.template), ...rest, id: String(id), serving, available: serving, drained: !serving };
      }),
    ),
    slots: fc.array(fc.constantFrom("old", "new"), { maxLength: 6 }),
    given: fc.record({ maxSurge: fc.nat(3), maxUnavailable: fc.nat(3) }).filter((one) => one.maxSurge + one.maxUnavailable > 0),
    how: fc.constantFrom<Pick<Desired, "standby" | "inPlace">>({}, { standby: "older" }, { inPlace: true }),
  });
  const policyOf = ({ slots, standby, inPlace }: Desired, given: Policy): Policy => {
    if (standby !== undefined) return { maxSurge: slots.length, maxUnavailable: 0 };
    return inPlace === true ? { maxSurge: 0, maxUnavailable: Math.max(1, given.maxUnavailable) } : given;
  };

  test("makes one only for a slot that has none that fits, rebuilds one only where one doesn't, and deletes only what is left over", () => {
    fc.assert(
      fc.property(anyCase, ({ start, slots, given, how }) => {
        const desired = { slots, ...how };
        const done = forecast(start, [{ desired, policy: policyOf(desired, given) }]);
        const fits = (slot: number) => start.some((one) => one.slot === slot && one.template === slots[slot] && one.power !== "off");
        const unfit = slots.map((_, slot) => slot).filter((slot) => !fits(slot));
        const rebuilt = how.inPlace === true ? unfit.filter((slot) => start.some((one) => one.slot === slot)).length : 0;
        expect([done.creates, done.rebuilds]).toEqual([unfit.length - rebuilt, rebuilt]);
        expect(done.deletes).toBe(start.length + done.creates - slots.length - done.standby);
        if (how.standby === undefined) expect(done.standby).toBe(0);
      }),
      { numRuns: 1_000 },
    );
  });

  test("makes and rebuilds the same in all where it is cut after any step and begun again, and deletes no more", () => {
    fc.assert(
      fc.property(anyCase, fc.nat(30), fc.nat(4), ({ start, slots, given, how }, ticks, cut) => {
        const desired = { slots, ...how };
        const policy = policyOf(desired, given);
        const legs = [{ desired, policy }];
        let [members, creates, rebuilds, deletes] = [start as readonly Member[], 0, 0, 0];
        for (let tick = 0; tick <= ticks && !isDone(members, desired); tick += 1) {
          const steps = plan(members, desired, policy);
          for (const step of tick === ticks ? steps.slice(0, cut) : steps) {
            creates += step.kind === "create" ? step.slots.length : 0;
            rebuilds += step.kind === "rebuild" ? step.ids.length : 0;
            deletes += step.kind === "delete" ? step.ids.length : 0;
            members = after(members, [step], desired, 1_000 + creates);
          }
        }
        const [whole, rest] = [forecast(start, legs), forecast(members, legs)];
        expect([creates + rest.creates, rebuilds + rest.rebuilds]).toEqual([whole.creates, whole.rebuilds]);
        const deleted = deletes + rest.deletes;
        if (how.standby === undefined) expect(deleted).toBe(whole.deletes);
        // One that had to go beside others that serve may stand by where the cut came once they had stopped.
        else expect(deleted).toBeLessThanOrEqual(whole.deletes);
      }),
      { numRuns: 1_000 },
    );
  });
});

const account = { total: 20, limit: 100 };
const prices = { priceBefore: 36, priceAfter: 72, surgePrice: 24, standbyPrice: 36, expectedSeconds: 700 };

test("is told in a few lines", () => {
  const foreseen = forecast(old(6), [{ desired: { slots: fresh(6) }, policy: { maxSurge: 2, maxUnavailable: 0 } }]);
  expect(describePlan({ ...foreseen, ...prices }, { image: "12", account, kept: "" })).toBe(
    [
      "Rollout plan: make 6 Droplets of image 12, delete 6 Droplets, in 3 batches of at most 2.",
      "At least 6 serve and at most 8 exist meanwhile; the account has 20 of its limit of 100 Droplets.",
      "Price a month: 36.00 USD before, 72.00 USD after; up to 24.00 USD more while it runs.",
      "Expected time: 11 min 40 s. The addresses change.",
    ].join("\n"),
  );
});

test("tells how long those that stand by cost, and of a way back that makes none", () => {
  const [there, idle] = [
    old(2),
    old(2).map((one) => ({ ...one, id: `new-${one.slot}`, template: "new", serving: false, available: false })),
  ];
  const green = { slots: fresh(2), standby: "old" };
  const policy = { maxSurge: 2, maxUnavailable: 0 };
  const forth = forecast(there, [{ desired: green, policy }]);
  expect(
    describePlan({ ...forth, ...prices }, { image: "12", account, kept: "for 1 h 0 min" })
      .split("\n")
      .slice(3),
  ).toEqual([
    "Expected time: 11 min 40 s. The addresses change.",
    "Afterwards 2 Droplets stand by for 1 h 0 min at 36.00 USD a month, and cost until a run after that deletes them.",
  ]);
  const back = forecast([...there, ...idle.map((one) => ({ ...one, drained: true }))], [{ desired: green, policy }]);
  expect([back.creates, back.deletes, back.promotes, back.standby]).toEqual([0, 0, 2, 2]);
  expect(describePlan({ ...back, ...prices }, { image: "12", account, kept: "" }).split("\n")[0]).toBe(
    "Rollout plan: put 2 existing Droplets into service.",
  );
});
