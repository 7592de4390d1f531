import { actionsPage, type Api } from "../api/api";
import type { DropletWire, ReservedIpWire } from "../api/wire";
import { hasTag } from "../rules/tag";
import { SingleFlight } from "../waiting/singleFlight";
import type { Clock, World } from "../world";
import { fleetTag, fleetsTag } from "./fleetTags";
import { LookPace } from "./lookPace";

interface Listing {
  readonly begunAt: number;
  readonly droplets: readonly DropletWire[];
}

/** Pages of lists in an hour, and how many may go at once after a quiet time: together less than a thousand in any hour. */
const hourly = 450;
const burst = 500;
const pageSize = 200;
/** How long a Droplet is new before its create is asked for, and how often then, in milliseconds. */
const createAskedEvery = 30_000;

/** Looks at the Droplets of all fleets of a process by one list, at most about a thousand times an hour and out of the way of writes. */
export class DropletPoller {
  readonly pace = new LookPace();
  /** Numbers of the Droplets whose create DigitalOcean has given up. */
  readonly failedCreates = new Set<number>();
  readonly #api: Pick<Api, "droplets" | "actions" | "reservedIps">;
  readonly #clock: Clock;
  /** Since when a Droplet has been seen to be new. */
  #newSince: ReadonlyMap<number, number> = new Map();
  #actionsAskedAt = -Infinity;
  #allowance = burst;
  #allowedAt: number;
  #flight: SingleFlight<Listing> | undefined;

  constructor(api: Pick<Api, "droplets" | "actions" | "reservedIps">, { clock }: World) {
    this.#api = api;
    this.#clock = clock;
    this.#allowedAt = clock.now();
  }

  /** The fleet's Droplets by a list that was begun no earlier than this call. */
  async look(fleetId: string, signal: AbortSignal): Promise<readonly DropletWire[]> {
    const since = this.#clock.now();
    for (;;) {
      const flight = (this.#flight ??= new SingleFlight((shared) => this.#list(shared)));
      const { begunAt, droplets } = await flight.get(signal);
      if (begunAt >= since) return droplets.filter(({ tags }) => hasTag(tags, fleetTag(fleetId)));
    }
  }

  /** Takes in that a look took so many requests more: the lists after it wait for as long as these would have. */
  spend(requests: number): void {
    this.#allowance -= requests;
  }

  /** The account's Reserved IPs, out of the same allowance. */
  async reservedIps(signal: AbortSignal): Promise<readonly ReservedIpWire[]> {
    await this.#clock.sleep(this.#pause(1), signal);
    return this.#api.reservedIps.list(signal, "background");
  }

  async #list(signal: AbortSignal): Promise<Listing> {
    try {
      await this.#clock.sleep(this.#pause(this.pace.pages), signal);
      const begunAt = this.#clock.now();
      const droplets = await this.#api.droplets.listByTag(fleetsTag, signal, "background");
      this.pace.pages = Math.max(1, Math.ceil(droplets.length / pageSize));
      await this.#noteFailedCreates(droplets, signal);
      return { begunAt, droplets };
    } finally {
      this.#flight = undefined;
    }
  }

  /** A Droplet whose create has failed looks like any other that is new: only the action tells. */
  async #noteFailedCreates(droplets: readonly DropletWire[], signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const fresh = droplets.filter(({ id, status }) => status === "new" && !this.failedCreates.has(id));
    this.#newSince = new Map(fresh.map(({ id }) => [id, this.#newSince.get(id) ?? now]));
    const isDue =
      [...this.#newSince.values()].some((since) => now - since >= createAskedEvery) && now - this.#actionsAskedAt >= createAskedEvery;
    if (!isDue) return;
    this.#actionsAskedAt = now;
    try {
      await this.#askCreates(Math.min(...fresh.map(({ created_at: at }) => Date.parse(at))), signal);
    } catch {
      // Without an answer, or the permission to ask, such a Droplet fails when it has been new for too long.
      signal.throwIfAborted();
    }
  }

  /** Asks for all of them together: by the account's actions, newest first, back to when the oldest was made. */
  async #askCreates(since: number, signal: AbortSignal): Promise<void> {
    for (let page = 1, isOver = false; !isOver; page += 1) {
      this.spend(1);
      const actions = await this.#api.actions.recent(signal, "background", page);
      for (const { type, status, resource_id: id } of actions) {
        if (type === "create" && status === "errored" && id !== null && this.#newSince.has(id)) this.failedCreates.add(id);
      }
      const oldest = actions.at(-1)?.started_at ?? "";
      isOver = actions.length < actionsPage || !(Date.parse(oldest) >= since);
    }
  }

  /** Milliseconds until the next list of so many pages may go. */
  #pause(pages: number): number {
    const now = this.#clock.now();
    const perMillisecond = hourly / 3_600_000;
    this.#allowance = Math.min(burst, this.#allowance + Math.max(0, now - this.#allowedAt) * perMillisecond) - pages;
    this.#allowedAt = now;
    return this.#allowance >= 0 ? 0 : Math.ceil(-this.#allowance / perMillisecond);
  }
}
