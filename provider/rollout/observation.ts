import type { DropletsApi } from "../api/api";
import type { DropletWire } from "../api/wire";
import { hasAnyTag, hasTag } from "../rules/tag";
import type { Clock } from "../world";
import { dropletName, slotOf } from "./dropletName";
import { fleetTag, servingTag, templateOf } from "./fleetTags";
import type { Gate } from "./gates/gate";
import { LookPace, type UnderWay } from "./lookPace";
import { isDeleting, lag, memberOf, type ObservedDroplet, serves, type Timing, timersOf, workOf } from "./observedDroplet";
import type { Desired, Member } from "./plan";
import type { FleetSettings } from "./settings";
import type { Template } from "./template";

/** A Droplet as an earlier run stored it. */
export interface KnownDroplet {
  readonly id: string;
  readonly slot: number;
  readonly template: string;
  /** Served when that run ended. */
  readonly serving: boolean;
}

interface Surroundings extends Partial<Pick<FleetSettings, "servingTags" | "reservedIps" | "formerReservedIps">> {
  readonly pace?: LookPace;
}

/** A Droplet that may exist: of a POST without an answer, or one that an earlier run knew and no read shows. */
interface Possible {
  readonly id?: string;
  readonly name?: string;
  readonly slot: number;
  readonly template: string;
  readonly until: number;
}

/** How often a Droplet that lists lack is asked for, in milliseconds. */
const lookedForEvery = 5_000;

/** Beyond any wanted slot: for a Droplet whose name was changed and that no state knows. */
const nowhere = 9_999;

/** Everything known of a fleet's Droplets. Asks once a look for all of them, and for each one that a list has lost, since lists lag. */
export class FleetObservation {
  readonly #fleetId: string;
  readonly #api: DropletsApi;
  readonly #clock: Clock;
  readonly #pace: LookPace;
  readonly #known: ReadonlyMap<string, KnownDroplet>;
  readonly #servingTags: readonly string[];
  readonly #reservedIps: readonly string[];
  readonly #observed = new Map<string, ObservedDroplet>();
  /** By fingerprint, what Droplets of that template were made from. */
  readonly #templates = new Map<string, Template>();
  /** Droplets with the fleet's tag that no fleet made, as `name (number)`. */
  readonly strangers = new Set<string>();
  #possible: readonly Possible[] = [];
  #hasLooked = false;

  /** `known` is what an earlier run stored, `servingTags` are the program's own, `reservedIps` none of the Droplets' own. */
  constructor(
    fleetId: string,
    api: DropletsApi,
    clock: Clock,
    known: readonly KnownDroplet[],
    { pace = new LookPace(), servingTags = [], reservedIps = [], formerReservedIps = [] }: Surroundings = {},
  ) {
    this.#servingTags = [servingTag(fleetId), ...servingTags];
    this.#reservedIps = [...reservedIps, ...formerReservedIps];
    this.#pace = pace;
    this.#fleetId = fleetId;
    this.#api = api;
    this.#clock = clock;
    this.#known = new Map(known.map((droplet) => [droplet.id, droplet]));
  }

  get droplets(): readonly ObservedDroplet[] {
    return [...this.#observed.values()].sort((one, other) => one.slot - other.slot || one.wire.id - other.wire.id);
  }

  /** Those that are on, as far as that is known. */
  get running(): readonly ObservedDroplet[] {
    return this.droplets.filter(({ wire }) => wire.status === "active");
  }

  get(id: string): ObservedDroplet | undefined {
    return this.#observed.get(id);
  }

  serves(droplet: ObservedDroplet): boolean {
    return serves(droplet, this.#servingTags);
  }

  /** Says what Droplets of these templates are made from, so that one that somebody rebuilt or resized is recognised. */
  expect(templates: ReadonlyMap<string, Template>): void {
    for (const [fingerprint, template] of templates) this.#templates.set(fingerprint, template);
    for (const droplet of this.#observed.values()) droplet.template = this.#templateOf(droplet.wire);
  }

  /** Looks by a list of this fleet alone. */
  async look(signal: AbortSignal): Promise<void> {
    await this.take(await this.#api.listByTag(fleetTag(this.#fleetId), signal), signal);
  }

  /**
   * Takes in a list of the fleet's Droplets and which of them DigitalOcean has failed to make, and asks for those that it lacks. Returns how
   * many requests that took.
   */
  async take(listed: readonly DropletWire[], signal: AbortSignal, failedCreates: ReadonlySet<number> = new Set()): Promise<number> {
    for (const wire of listed) this.#see(wire, { isListed: true });
    const present = new Set(listed.map(({ id }) => String(id)));
    const lost = [...this.#observed].filter(([id]) => !present.has(id));
    const asked = await Promise.all(lost.map(([id, droplet]) => this.#lookFor(id, droplet, signal)));
    if (!this.#hasLooked) await this.#lookForKnown(signal);
    this.#hasLooked = true;
    for (const droplet of this.#observed.values()) droplet.createFailed ||= failedCreates.has(droplet.wire.id);
    const names = new Set(this.droplets.map(({ wire }) => wire.name));
    this.#possible = this.#possible.filter(({ id = "", name = "", until }) => {
      return !names.has(name) && !this.#observed.has(id) && this.#clock.now() < until;
    });
    return asked.filter(Boolean).length;
  }

  /** Takes in the answer to a POST. */
  made(wires: readonly DropletWire[]): void {
    for (const wire of wires) this.#see(wire, { madeAt: this.#clock.now() });
  }

  /** Takes in that a POST got no answer. */
  mayBeMade(prefix: string, slots: readonly number[], template: string): void {
    const until = this.#clock.now() + lag;
    this.#possible = [...this.#possible, ...slots.map((slot) => ({ name: dropletName(prefix, slot, template), slot, template, until }))];
  }

  /** What the service is about to do. */
  underWay(): readonly UnderWay[] {
    const possible = this.#possible.map(({ until }): UnderWay => ({ work: "other", since: until - lag }));
    return [...possible, ...this.droplets.flatMap((droplet) => workOf(droplet, this.#servingTags) ?? [])];
  }

  /** When something changes by itself next, in milliseconds since the epoch; Infinity where nothing does. */
  nextTimer(gate: Gate, timing: Timing): number {
    const now = this.#clock.now();
    const timers = this.droplets.flatMap((droplet) => timersOf(droplet, gate, timing)).filter((at) => at > now);
    return timers.reduce((first, at) => Math.min(first, at), Infinity);
  }

  /** The Droplets that are to serve, or to go on serving, and whose gate is to be asked. */
  candidates(desired: Desired, gate: Gate): readonly ObservedDroplet[] {
    return this.droplets.filter((droplet) => {
      if (desired.slots[droplet.slot] !== droplet.template || droplet.wire.status !== "active") return false;
      const member = this.#memberOf(droplet, gate, { drainSeconds: 0, shutdownSeconds: 0 });
      return (
        member.ending === "no" &&
        member.power === "active" &&
        !member.available &&
        member.gate !== "failed" &&
        (member.serving || member.gate === "waiting")
      );
    });
  }

  members(gate: Gate, timing: Timing): readonly Member[] {
    const possible = this.#possible.map(({ slot, template }): Member => ({
      ...{ id: undefined, slot, template, power: "new", serving: false, tagged: false, available: false, unhealthy: false },
      ...{ gate: "waiting", locked: false, drained: true, ending: "no" },
    }));
    return [...this.droplets.map((droplet) => this.#memberOf(droplet, gate, timing)), ...possible];
  }

  #memberOf(droplet: ObservedDroplet, gate: Gate, timing: Timing): Member {
    return memberOf(droplet, this.#servingTags, gate, timing, this.#clock.now());
  }

  #see(seen: DropletWire, how: { readonly isListed?: true; readonly madeAt?: number } = {}): void {
    const wire = this.#withoutReserved(seen);
    const id = String(wire.id);
    const now = this.#clock.now();
    const stored = this.#known.get(id);
    if (templateOf(wire.tags) === undefined && stored === undefined) {
      this.strangers.add(`${wire.name} (${id})`);
      return;
    }
    const droplet: ObservedDroplet = this.#observed.get(id) ?? {
      wire,
      slot: slotOf(wire.name) ?? stored?.slot ?? nowhere,
      template: "",
      seenAt: now,
      shownAt: now,
      isListed: false,
      lookedForAt: undefined,
      createFailed: false,
      madeAt: how.madeAt,
      serveAskedAt: undefined,
      servingSince: undefined,
      isBaked: stored?.serving === true,
      withdrawal: "no",
      idleSince: now,
      shutdownAt: undefined,
      deletedAt: undefined,
      attempt: undefined,
      balancing: undefined,
      unhealthy: false,
      backupsAskedAt: undefined,
      rebuild: undefined,
    };
    this.#learn(droplet, wire, now);
    droplet.wire = wire;
    droplet.shownAt = now;
    droplet.template = this.#templateOf(wire);
    if (droplet.rebuild !== undefined) droplet.rebuild.hasBegun ||= wire.locked || droplet.template !== droplet.rebuild.from;
    droplet.isListed ||= how.isListed === true;
    if (droplet.withdrawal === "asked" && !hasAnyTag(wire.tags, this.#servingTags)) droplet.withdrawal = "done";
    this.#observed.set(id, droplet);
    if (!this.serves(droplet)) {
      // It was a list that lagged behind what an earlier run did.
      if (droplet.serveAskedAt === undefined) droplet.servingSince = undefined;
      return;
    }
    droplet.servingSince ??= now;
    droplet.idleSince = now;
  }

  /** A Reserved IP stands among the addresses of its Droplet, and leads to another one tomorrow. */
  #withoutReserved(wire: DropletWire): DropletWire {
    if (this.#reservedIps.length === 0) return wire;
    return { ...wire, networks: { v4: wire.networks.v4.filter(({ ip_address: ip }) => !this.#reservedIps.includes(ip)) } };
  }

  /** How long work of the service took, by what changed. */
  #learn({ wire: before, madeAt, shutdownAt }: ObservedDroplet, { status }: DropletWire, now: number): void {
    if (before.status === status) return;
    if (before.status === "new" && madeAt !== undefined) this.#pace.took("create", now - madeAt);
    if (status === "off" && shutdownAt !== undefined) this.#pace.took("shutdown", now - shutdownAt);
  }

  /** The template that a Droplet says it was made from, unless its image or size is another by now. */
  #templateOf({ id, tags, image, size_slug: size }: DropletWire): string {
    const fingerprint = templateOf(tags) ?? this.#known.get(String(id))?.template ?? "";
    const template = this.#templates.get(fingerprint);
    const isAsMade = template === undefined || (template.image === String(image.id) && template.size === size);
    return isAsMade ? fingerprint : `${fingerprint}-changed`;
  }

  /**
   * A Droplet counts until it answers 404, and a new one may answer 404 for a while. One that was listed, and after its deletion no longer is,
   * is gone, and isn't asked for. Returns whether it was asked for.
   */
  async #lookFor(id: string, droplet: ObservedDroplet, signal: AbortSignal): Promise<boolean> {
    const now = this.#clock.now();
    if (droplet.isListed && isDeleting(droplet, now)) {
      this.#pace.took("delete", now - (droplet.deletedAt ?? now));
      this.#observed.delete(id);
      return false;
    }
    if (now - (droplet.lookedForAt ?? -Infinity) < lookedForEvery) return false;
    droplet.lookedForAt = now;
    const wire = await this.#api.get(id, signal, "background");
    const isNew = droplet.madeAt !== undefined && now - droplet.madeAt < lag;
    if (wire !== undefined && hasTag(wire.tags, fleetTag(this.#fleetId))) this.#see(wire);
    else if (!isNew) this.#observed.delete(id);
    return true;
  }

  /** What an earlier run has made and the list lacks: reads may lag behind what that run did, but not by number where it has served. */
  async #lookForKnown(signal: AbortSignal): Promise<void> {
    const missing = [...this.#known.values()].filter(({ id }) => !this.#observed.has(id));
    const until = this.#clock.now() + lag;
    const look = async ({ id, slot, template, serving }: KnownDroplet): Promise<readonly Possible[]> => {
      const wire = await this.#api.get(id, signal);
      if (wire !== undefined && hasTag(wire.tags, fleetTag(this.#fleetId))) this.#see(wire);
      return wire === undefined && !serving ? [{ id, slot, template, until }] : [];
    };
    this.#possible = [...this.#possible, ...(await Promise.all(missing.map(look))).flat()];
  }
}
