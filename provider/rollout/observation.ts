import type { DropletsApi } from "../api/api";
import type { DropletWire } from "../api/wire";
import type { Clock } from "../world";
import { dropletName, slotOf } from "./dropletName";
import { fleetTag, servingTag, templateOf } from "./fleetTags";
import { firstAttempt, type Attempt, type Gate, verdict } from "./gates/gate";
import type { Desired, Member } from "./plan";

/** A Droplet of the fleet: what the service said last, and what this run did to it. Times in milliseconds since the epoch. */
export interface ObservedDroplet {
  wire: DropletWire;
  readonly slot: number;
  readonly template: string;
  /** When this run made it; undefined for one that was there before. */
  readonly madeAt: number | undefined;
  hasServed: boolean;
  /** Set before the serving tag is taken off, whatever lists still say. */
  withdrawn: boolean;
  /** Out of service since. */
  idleSince: number;
  shutdownAt: number | undefined;
  deleting: boolean;
  attempt: Attempt | undefined;
}

/** A Droplet as an earlier run stored it. */
export interface KnownDroplet {
  readonly id: string;
  readonly slot: number;
  readonly template: string;
}

/** A Droplet that a POST without an answer may have made. */
interface Asked {
  readonly name: string;
  readonly slot: number;
  readonly template: string;
  readonly until: number;
}

export interface Timing {
  readonly drainSeconds: number;
  readonly shutdownSeconds: number;
}

/** How long a list may lag behind a POST: read-after-write delays of up to 25 s have been seen. */
const lag = 30_000;
/** Beyond any wanted slot: for a Droplet whose name was changed and that no state knows. */
const nowhere = 9_999;

/** Everything known of a fleet's Droplets. Asks once a look for all of them, and for each one that a list has lost, since lists lag. */
export class FleetObservation {
  readonly #fleetId: string;
  readonly #droplets: DropletsApi;
  readonly #clock: Clock;
  readonly #knownSlots: ReadonlyMap<string, number>;
  readonly #observed = new Map<string, ObservedDroplet>();
  #asked: readonly Asked[] = [];

  /** `known` is what an earlier run stored: for Droplets that were renamed since. */
  constructor(fleetId: string, droplets: DropletsApi, clock: Clock, known: readonly KnownDroplet[]) {
    this.#fleetId = fleetId;
    this.#droplets = droplets;
    this.#clock = clock;
    this.#knownSlots = new Map(known.map(({ id, slot }) => [id, slot]));
  }

  get droplets(): readonly ObservedDroplet[] {
    return [...this.#observed.values()].sort((one, other) => one.slot - other.slot || one.wire.id - other.wire.id);
  }

  get(id: string): ObservedDroplet | undefined {
    return this.#observed.get(id);
  }

  serves(droplet: ObservedDroplet): boolean {
    return !droplet.withdrawn && droplet.wire.status === "active" && droplet.wire.tags.includes(servingTag(this.#fleetId));
  }

  async look(signal: AbortSignal): Promise<void> {
    const listed = await this.#droplets.listByTag(fleetTag(this.#fleetId), signal);
    for (const wire of listed) this.#see(wire);
    const present = new Set(listed.map((wire) => String(wire.id)));
    const lost = [...this.#observed].filter(([id]) => !present.has(id));
    await Promise.all(lost.map(([id, droplet]) => this.#lookFor(id, droplet, signal)));
    const names = new Set(this.droplets.map(({ wire }) => wire.name));
    this.#asked = this.#asked.filter(({ name, until }) => !names.has(name) && this.#clock.now() < until);
  }

  /** Takes in the answer to a POST. */
  made(wires: readonly DropletWire[]): void {
    for (const wire of wires) this.#see(wire, this.#clock.now());
  }

  /** Takes in that a POST got no answer. */
  mayBeMade(prefix: string, slots: readonly number[], template: string): void {
    const until = this.#clock.now() + lag;
    this.#asked = [...this.#asked, ...slots.map((slot) => ({ name: dropletName(prefix, slot, template), slot, template, until }))];
  }

  /** The Droplets that may come to serve but have yet to pass the gate. */
  candidates(desired: Desired): readonly ObservedDroplet[] {
    const candidates = this.droplets.filter(
      (droplet) =>
        droplet.template === desired.template &&
        droplet.slot < desired.count &&
        droplet.wire.status !== "off" &&
        droplet.shutdownAt === undefined &&
        !droplet.deleting &&
        !this.serves(droplet),
    );
    for (const droplet of candidates) droplet.attempt ??= firstAttempt(this.#clock.now());
    return candidates;
  }

  members(gate: Gate, timing: Timing): readonly Member[] {
    const now = this.#clock.now();
    const seen = this.droplets.map((droplet): Member => {
      const { wire, slot, template, attempt } = droplet;
      const serving = this.serves(droplet);
      return {
        id: String(wire.id),
        slot,
        template,
        power: wire.status === "archive" ? "off" : wire.status,
        serving,
        gate: serving ? "passed" : attempt === undefined ? "waiting" : verdict(gate, attempt, now),
        drained: (droplet.madeAt !== undefined && !droplet.hasServed) || now - droplet.idleSince >= timing.drainSeconds * 1_000,
        ending: endingOf(droplet, timing, now),
      };
    });
    const asked = this.#asked.map(({ slot, template }): Member => ({
      id: undefined,
      slot,
      template,
      power: "new",
      serving: false,
      gate: "waiting",
      drained: true,
      ending: "no",
    }));
    return [...seen, ...asked];
  }

  #see(wire: DropletWire, madeAt?: number): void {
    const id = String(wire.id);
    const known = this.#observed.get(id);
    const now = this.#clock.now();
    const droplet: ObservedDroplet = known ?? {
      wire,
      slot: slotOf(wire.name) ?? this.#knownSlots.get(id) ?? nowhere,
      template: templateOf(wire.tags) ?? "",
      madeAt,
      hasServed: false,
      withdrawn: false,
      idleSince: now,
      shutdownAt: undefined,
      deleting: false,
      attempt: undefined,
    };
    droplet.wire = wire;
    this.#observed.set(id, droplet);
    if (!this.serves(droplet)) return;
    droplet.hasServed = true;
    droplet.idleSince = now;
    droplet.attempt = undefined;
  }

  /** A Droplet counts until it answers 404, and a new one may answer 404 for a while. */
  async #lookFor(id: string, droplet: ObservedDroplet, signal: AbortSignal): Promise<void> {
    const wire = await this.#droplets.get(id, signal);
    const isNew = !droplet.deleting && droplet.madeAt !== undefined && this.#clock.now() - droplet.madeAt < lag;
    if (wire?.tags.includes(fleetTag(this.#fleetId)) === true) this.#see(wire);
    else if (!isNew) this.#observed.delete(id);
  }
}

function endingOf(droplet: ObservedDroplet, timing: Timing, now: number): Member["ending"] {
  if (droplet.deleting) return "deleting";
  if (droplet.shutdownAt === undefined) return "no";
  return now - droplet.shutdownAt >= timing.shutdownSeconds * 1_000 ? "overdue" : "shuttingDown";
}
