import type { Address } from "./addressPlan";
import { type Desired, isDone, type Member, plan, type Policy } from "./plan";
import { type DropletStep, sizeOf, type Step } from "./step";

/** What a change does, if nothing goes wrong. */
export interface Forecast {
  readonly creates: number;
  readonly rebuilds: number;
  readonly deletes: number;
  /** Droplets that exist and come to serve as they are. */
  readonly promotes: number;
  /** How often Droplets are made or rebuilt, and how many at a time at most. */
  readonly batches: number;
  readonly largestBatch: number;
  /** How many serve at least, and exist at most, on the way. */
  readonly leastServing: number;
  readonly mostExisting: number;
  /** How many stay afterwards, out of service. */
  readonly standby: number;
  /** Reserved IPs that come to lead to another Droplet, or to none. */
  readonly reservedIps: readonly string[];
}

/** A desired state and the bounds on the way to it. */
export interface Leg {
  readonly desired: Desired;
  readonly policy: Policy;
}

/** Plays the plan against a service on which everything works: by the same function as the change itself. */
export function forecast(start: readonly Member[], legs: readonly Leg[], leading: readonly Address[] = []): Forecast {
  const seen = {
    creates: 0,
    rebuilds: 0,
    deletes: 0,
    promotes: 0,
    batches: 0,
    largestBatch: 0,
    leastServing: servingIn(start),
    mostExisting: start.length,
  };
  const asTheyAre = new Set(start.map(({ id }) => id));
  let [members, addresses] = [start, leading];
  for (const { desired, policy } of legs) {
    while (!isDone(members, desired, addresses)) {
      const steps = plan(members, desired, policy, addresses);
      if (steps.length === 0) break;
      const made = total(steps, "create");
      const rebuilt = total(steps, "rebuild");
      seen.creates += made;
      seen.rebuilds += rebuilt;
      seen.deletes += total(steps, "delete");
      for (const id of idsOf(steps, "rebuild")) asTheyAre.delete(id);
      seen.promotes += idsOf(steps, "serve").filter((id) => asTheyAre.has(id)).length;
      seen.batches += made + rebuilt > 0 ? 1 : 0;
      seen.largestBatch = Math.max(seen.largestBatch, made + rebuilt);
      seen.mostExisting = Math.max(seen.mostExisting, members.length + made);
      members = after(members, steps, desired, seen.creates);
      addresses = led(addresses, steps, members);
      seen.leastServing = Math.min(seen.leastServing, servingIn(members));
    }
  }
  const moved = addresses.filter(({ holder }, at) => holder !== leading[at]?.holder);
  const standby = Math.max(0, members.length - (legs.at(-1)?.desired.slots.length ?? 0));
  return { ...seen, standby, reservedIps: moved.map(({ ip }) => ip) };
}

/** Whether nothing is made, rebuilt, deleted, put into service or led elsewhere. */
export function isIdle({ creates, rebuilds, deletes, promotes, reservedIps }: Forecast): boolean {
  return creates + rebuilds + deletes + promotes + reservedIps.length === 0;
}

/** What is there once the steps have taken effect. */
export function after(members: readonly Member[], steps: readonly Step[], { slots }: Desired, madeSoFar: number): readonly Member[] {
  const kindOf = new Map(steps.flatMap((step) => ("ids" in step ? step.ids.map((id) => [id, step.kind] as const) : [])));
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
  return [...changed, ...made.map((slot, at): Member => ({ ...fresh, id: `new ${madeSoFar - at}`, slot, template: slots[slot] ?? "" }))];
}

const fresh: Omit<Member, "id" | "slot" | "template"> = {
  power: "active",
  ...{ serving: false, tagged: false, available: false, unhealthy: false, gate: "passed", locked: false, drained: true, ending: "no" },
};

/** A Droplet that is deleted takes no address with it. */
function led(addresses: readonly Address[], steps: readonly Step[], members: readonly Member[]): readonly Address[] {
  const to = new Map<string, string | undefined>();
  for (const step of steps) {
    if (step.kind === "assign") for (const { ip, id } of step.assignments) to.set(ip, id);
    if (step.kind === "unassign") for (const ip of step.ips) to.set(ip, undefined);
  }
  const gone = new Set(idsOf(steps, "delete"));
  for (const { id = "" } of members) gone.delete(id);
  return addresses.map((address) => {
    if (to.has(address.ip)) return { ...address, holder: to.get(address.ip) };
    return gone.has(address.holder ?? "") ? { ...address, holder: undefined } : address;
  });
}

function idsOf(steps: readonly Step[], kind: DropletStep["kind"]): readonly string[] {
  return steps.flatMap((step) => (step.kind === kind && "ids" in step ? step.ids : []));
}

function total(steps: readonly Step[], kind: Step["kind"]): number {
  return steps.reduce((sum, step) => (step.kind === kind ? sum + sizeOf(step) : sum), 0);
}

function servingIn(members: readonly Member[]): number {
  return members.filter(({ serving }) => serving).length;
}
