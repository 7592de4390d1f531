import { type Desired, isDone, type Member, plan, type Policy, type Step } from "./plan";

/** What a change does, if nothing goes wrong. */
export interface Forecast {
  readonly creates: number;
  readonly rebuilds: number;
  readonly deletes: number;
  /** How often Droplets are made or rebuilt, and how many at a time at most. */
  readonly batches: number;
  readonly largestBatch: number;
  /** How many serve at least, and exist at most, on the way. */
  readonly leastServing: number;
  readonly mostExisting: number;
}

/** A desired state and the bounds on the way to it. */
export interface Leg {
  readonly desired: Desired;
  readonly policy: Policy;
}

/** Plays the plan against a service on which everything works: by the same function as the change itself. */
export function forecast(start: readonly Member[], legs: readonly Leg[]): Forecast {
  const seen = {
    creates: 0,
    rebuilds: 0,
    deletes: 0,
    batches: 0,
    largestBatch: 0,
    leastServing: servingIn(start),
    mostExisting: start.length,
  };
  let members = start;
  for (const { desired, policy } of legs) {
    while (!isDone(members, desired)) {
      const steps = plan(members, desired, policy);
      if (steps.length === 0) break;
      const made = sizeOf(steps, "create");
      const rebuilt = sizeOf(steps, "rebuild");
      seen.creates += made;
      seen.rebuilds += rebuilt;
      seen.deletes += sizeOf(steps, "delete");
      seen.batches += made + rebuilt > 0 ? 1 : 0;
      seen.largestBatch = Math.max(seen.largestBatch, made + rebuilt);
      seen.mostExisting = Math.max(seen.mostExisting, members.length + made);
      members = after(members, steps, desired, seen.creates);
      seen.leastServing = Math.min(seen.leastServing, servingIn(members));
    }
  }
  return seen;
}

/** Whether nothing is made, rebuilt or deleted. */
export function isIdle({ creates, rebuilds, deletes }: Forecast): boolean {
  return creates + rebuilds + deletes === 0;
}

function after(members: readonly Member[], steps: readonly Step[], { slots }: Desired, total: number): readonly Member[] {
  const kindOf = new Map(steps.flatMap((step) => (step.kind === "create" ? [] : step.ids.map((id) => [id, step.kind] as const))));
  const made = steps.flatMap((step) => (step.kind === "create" ? step.slots : []));
  const changed = members.flatMap((member): readonly Member[] => {
    switch (kindOf.get(member.id ?? "")) {
      case undefined:
        return [member];
      case "serve":
        return [{ ...member, serving: true, available: true }];
      case "withdraw":
        return [{ ...member, serving: false, tagged: false, available: false, drained: true }];
      case "rebuild":
        return [{ ...fresh, id: member.id, slot: member.slot, template: slots[member.slot] ?? "" }];
      case "shutdown":
        return [{ ...member, power: "off" }];
      case "delete":
        return [];
    }
  });
  // One that is made is passed on as if it had come up at once: what it takes is time, which nobody knows here.
  return [...changed, ...made.map((slot, at): Member => ({ ...fresh, id: `new ${total - at}`, slot, template: slots[slot] ?? "" }))];
}

const fresh: Omit<Member, "id" | "slot" | "template"> = {
  power: "active",
  ...{ serving: false, tagged: false, available: false, unhealthy: false, gate: "passed", locked: false, drained: true, ending: "no" },
};

function sizeOf(steps: readonly Step[], kind: Step["kind"]): number {
  return steps.reduce((sum, step) => (step.kind === kind ? sum + (step.kind === "create" ? step.slots : step.ids).length : sum), 0);
}

function servingIn(members: readonly Member[]): number {
  return members.filter(({ serving }) => serving).length;
}
