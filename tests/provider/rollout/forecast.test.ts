import * as fc from "fast-check";
import { forecast } from "../../../provider/rollout/forecast";
import type { Member } from "../../../provider/rollout/plan";
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
