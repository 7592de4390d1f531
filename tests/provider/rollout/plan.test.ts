import * as fc from "fast-check";
import { isDone, type Member, plan, type Policy, type Step } from "../../../provider/rollout/plan";

const usual: Policy = { maxSurge: 1, maxUnavailable: 0 };

function member(id: number, changes: Partial<Member> = {}): Member {
  return {
    ...{ id: String(id), slot: id, template: "old", power: "active", serving: true, gate: "passed", drained: false, ending: "no" },
    ...changes,
  };
}

test("makes all Droplets of an empty fleet at once", () => {
  expect(plan([], { template: "new", count: 3 }, usual)).toEqual([{ kind: "create", slots: [0, 1, 2] }]);
});

test("makes nothing where a POST without an answer may have made it", () => {
  const asked = [0, 1, 2].map((slot) => member(0, { id: undefined, slot, template: "new", power: "new", serving: false, gate: "waiting" }));
  expect(plan(asked, { template: "new", count: 3 }, usual)).toEqual([]);
});

test("makes one Droplet beyond the count before it withdraws any", () => {
  const members = [member(0), member(1), member(2)];
  expect(plan(members, { template: "new", count: 3 }, usual)).toEqual([{ kind: "create", slots: [0] }]);
});

test("withdraws the old Droplet whose slot has its successor", () => {
  const members = [member(0), member(1), member(2), member(3, { slot: 0, template: "new" })];
  expect(plan(members, { template: "new", count: 3 }, usual)).toEqual([{ kind: "withdraw", ids: ["0"] }]);
});

test("withdraws first and makes afterwards where nothing may be added", () => {
  const members = [member(0), member(1), member(2)];
  expect(plan(members, { template: "new", count: 3 }, { maxSurge: 0, maxUnavailable: 1 })).toEqual([{ kind: "withdraw", ids: ["2"] }]);
});

test("takes the highest slots away when the count shrinks, stale Droplets first", () => {
  const fresh = [member(0, { template: "new" }), member(1, { template: "new" }), member(2, { template: "new" })];
  expect(plan(fresh, { template: "new", count: 2 }, usual)).toEqual([{ kind: "withdraw", ids: ["2"] }]);
  const mixed = [member(0), member(1, { template: "new" }), member(2, { template: "new" })];
  expect(plan(mixed, { template: "new", count: 2 }, usual)).toContainEqual({ kind: "withdraw", ids: ["0"] });
});

test("shuts down what is drained, and deletes what is off or overdue", () => {
  const idle = { serving: false, slot: 9 };
  const members = [
    member(1, { ...idle, drained: false }),
    member(2, { ...idle, drained: true }),
    member(3, { ...idle, drained: true, ending: "shuttingDown" }),
    member(4, { ...idle, drained: true, ending: "overdue" }),
    member(5, { ...idle, power: "off" }),
    member(6, { ...idle, power: "off", ending: "deleting" }),
  ];
  expect(plan(members, { template: "new", count: 0 }, usual)).toEqual([
    { kind: "shutdown", ids: ["2"] },
    { kind: "delete", ids: ["4", "5"] },
  ]);
});

test("shuts nothing down that still serves", () => {
  const members = [member(0, { drained: true }), member(1, { drained: true })];
  expect(plan(members, { template: "old", count: 0 }, { maxSurge: 0, maxUnavailable: 1 })).toEqual([{ kind: "withdraw", ids: ["1", "0"] }]);
});

test("replaces a Droplet that is off, and keeps one that has lost only its tag", () => {
  const off = [member(0, { power: "off", serving: false }), member(1)];
  expect(plan(off, { template: "old", count: 2 }, usual)).toEqual([
    { kind: "delete", ids: ["0"] },
    { kind: "create", slots: [0] },
  ]);
  const untagged = [member(0, { serving: false }), member(1)];
  expect(plan(untagged, { template: "old", count: 2 }, usual)).toEqual([{ kind: "serve", ids: ["0"] }]);
});

test("is settled only when every slot is served once and nothing else is there", () => {
  const desired = { template: "old", count: 2 };
  expect(isDone([member(0), member(1)], desired)).toBe(true);
  expect(isDone([member(0), member(1), member(2)], desired)).toBe(false);
  expect(isDone([member(0), member(1, { serving: false })], desired)).toBe(false);
  expect(isDone([member(0), member(1, { slot: 0 })], desired)).toBe(false);
  expect(isDone([], { template: "old", count: 0 })).toBe(true);
});

/** What may happen between two looks, drawn by chance until its share of bad luck is used up. */
class Cloud {
  members: Member[];
  #next = 1_000;
  #luck: number;
  readonly #random: () => number;

  constructor(members: readonly Member[], bad: number, random: () => number) {
    this.members = [...members];
    this.#luck = bad;
    this.#random = random;
  }

  do(steps: readonly Step[], template: string): void {
    for (const step of steps) {
      if (step.kind === "create") {
        for (const slot of step.slots) this.members.push(this.#made(slot, template));
        continue;
      }
      this.members = this.members.map((one) => (one.id !== undefined && step.ids.includes(one.id) ? after(step.kind, one) : one));
    }
  }

  pass(): void {
    this.members = this.members.flatMap((one) => this.#pass(one));
  }

  /** The run is killed: the next one sees what is there, and nothing else. */
  forget(): void {
    this.members = this.members.map((one) => {
      const gate = one.serving ? "passed" : "waiting";
      return { ...one, gate, drained: false, ending: one.ending === "deleting" ? "deleting" : "no" };
    });
  }

  #made(slot: number, template: string): Member {
    const id = this.#bad(0.3) ? undefined : this.#id();
    return member(0, { id, slot, template, power: "new", serving: false, gate: "waiting", drained: true });
  }

  #pass(one: Member): readonly Member[] {
    if (this.#random() < 0.3) return [one];
    if (one.id === undefined) return this.#random() < 0.5 ? [{ ...one, id: this.#id() }] : [];
    if (one.ending === "deleting") return [];
    if (this.#bad(0.02)) return [];
    if (one.power === "new") return [{ ...one, power: "active" }];
    if (one.ending === "shuttingDown") return [this.#random() < 0.5 ? { ...one, ending: "overdue" } : { ...one, power: "off" }];
    if (!one.serving && !one.drained) return [{ ...one, drained: true, gate: "passed" }];
    if (one.gate === "waiting") return [{ ...one, gate: this.#bad(0.3) ? "failed" : "passed" }];
    return [one];
  }

  #bad(chance: number): boolean {
    if (this.#luck <= 0 || this.#random() >= chance) return false;
    this.#luck -= 1;
    return true;
  }

  #id(): string {
    this.#next += 1;
    return String(this.#next);
  }
}

function after(kind: Exclude<Step["kind"], "create">, one: Member): Member {
  switch (kind) {
    case "serve":
      return { ...one, serving: true };
    case "withdraw":
      return { ...one, serving: false, drained: false };
    case "shutdown":
      return { ...one, ending: "shuttingDown" };
    case "delete":
      return { ...one, ending: "deleting" };
  }
}

test("gets there from anything through anything, never with too few that serve or too many that exist", () => {
  const anyMember = fc.record({
    slot: fc.nat(6),
    template: fc.constantFrom("old", "new", "older"),
    power: fc.constantFrom("new" as const, "active" as const, "off" as const),
    serves: fc.boolean(),
  });
  const anyCase = fc.record({
    start: fc.array(anyMember, { maxLength: 8 }),
    count: fc.nat(6),
    policy: fc.record({ maxSurge: fc.nat(3), maxUnavailable: fc.nat(3) }).filter((one) => one.maxSurge + one.maxUnavailable > 0),
    bad: fc.nat(12),
    kills: fc.array(fc.nat(60), { maxLength: 4 }),
    chance: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 7, maxLength: 97 }),
  });
  fc.assert(
    fc.property(anyCase, ({ start, count, policy, bad, kills, chance }) => {
      let drawn = 0;
      // Chance repeats itself, but never with the same number for ever: a stuck one would be a service that never answers.
      const random = (): number => ((chance[drawn % chance.length] ?? 0) + drawn++ * 0.618) % 1;
      const members = start.map(({ serves, ...rest }, id) => {
        const serving = serves && rest.power === "active";
        return member(id, { ...rest, serving, gate: serving ? "passed" : "waiting" });
      });
      const cloud = new Cloud(members, bad, random);
      const desired = { template: "new", count };
      for (let tick = 0; tick < 400; tick += 1) {
        if (kills.includes(tick)) cloud.forget();
        const steps = plan(cloud.members, desired, policy);
        const serving = cloud.members.filter((one) => one.serving).length;
        const existing = cloud.members.length;
        cloud.do(steps, desired.template);
        expect(cloud.members.filter((one) => one.serving).length).toBeGreaterThanOrEqual(Math.min(serving, count - policy.maxUnavailable));
        expect(cloud.members.length).toBeLessThanOrEqual(Math.max(existing, count + policy.maxSurge));
        if (isDone(cloud.members, desired)) return;
        cloud.pass();
      }
      throw new Error(`It never settles: ${JSON.stringify(cloud.members)}`);
    }),
    { numRuns: 2_000 },
  );
});
