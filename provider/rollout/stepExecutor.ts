import type { Api } from "../api/api";
import { isNotFound, mayHaveTakenEffect } from "../api/errors";
import type { NewDropletsWire } from "../api/wire";
import type { Clock } from "../world";
import { hasTag } from "../rules/tag";
import { settleAll } from "../waiting/settleAll";
import { dropletName } from "./dropletName";
import { changeTag, creationTagOf, fleetsTag, fleetTag, programTagsOf, servingTag, templateTag, templateTagsOf } from "./fleetTags";
import { LeavingDroplets, type Tagged } from "./leavingDroplets";
import { newDroplets } from "./newDroplets";
import type { FleetObservation } from "./observation";
import { asResource, lag, type ObservedDroplet, type Rebuild } from "./observedDroplet";
import { exceedsLimit, isWrongArgument } from "./refusals";
import type { ReservedAddresses } from "./reservedAddresses";
import type { FleetSettings, Goal } from "./settings";
import type { Step } from "./step";
import type { Template } from "./template";

/** Names in one POST. */
const batch = 10;

/** The service refuses what the program asks for, and would do so again. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** Does what the plan says, in as few requests as the API allows. Rejects with what the service or the network say. */
export class StepExecutor {
  readonly #settings: FleetSettings;
  readonly #observation: FleetObservation;
  readonly #addresses: ReservedAddresses;
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #leaving: LeavingDroplets;
  /** Whether the tag of a change, this one or one that was killed, may be there. */
  #isMarked = false;

  constructor(
    settings: FleetSettings,
    { observation, addresses }: { readonly observation: FleetObservation; readonly addresses: ReservedAddresses },
    api: Api,
    clock: Clock,
    signal: AbortSignal,
  ) {
    this.#settings = settings;
    this.#observation = observation;
    this.#addresses = addresses;
    this.#api = api;
    this.#clock = clock;
    this.#signal = signal;
    this.#leaving = new LeavingDroplets(settings, observation, api.tags, signal);
  }

  /** The fleet's own first. */
  get #servingTags(): readonly string[] {
    return [servingTag(this.#settings.fleetId), ...this.#settings.servingTags];
  }

  /** Whether the next run knows by a tag of this change, should it be killed, and so that lists may not show what it did. */
  get isMarked(): boolean {
    return this.#isMarked || this.#settings.creationTag !== undefined;
  }

  /** Makes the change's tag, for one that makes no Droplets with it before it withdraws others. */
  async mark(): Promise<void> {
    this.#isMarked = true;
    await this.#api.tags.create(changeTag(this.#settings.fleetId), this.#signal);
  }

  /** Takes in that a change was killed, and that its tag is there. */
  noteKilled(): void {
    this.#isMarked = true;
  }

  /** Does one step. Rejects with a `RefusedError` where Droplets can't be made from the template. */
  async do(step: Step, goal: Goal): Promise<void> {
    if (step.kind === "create") return this.#create(step.slots, goal);
    if (step.kind === "assign") return settleAll(step.assignments.map(({ ip, id }) => this.#addresses.lead(ip, id, this.#signal)));
    if (step.kind === "unassign") return settleAll(step.ips.map((ip) => this.#addresses.lead(ip, undefined, this.#signal)));
    const droplets = step.ids.flatMap((id) => this.#observation.get(id) ?? []);
    switch (step.kind) {
      case "serve":
        for (const droplet of droplets) Object.assign(droplet, { withdrawal: "no", serveAskedAt: this.#clock.now() });
        // The fleet's own comes last: where it is, the others are, too.
        for (const tag of [...this.#servingTags].reverse()) await this.#serve(droplets, tag);
        break;
      case "withdraw":
        // Before the request, for it may take effect without an answer.
        for (const droplet of droplets) droplet.withdrawal = "asked";
        for (const tag of this.#servingTags) await this.#api.tags.remove(tag, droplets.map(asResource), this.#signal);
        for (const droplet of droplets) Object.assign(droplet, { withdrawal: "done", idleSince: this.#clock.now() });
        break;
      case "rebuild":
        await this.#rebuild(droplets, goal);
        break;
      case "shutdown":
        await this.#shutdown(droplets);
        break;
      case "delete":
        await this.#delete(droplets);
        break;
    }
  }

  /**
   * Puts the program's tags on the Droplets that lack them, its serving tags on those that serve, takes off those that it had `before` and
   * has no longer, and ends a create that the state knows of by now. Those of the resource's former names go. Other tags are other
   * people's. Returns whether anything was to do.
   */
  async retag(before: readonly string[]): Promise<boolean> {
    const { fleetId, tags, servingTags, creationTag, programTag } = this.#settings;
    const { droplets } = this.#observation;
    const always = [fleetsTag, programTag, ...tags];
    const wants = (droplet: ObservedDroplet, tag: string): boolean =>
      hasTag([...always, ...(this.#observation.serves(droplet) ? servingTags : [])], tag);
    const changes = [
      ...[...always, ...servingTags].map(
        (tag) => ({ tag, change: "add", on: droplets.filter((one) => wants(one, tag) && !hasTag(one.wire.tags, tag)) }) as const,
      ),
      ...before.map(
        (tag) => ({ tag, change: "remove", on: droplets.filter((one) => !wants(one, tag) && hasTag(one.wire.tags, tag)) }) as const,
      ),
    ].filter(({ on }) => on.length > 0);
    for (const { tag, change, on } of changes) await this.#api.tags[change](tag, on.map(asResource), this.#signal);

    const creations = new Set(creationTag === undefined ? droplets.flatMap(({ wire }) => creationTagOf(wire.tags) ?? []) : []);
    for (const tag of creations) await this.#api.tags.delete(tag, this.#signal);

    const former = new Set(droplets.flatMap(({ wire }) => programTagsOf(wire.tags)));
    former.delete(programTag);
    for (const tag of former) {
      const carriers = await this.#api.droplets.listByTag(tag, this.#signal);
      const isOurs = carriers.every((droplet) => hasTag(droplet.tags, fleetTag(fleetId)));
      const own = droplets.filter(({ wire }) => hasTag(wire.tags, tag));
      await (isOurs ? this.#api.tags.delete(tag, this.#signal) : this.#api.tags.remove(tag, own.map(asResource), this.#signal));
    }
    return changes.length + creations.size + former.size > 0;
  }

  /** Deletes the tags of templates that no Droplet is of any more, what tagged those that left, and what tags those that the change made. */
  async forget(templates: ReadonlySet<string>): Promise<void> {
    this.#noteMark(this.#observation.droplets);
    if (this.#isMarked && this.#settings.creationTag === undefined) {
      await this.#api.tags.delete(changeTag(this.#settings.fleetId), this.#signal);
      this.#isMarked = false;
    }
    for (const template of templates) await this.#api.tags.delete(templateTag(template), this.#signal);
    await this.#leaving.forget(templates.size > 0);
  }

  /** Where one of them is gone by now, a request for all of them tags none. */
  async #serve(droplets: readonly ObservedDroplet[], servingTag: string): Promise<void> {
    const tag = (some: readonly ObservedDroplet[]): Promise<void> => this.#api.tags.add(servingTag, some.map(asResource), this.#signal);
    try {
      await tag(droplets);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await settleAll(
        droplets.map((droplet) =>
          tag([droplet]).catch((failure: unknown) => {
            if (!isNotFound(failure)) throw failure;
          }),
        ),
      );
    }
  }

  /** The tags go before, so that the next run sees by tag and image what a kill has left to do. */
  async #rebuild(droplets: readonly ObservedDroplet[], goal: Goal): Promise<void> {
    const { tags } = this.#api;
    for (const tag of this.#servingTags) {
      const carriers = droplets.filter(({ wire }) => hasTag(wire.tags, tag));
      if (carriers.length > 0) await tags.remove(tag, carriers.map(asResource), this.#signal);
    }
    for (const to of new Set(droplets.map(({ slot }) => goal.slots[slot] ?? ""))) {
      const some = droplets.filter(({ slot }) => goal.slots[slot] === to);
      await tags.add(templateTag(to), some.map(asResource), this.#signal);
      const before = new Set(some.flatMap(({ wire }) => templateTagsOf(wire.tags)));
      before.delete(templateTag(to));
      for (const tag of before) await tags.remove(tag, some.filter(({ wire }) => hasTag(wire.tags, tag)).map(asResource), this.#signal);
    }
    await settleAll(droplets.map((droplet) => this.#rebuildOne(droplet, goal)));
  }

  async #rebuildOne(droplet: ObservedDroplet, goal: Goal): Promise<void> {
    const to = goal.slots[droplet.slot] ?? "";
    const rebuild: Rebuild = { at: this.#clock.now(), from: droplet.template, to, isTaken: false, hasBegun: false };
    Object.assign(droplet, {
      rebuild,
      withdrawal: "done",
      attempt: undefined,
      balancing: undefined,
      servingSince: undefined,
      isBaked: false,
      unhealthy: false,
    });
    try {
      await this.#api.droplets.rebuild(String(droplet.wire.id), templateIn(goal, to).image, this.#signal);
      rebuild.isTaken = true;
    } catch (error) {
      if (!mayHaveTakenEffect(error)) droplet.rebuild = undefined;
      if (isWrongArgument(error)) throw new RefusedError(error.message, { cause: error });
      throw error;
    }
  }

  /** A shutdown that fails needs no answer of its own: in time the Droplet is deleted, which works on a running one, too. */
  async #shutdown(droplets: readonly ObservedDroplet[]): Promise<void> {
    for (const droplet of droplets) droplet.shutdownAt = this.#clock.now();
    const { whole, single } = await this.#leaving.together(droplets);
    const requests = [
      ...whole.map(({ tag }) => this.#api.droplets.shutdownByTag(tag, this.#signal)),
      ...single.map(({ wire }) => this.#api.droplets.shutdown(String(wire.id), this.#signal)),
    ];
    await Promise.allSettled<unknown>(requests);
    this.#signal.throwIfAborted();
  }

  /** A killed change's tag goes with this one, also where all its Droplets do. */
  #noteMark(droplets: readonly ObservedDroplet[]): void {
    this.#isMarked ||= droplets.some(({ wire }) => hasTag(wire.tags, changeTag(this.#settings.fleetId)));
  }

  async #delete(droplets: readonly ObservedDroplet[]): Promise<void> {
    this.#noteMark(droplets);
    const now = this.#clock.now();
    const { whole, single } = await this.#leaving.together(droplets);
    const deleteWhole = async ({ tag, all }: Tagged): Promise<void> => {
      await this.#api.droplets.deleteByTag(tag, this.#signal);
      for (const droplet of all) droplet.deletedAt = now;
    };
    await settleAll([...whole.map(deleteWhole), ...single.map((droplet) => this.#deleteOne(droplet, now))]);
  }

  /** A new Droplet that the service doesn't know yet isn't gone: its deletion is asked for again. */
  async #deleteOne(droplet: ObservedDroplet, now: number): Promise<void> {
    const isKnown = await this.#api.droplets.delete(String(droplet.wire.id), this.#signal);
    if (isKnown || droplet.madeAt === undefined || now - droplet.madeAt >= lag) droplet.deletedAt = now;
  }

  async #create(slots: readonly number[], goal: Goal): Promise<void> {
    for (const [fingerprint, some] of batchesOf(slots, goal)) await this.#createSome(some, fingerprint, goal);
  }

  async #createSome(slots: readonly number[], fingerprint: string, goal: Goal): Promise<void> {
    this.#isMarked = true;
    try {
      this.#observation.made(await this.#api.droplets.create(this.#order(slots, fingerprint, goal), this.#signal));
    } catch (error) {
      if (exceedsLimit(error)) {
        // A POST is refused whole: what still fits is asked for by itself.
        const free = await this.#free();
        if (free > 0 && free < slots.length) await this.#createSome(slots.slice(0, free), fingerprint, goal);
      } else if (mayHaveTakenEffect(error)) this.#observation.mayBeMade(this.#settings.name, slots, fingerprint);
      if (isWrongArgument(error)) throw new RefusedError(error.message, { cause: error });
      throw error;
    }
  }

  async #free(): Promise<number> {
    const [{ droplet_limit: limit }, total] = await Promise.all([this.#api.account(this.#signal), this.#api.droplets.total(this.#signal)]);
    return limit - total;
  }

  #order(slots: readonly number[], fingerprint: string, goal: Goal): NewDropletsWire {
    const { fleetId, name, region, tags, backups, creationTag, programTag } = this.#settings;
    return newDroplets(templateIn(goal, fingerprint), {
      names: slots.map((slot) => dropletName(name, slot, fingerprint)),
      region,
      ...(backups ? { backups } : {}),
      tags: [fleetsTag, fleetTag(fleetId), templateTag(fingerprint), programTag, creationTag ?? changeTag(fleetId), ...tags],
    });
  }
}

/** At most ten slots of one template at a time. */
function batchesOf(slots: readonly number[], goal: Goal): readonly (readonly [string, readonly number[]])[] {
  const byTemplate = new Map<string, number[]>();
  for (const slot of slots) {
    const fingerprint = goal.slots[slot];
    if (fingerprint !== undefined) byTemplate.set(fingerprint, [...(byTemplate.get(fingerprint) ?? []), slot]);
  }
  return [...byTemplate].flatMap(([fingerprint, all]) =>
    Array.from({ length: Math.ceil(all.length / batch) }, (_, at) => [fingerprint, all.slice(at * batch, (at + 1) * batch)] as const),
  );
}

function templateIn({ templates }: Goal, fingerprint: string): Template {
  const template = templates.get(fingerprint);
  if (template === undefined) throw new Error(`The template ${fingerprint} of the goal must be known.`);
  return template;
}
