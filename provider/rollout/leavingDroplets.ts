import type { TagsApi } from "../api/api";
import { isNotFound } from "../api/errors";
import { leavingTag, templateOf, templateTag } from "./fleetTags";
import type { FleetObservation } from "./observation";
import { asResource, type ObservedDroplet } from "./observedDroplet";
import type { FleetSettings } from "./settings";

/** From so many on, Droplets that leave are tagged, so that one request does for all. */
const many = 5;

/** The tag that a killed run may have left of a fleet that had so many Droplets. */
export function leftTags(fleetId: string, droplets: number): readonly string[] {
  return droplets >= many ? [leavingTag(fleetId)] : [];
}

/** All that carry a tag. */
export interface Tagged {
  readonly tag: string;
  readonly all: readonly ObservedDroplet[];
}

export interface Together {
  /** One request does for each of these. */
  readonly whole: readonly Tagged[];
  readonly single: readonly ObservedDroplet[];
}

/** Puts Droplets together that are shut down or deleted by one request: by a tag that nothing else carries, never by the fleet's. */
export class LeavingDroplets {
  readonly #settings: Pick<FleetSettings, "fleetId" | "known">;
  readonly #observation: FleetObservation;
  readonly #tags: TagsApi;
  readonly #signal: AbortSignal;
  /** What carries the tag of those that leave; undefined where that isn't known. */
  #marked: ReadonlySet<ObservedDroplet> | undefined;
  /** Whether this run has asked for the tag, however that ended. */
  #isMade = false;

  constructor(settings: Pick<FleetSettings, "fleetId" | "known">, observation: FleetObservation, tags: TagsApi, signal: AbortSignal) {
    this.#settings = settings;
    this.#observation = observation;
    this.#tags = tags;
    this.#signal = signal;
  }

  get #tag(): string {
    return leavingTag(this.#settings.fleetId);
  }

  /** All of a template by its tag, many others by a tag that they get for it. */
  async together(droplets: readonly ObservedDroplet[]): Promise<Together> {
    const { whole, single } = this.#byTemplate(droplets);
    if (single.length < many || !(await this.#mark(single))) return { whole, single };
    return { whole: [...whole, { tag: this.#tag, all: single }], single: [] };
  }

  /** Deletes the tag where this run has used it, or, `afterChange`, a killed one may have. */
  async forget(afterChange: boolean): Promise<void> {
    if (!this.#isMade && !(afterChange && this.#settings.known.length >= many)) return;
    await this.#tags.delete(this.#tag, this.#signal);
    [this.#marked, this.#isMade] = [undefined, false];
  }

  #byTemplate(droplets: readonly ObservedDroplet[]): Together {
    const chosen = new Set(droplets);
    const templates = new Set(droplets.flatMap(({ wire }) => templateOf(wire.tags) ?? []));
    const whole = [...templates]
      .map((template) => ({
        tag: templateTag(template),
        all: this.#observation.droplets.filter(({ wire }) => templateOf(wire.tags) === template),
      }))
      .filter(({ all }) => all.length > 1 && all.every((droplet) => chosen.has(droplet)));
    const covered = new Set(whole.flatMap(({ all }) => all));
    return { whole, single: droplets.filter((droplet) => !covered.has(droplet)) };
  }

  /** Sees to it that the tag is on these and on no other; returns whether that could be done. What a killed run tagged loses it first. */
  async #mark(droplets: readonly ObservedDroplet[]): Promise<boolean> {
    const marked = this.#marked;
    [this.#marked, this.#isMade] = [undefined, true];
    try {
      if (marked === undefined) {
        await this.#tags.delete(this.#tag, this.#signal);
        await this.#tags.make(this.#tag, droplets.map(asResource), this.#signal);
      } else {
        const others = [...marked].filter((one) => !droplets.includes(one) && this.#observation.get(String(one.wire.id)) !== undefined);
        if (others.length > 0) await this.#tags.remove(this.#tag, others.map(asResource), this.#signal);
        const lacking = droplets.filter((one) => !marked.has(one));
        if (lacking.length > 0) await this.#tags.add(this.#tag, lacking.map(asResource), this.#signal);
      }
      this.#marked = new Set(droplets);
      return true;
    } catch (error) {
      // One of them is gone by now: then each is asked by itself.
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}
