import type { Address } from "../../../provider/rollout/addressPlan";
import { type Desired, isDone, type Member, plan, type Policy } from "../../../provider/rollout/plan";
import { member } from "./cloud";

const usual: Policy = { maxSurge: 1, maxUnavailable: 0 };

const all = (template: string, count: number): Desired => ({ slots: Array.from({ length: count }, () => template) });

test("makes all Droplets of an empty fleet at once", () => {
  expect(plan([], all("new", 3), usual)).toEqual([{ kind: "create", slots: [0, 1, 2] }]);
});

test("makes nothing where a POST without an answer may have made it", () => {
  const asked = [0, 1, 2].map((slot) => member(0, { id: undefined, slot, template: "new", power: "new", serving: false, gate: "waiting" }));
  expect(plan(asked, all("new", 3), usual)).toEqual([]);
});

test("makes one Droplet beyond the count before it withdraws any", () => {
  const members = [member(0), member(1), member(2)];
  expect(plan(members, all("new", 3), usual)).toEqual([{ kind: "create", slots: [0] }]);
});

test("withdraws the old Droplet whose slot has its successor", () => {
  const members = [member(0), member(1), member(2), member(3, { slot: 0, template: "new" })];
  expect(plan(members, all("new", 3), usual)).toEqual([{ kind: "withdraw", ids: ["0"] }]);
});

test("withdraws first and makes afterwards where nothing may be added", () => {
  const members = [member(0), member(1), member(2)];
  expect(plan(members, all("new", 3), { maxSurge: 0, maxUnavailable: 1 })).toEqual([{ kind: "withdraw", ids: ["2"] }]);
});

test("takes the highest slots away when the count shrinks, stale Droplets first", () => {
  const fresh = [member(0, { template: "new" }), member(1, { template: "new" }), member(2, { template: "new" })];
  expect(plan(fresh, all("new", 2), usual)).toEqual([{ kind: "withdraw", ids: ["2"] }]);
  const mixed = [member(0), member(1, { template: "new" }), member(2, { template: "new" })];
  expect(plan(mixed, all("new", 2), usual)).toContainEqual({ kind: "withdraw", ids: ["0"] });
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
  expect(plan(members, all("new", 0), usual)).toEqual([
    { kind: "shutdown", ids: ["2"] },
    { kind: "delete", ids: ["4", "5"] },
  ]);
});

test("shuts nothing down that still serves", () => {
  const members = [member(0, { drained: true }), member(1, { drained: true })];
  expect(plan(members, all("old", 0), { maxSurge: 0, maxUnavailable: 1 })).toEqual([{ kind: "withdraw", ids: ["1", "0"] }]);
});

test("replaces a Droplet that is off, and keeps one that has lost only its tag", () => {
  const off = [member(0, { power: "off", serving: false }), member(1)];
  expect(plan(off, all("old", 2), usual)).toEqual([
    { kind: "delete", ids: ["0"] },
    { kind: "create", slots: [0] },
  ]);
  const untagged = [member(0, { serving: false }), member(1)];
  expect(plan(untagged, all("old", 2), usual)).toEqual([{ kind: "serve", ids: ["0"] }]);
});

test("is settled only when every slot is served once and nothing else is there", () => {
  const desired = all("old", 2);
  expect(isDone([member(0), member(1)], desired)).toBe(true);
  expect(isDone([member(0), member(1), member(2)], desired)).toBe(false);
  expect(isDone([member(0), member(1, { serving: false })], desired)).toBe(false);
  expect(isDone([member(0), member(1, { slot: 0 })], desired)).toBe(false);
  expect(isDone([], all("old", 0))).toBe(true);
});

test("makes each slot's Droplet from the slot's own template", () => {
  const members = [member(0), member(1), member(2)];
  const canary: Desired = { slots: ["new", "old", "old"] };
  expect(plan(members, canary, usual)).toEqual([{ kind: "create", slots: [0] }]);
  const paused = [member(3, { slot: 0, template: "new" }), member(1), member(2)];
  expect([plan(paused, canary, usual), isDone(paused, canary)]).toEqual([[], true]);
});

test("withdraws no old Droplet before the new one is available, and none that a baking one stands for", () => {
  const baking = member(3, { slot: 0, template: "new", available: false });
  expect(plan([member(0), member(1), member(2), baking], all("new", 3), usual)).toEqual([]);
  expect(isDone([{ ...baking }, member(1, { template: "new" }), member(2, { template: "new" })], all("new", 3))).toBe(false);
});

test("withdraws a new Droplet that turns bad while it bakes", () => {
  const bad = member(3, { slot: 0, template: "new", available: false, gate: "failed" });
  expect(plan([member(0), member(1), member(2), bad], all("new", 3), usual)).toEqual([{ kind: "withdraw", ids: ["3"] }]);
});

test("withdraws one that an earlier run let serve before its bake time is over only where enough others serve", () => {
  const unknown = member(1, { template: "newer", available: false });
  expect(plan([member(0), unknown], all("new", 2), usual)).toEqual([{ kind: "create", slots: [0] }]);
  const successor = member(2, { slot: 0, template: "new", available: false });
  expect(plan([member(0), unknown, successor], all("new", 2), usual)).toEqual([{ kind: "withdraw", ids: ["1"] }]);
  expect(plan([member(0), unknown], all("new", 2), { maxSurge: 0, maxUnavailable: 1 })).toEqual([{ kind: "withdraw", ids: ["1"] }]);
});

test("lets a locked Droplet serve only when the lock has ended: an earlier run may have asked for its shutdown", () => {
  const idle = member(0, { serving: false, locked: true });
  expect(plan([idle, member(1)], all("old", 2), usual)).toEqual([]);
  expect(plan([{ ...idle, locked: false }, member(1)], all("old", 2), usual)).toEqual([{ kind: "serve", ids: ["0"] }]);
});

test("withdraws unhealthy Droplets first", () => {
  const members = [member(0, { unhealthy: true }), member(1), member(2), member(3, { slot: 2, template: "new" })];
  expect(plan(members, all("new", 3), usual)).toEqual([{ kind: "withdraw", ids: ["0"] }]);
});

test("neither shuts down nor deletes a locked Droplet, nor one that still carries the tag", () => {
  const idle = { serving: false, slot: 9, drained: true };
  const members = [
    member(1, { ...idle, locked: true }),
    member(2, { ...idle, tagged: true }),
    member(3, { ...idle, power: "off", locked: true }),
  ];
  expect(plan(members, all("new", 0), usual)).toEqual([{ kind: "withdraw", ids: ["2"] }]);
});

describe("with all new beside all old", () => {
  const green: Desired = { slots: ["new", "new"], standby: "old" };
  const policy: Policy = { maxSurge: 2, maxUnavailable: 0 };
  const fresh = (slot: number, changes: Partial<Member> = {}) => member(10 + slot, { slot, template: "new", serving: false, ...changes });

  test("makes all at once, and lets none serve before the last has passed", () => {
    expect(plan([member(0), member(1)], green, policy)).toEqual([{ kind: "create", slots: [0, 1] }]);
    expect(plan([member(0), member(1), fresh(0), fresh(1, { gate: "waiting" })], green, policy)).toEqual([]);
    expect(plan([member(0), member(1), fresh(0), fresh(1)], green, policy)).toEqual([{ kind: "serve", ids: ["10", "11"] }]);
  });

  test("takes all old ones out of service in one step, and keeps them", () => {
    const moved = [fresh(0, { serving: true }), fresh(1, { serving: true })];
    expect(plan([member(0), member(1), ...moved], green, policy)).toEqual([{ kind: "withdraw", ids: ["1", "0"] }]);
    const kept = [0, 1].map((slot) => member(slot, { serving: false, drained: true }));
    expect([plan([...kept, ...moved], green, policy), isDone([...kept, ...moved], green)]).toEqual([[], true]);
    expect(plan([...kept, ...moved], { slots: ["old", "old"], standby: "new" }, policy)).toEqual([{ kind: "serve", ids: ["0", "1"] }]);
  });

  test("makes no new ones where an old one that stands by is gone", () => {
    const members = [fresh(0, { serving: true }), fresh(1, { serving: true }), member(0, { serving: false, power: "off" })];
    expect(plan(members, green, policy)).toEqual([{ kind: "delete", ids: ["0"] }]);
  });
});

describe("in place", () => {
  const rebuilt: Desired = { slots: ["new", "new", "new"], inPlace: true };
  const policy: Policy = { maxSurge: 0, maxUnavailable: 1 };

  test("takes as many out of service as may be unavailable, and rebuilds them once they have drained", () => {
    expect(plan([member(0), member(1), member(2)], rebuilt, policy)).toEqual([{ kind: "withdraw", ids: ["2"] }]);
    const draining = member(2, { serving: false });
    expect(plan([member(0), member(1), draining], rebuilt, policy)).toEqual([]);
    expect(plan([member(0), member(1), { ...draining, drained: true }], rebuilt, policy)).toEqual([{ kind: "rebuild", ids: ["2"] }]);
  });

  test("leaves one alone that is locked, and makes one only where a slot has none", () => {
    const locked = member(2, { serving: false, drained: true, locked: true });
    expect(plan([member(0, { template: "new" }), locked], rebuilt, policy)).toEqual([{ kind: "create", slots: [1] }]);
  });

  test("rebuilds one again whose gate it did not pass", () => {
    const failed = member(2, { template: "new", serving: false, drained: true, gate: "failed" });
    expect(plan([member(0), member(1), failed], rebuilt, policy)).toEqual([{ kind: "rebuild", ids: ["2"] }]);
  });

  test("replaces one that DigitalOcean has failed to make, and waits for one whose rebuild takes long", () => {
    const failed = member(2, { template: "new", power: "new", serving: false, drained: true, gate: "failed" });
    const others = [member(0, { template: "new" }), member(1, { template: "new" })];
    expect(plan([...others, failed], rebuilt, policy)).toEqual([{ kind: "delete", ids: ["2"] }]);
    expect(plan([...others, { ...failed, ending: "deleting" }], rebuilt, policy)).toEqual([]);
    expect(plan(others, rebuilt, policy)).toEqual([{ kind: "create", slots: [2] }]);
    expect(plan([...others, { ...failed, locked: true }], rebuilt, policy)).toEqual([]);
  });
});

describe("with addresses", () => {
  const led = (holder: number, slot: number | "none" = 0, ip = "a"): Address => {
    return { ip, slot: slot === "none" ? undefined : slot, holder: String(holder), locked: false };
  };
  const fresh = member(3, { slot: 0, template: "new", serving: false });

  test("leads a slot's address to its new Droplet when that begins to serve, and withdraws the old one only then", () => {
    const members = [member(0), member(1), member(2)];
    expect(plan([...members, { ...fresh, gate: "waiting" }], all("new", 3), usual, [led(0)])).toEqual([]);
    const [assign, withdraw] = [
      { kind: "assign", assignments: [{ ip: "a", id: "3" }] },
      { kind: "withdraw", ids: ["0"] },
    ];
    expect(plan([...members, fresh], all("new", 3), usual, [led(0)])).toEqual([{ kind: "serve", ids: ["3"] }, assign]);
    const served = [...members, { ...fresh, serving: true, available: true }];
    expect(plan(served, all("new", 3), usual, [led(0)])).toEqual([assign]);
    expect(plan(served, all("new", 3), usual, [{ ...led(0), locked: true }])).toEqual([]);
    expect(plan(served, all("new", 3), usual, [led(3)])).toEqual([withdraw]);
  });

  test("takes no Droplet out of service that an address leads to, unless none may be added", () => {
    const either: Policy = { maxSurge: 1, maxUnavailable: 1 };
    const members = [member(0), member(1)];
    expect(plan(members, all("new", 2), either, [led(0), led(1, 1, "b")])).toEqual([{ kind: "create", slots: [0] }]);
    expect(plan(members, all("new", 2), { maxSurge: 0, maxUnavailable: 1 }, [led(1, 1)])).toEqual([{ kind: "withdraw", ids: ["1"] }]);
  });

  test("leads addresses back where the new template is given up", () => {
    const members = [member(0), member(1), member(2), { ...fresh, serving: true, gate: "failed" as const }];
    expect(plan(members, all("old", 3), usual, [led(3)])).toEqual([{ kind: "assign", assignments: [{ ip: "a", id: "0" }] }]);
  });

  test("takes an address off that the program names no longer, but only from a Droplet of its own", () => {
    const members = [member(0), member(1)];
    expect(plan(members, all("old", 2), usual, [led(0, "none"), led(77, "none", "b")])).toEqual([{ kind: "unassign", ips: ["a"] }]);
    expect(isDone(members, all("old", 2), [led(77, "none", "b")])).toBe(true);
  });

  test("takes an address from anywhere, and frees a Droplet that holds another slot's", () => {
    const members = [member(0), member(1)];
    expect(plan(members, all("old", 2), usual, [led(77)])).toEqual([{ kind: "assign", assignments: [{ ip: "a", id: "0" }] }]);
    expect(plan(members, all("old", 2), usual, [led(1), led(0, 1, "b")])).toEqual([{ kind: "unassign", ips: ["a", "b"] }]);
  });

  test("moves all at once with all new beside all old, and withdraws none before", () => {
    const green: Desired = { slots: ["new", "new"], standby: "old" };
    const policy: Policy = { maxSurge: 2, maxUnavailable: 0 };
    const made = [0, 1].map((slot) => member(10 + slot, { slot, template: "new", serving: true }));
    const both = [member(0), member(1), ...made];
    expect(plan(both, green, policy, [led(0)])).toEqual([{ kind: "assign", assignments: [{ ip: "a", id: "10" }] }]);
    expect(plan(both, green, policy, [led(10)])).toEqual([{ kind: "withdraw", ids: ["1", "0"] }]);
  });
});

test("is linear: all plans of a rollout of ten thousand look at each Droplet a few times", () => {
  const members = Array.from({ length: 10_000 }, (_, slot) => member(slot));
  let reads = 0;
  const counted = members.map((one) => new Proxy(one, { get: (of, key: keyof Member) => (++reads, of[key]) }));
  plan(counted, all("new", 10_000), { maxSurge: 1_000, maxUnavailable: 0 });
  expect(reads).toBeLessThan(100 * 10_000);
});
