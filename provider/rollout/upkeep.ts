import type { Api } from "../api/api";
import type { Clock } from "../world";
import { lag, type ObservedDroplet } from "./observedDroplet";
import type { FleetSettings } from "./settings";
import { dropletUrn } from "./dropletUrn";

/** Droplets that one request puts into a project. */
const batch = 100;

/** What a Droplet has beside its template, and what changes in place: its project and its backups. */
export class Upkeep {
  readonly #settings: Pick<FleetSettings, "projectId" | "backups">;
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  /** URNs of what is in the project; undefined until it is asked. */
  #assigned: Set<string> | undefined;

  constructor(settings: Pick<FleetSettings, "projectId" | "backups">, api: Api, clock: Clock, signal: AbortSignal) {
    this.#settings = settings;
    this.#api = api;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Does what the Droplets lack. Returns whether they have all; rejects with what the service or the network say. */
  async keep(droplets: readonly ObservedDroplet[]): Promise<boolean> {
    await this.#assign(droplets);
    return this.#switchBackups(droplets);
  }

  async #assign(droplets: readonly ObservedDroplet[]): Promise<void> {
    const { projectId } = this.#settings;
    if (projectId === undefined) return;
    const assigned = (this.#assigned ??= new Set(await this.#api.projects.urns(projectId, this.#signal)));
    const urns = droplets.map(({ wire }) => dropletUrn(wire)).filter((urn) => !assigned.has(urn));
    for (let at = 0; at < urns.length; at += batch) {
      const some = urns.slice(at, at + batch);
      await this.#api.projects.assign(projectId, some, this.#signal);
      for (const urn of some) assigned.add(urn);
    }
  }

  /** A Droplet that is new or locked takes no action: it is come back to. What was asked for is waited for, and then asked for again. */
  async #switchBackups(droplets: readonly ObservedDroplet[]): Promise<boolean> {
    const now = this.#clock.now();
    const differing = droplets.filter(({ wire }) => hasBackups(wire) !== this.#settings.backups);
    for (const droplet of droplets) if (!differing.includes(droplet)) droplet.backupsAskedAt = undefined;
    const due = differing.filter(({ wire, backupsAskedAt: asked }) => {
      return wire.status === "active" && !wire.locked && (asked === undefined || now - asked >= lag);
    });
    const type = this.#settings.backups ? "enable_backups" : "disable_backups";
    for (const droplet of due) {
      droplet.backupsAskedAt = now;
      await this.#api.droplets.act(String(droplet.wire.id), type, this.#signal);
    }
    return differing.length === 0;
  }
}

export function hasBackups({ features = [] }: ObservedDroplet["wire"]): boolean {
  return features.includes("backups");
}
