import type { Address } from "../../../provider/rollout/addressPlan";
import type { Desired, Member } from "../../../provider/rollout/plan";
import type { DropletStep, Step } from "../../../provider/rollout/step";

/** One that serves, if nothing else is said. */
export function member(id: number, changes: Partial<Member> = {}): Member {
  const { serving = true } = changes;
  return {
    ...{ id: String(id), slot: id, template: "old", power: "active", serving, available: serving, gate: "passed", drained: false },
    ...{ tagged: false, unhealthy: false, locked: false, ending: "no" },
    ...changes,
  };
}

/** What may happen between two looks, drawn by chance until its share of bad luck is used up. */
export class Cloud {
  members: Member[];
  addresses: readonly (Address & { readonly to?: string })[];
  #next = 1_000;
  #luck: number;
  readonly #random: () => number;

  constructor(members: readonly Member[], addresses: readonly Address[], bad: number, random: () => number) {
    this.members = [...members];
    this.addresses = addresses;
    this.#luck = bad;
    this.#random = random;
  }

  do(steps: readonly Step[], desired: Desired): void {
    const { slots } = desired;
    for (const step of steps) {
      if (step.kind === "create") {
        for (const slot of step.slots) this.members.push(this.#made(slot, slots[slot]!));
        continue;
      }
      if (step.kind === "assign") for (const { ip, id } of step.assignments) this.#lead(ip, id);
      if (step.kind === "unassign") for (const ip of step.ips) this.#lead(ip, "");
      if (!("ids" in step)) continue;
      this.members = this.members.map((one) =>
        one.id !== undefined && step.ids.includes(one.id) ? this.#after(step.kind, one, desired) : one,
      );
    }
  }

  pass(): void {
    this.members = this.members.flatMap((one) => this.#pass(one));
    this.addresses = this.addresses.map((address) => this.#lands(address));
  }

  #lead(ip: string, to: string): void {
    this.addresses = this.addresses.map((address) => (address.ip === ip ? { ...address, locked: true, to } : address));
  }

  /** The action of an address ends some time, well or not; one whose Droplet is gone leads nowhere. */
  #lands({ to, ...address }: Cloud["addresses"][number]): Cloud["addresses"][number] {
    const exists = (id: string | undefined): boolean => this.members.some((one) => one.id === id);
    const led = { ...address, holder: exists(address.holder) ? address.holder : undefined };
    if (to === undefined || this.#random() < 0.3) return { ...led, to };
    const isTaken = this.addresses.some(({ ip, holder }) => ip !== address.ip && holder === to);
    if (this.#bad(0.2) || isTaken) return { ...led, locked: false };
    return { ...led, locked: false, holder: exists(to) ? to : undefined };
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
    if (one.locked) return [{ ...one, locked: this.#random() < 0.5 }];
    if (this.#bad(0.1)) return [{ ...one, locked: true }];
    if (one.serving && !one.available) return [this.#bad(0.3) ? { ...one, gate: "failed" } : { ...one, available: true }];
    if (one.gate === "waiting") return [{ ...one, gate: this.#bad(0.3) ? "failed" : "passed" }];
    return [one];
  }

  #after(kind: DropletStep["kind"], one: Member, { slots }: Desired): Member {
    switch (kind) {
      case "rebuild":
        return { ...one, template: slots[one.slot]!, power: "new", gate: "waiting", unhealthy: false };
      case "serve":
        return { ...one, serving: true };
      case "withdraw":
        // The answer was lost, and the tag with it or not.
        return { ...one, serving: false, available: false, drained: false, tagged: this.#bad(0.2) };
      case "shutdown":
        return { ...one, ending: "shuttingDown" };
      case "delete":
        return { ...one, ending: "deleting" };
    }
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
