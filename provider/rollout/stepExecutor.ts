import type { Api } from "../api/api";
import { isUnprocessable, mayHaveTakenEffect } from "../api/errors";
import type { NewDropletsWire, TaggedResourceWire } from "../api/wire";
import type { Clock } from "../world";
import { hasTag, tagsWithout } from "../rules/tag";
import { dropletName } from "./dropletName";
import { creationTagOf, fleetTag, servingTag, templateTag } from "./fleetTags";
import { newDroplets } from "./newDroplets";
import type { FleetObservation, ObservedDroplet } from "./observation";
import type { Step } from "./plan";
import type { FleetSettings, Wanted } from "./settings";

/** Names in one POST. */
const batch = 10;

/** Does what the plan says, in as few requests as the API allows. */
export class StepExecutor {
  readonly #settings: FleetSettings;
  readonly #observation: FleetObservation;
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(settings: FleetSettings, observation: FleetObservation, api: Api, clock: Clock, signal: AbortSignal) {
    this.#settings = settings;
    this.#observation = observation;
    this.#api = api;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Does one step; returns a sentence where DigitalOcean refuses to make a Droplet. */
  async do(step: Step, wanted: Wanted): Promise<string | undefined> {
    if (step.kind === "create") return this.#create(step.slots, wanted);
    const droplets = step.ids.flatMap((id) => this.#observation.get(id) ?? []);
    switch (step.kind) {
      case "serve":
        for (const droplet of droplets) droplet.withdrawn = false;
        await this.#api.tags.add(servingTag(this.#settings.fleetId), droplets.map(asResource), this.#signal);
        break;
      case "withdraw":
        // Before the request, for it may take effect without an answer.
        for (const droplet of droplets) droplet.withdrawn = true;
        await this.#api.tags.remove(servingTag(this.#settings.fleetId), droplets.map(asResource), this.#signal);
        for (const droplet of droplets) droplet.idleSince = this.#clock.now();
        break;
      case "shutdown":
        for (const droplet of droplets) droplet.shutdownAt = this.#clock.now();
        await Promise.all(step.ids.map((id) => this.#shutdown(id)));
        break;
      case "delete":
        for (const droplet of droplets) droplet.deleting = true;
        await Promise.all(step.ids.map((id) => this.#api.droplets.delete(id, this.#signal)));
        break;
    }
    return undefined;
  }

  /**
   * Puts the program's tags on the Droplets that lack them, takes off those that it had `before` and has no longer, and ends a create
   * that the state knows of by now. Other tags are other people's. Returns whether anything was to do.
   */
  async retag(before: readonly string[]): Promise<boolean> {
    const { tags, creationTag } = this.#settings;
    const { droplets } = this.#observation;
    const changes = [
      ...tags.map((tag) => ({ tag, change: "add", on: droplets.filter(({ wire }) => !hasTag(wire.tags, tag)) }) as const),
      ...tagsWithout(before, tags).map(
        (tag) => ({ tag, change: "remove", on: droplets.filter(({ wire }) => hasTag(wire.tags, tag)) }) as const,
      ),
    ].filter(({ on }) => on.length > 0);
    for (const { tag, change, on } of changes) await this.#api.tags[change](tag, on.map(asResource), this.#signal);

    const creations = new Set(creationTag === undefined ? droplets.flatMap(({ wire }) => creationTagOf(wire.tags) ?? []) : []);
    for (const tag of creations) await this.#api.tags.delete(tag, this.#signal);
    return changes.length + creations.size > 0;
  }

  /** Deletes the tags of templates that no Droplet is of any more. */
  async forgetTemplates(templates: Iterable<string>): Promise<void> {
    for (const template of templates) await this.#api.tags.delete(templateTag(template), this.#signal);
  }

  /** A shutdown that fails needs no answer of its own: in time the Droplet is deleted, which works on a running one, too. */
  async #shutdown(id: string): Promise<void> {
    try {
      await this.#api.droplets.shutdown(id, this.#signal);
    } catch {
      this.#signal.throwIfAborted();
    }
  }

  async #create(slots: readonly number[], wanted: Wanted): Promise<string | undefined> {
    for (let start = 0; start < slots.length; start += batch) {
      const some = slots.slice(start, start + batch);
      try {
        this.#observation.made(await this.#api.droplets.create(this.#order(some, wanted), this.#signal));
      } catch (error) {
        if (mayHaveTakenEffect(error)) this.#observation.mayBeMade(this.#settings.name, some, wanted.template);
        else if (!isUnprocessable(error)) throw error;
        else return error.message;
      }
    }
    return undefined;
  }

  #order(slots: readonly number[], { of, template }: Wanted): NewDropletsWire {
    const { fleetId, name, region, tags, creationTag } = this.#settings;
    return newDroplets(of, {
      names: slots.map((slot) => dropletName(name, slot, template)),
      region,
      tags: [fleetTag(fleetId), templateTag(template), ...(creationTag === undefined ? [] : [creationTag]), ...tags],
    });
  }
}

function asResource({ wire }: ObservedDroplet): TaggedResourceWire {
  return { resource_id: String(wire.id), resource_type: "droplet" };
}
