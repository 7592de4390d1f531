import type { ReservedIpsApi } from "../api/api";
import { isNotFound, isUnprocessable, mayHaveTakenEffect } from "../api/errors";
import type { ReservedIpWire } from "../api/wire";
import type { Clock } from "../world";
import type { Address } from "./addressPlan";
import type { UnderWay } from "./lookPace";
import { lag } from "./observedDroplet";
import { mayPass } from "./refusals";

/** What was asked for last. Times in milliseconds since the epoch. */
interface Asked {
  readonly at: number;
  /** Number of the Droplet; undefined for none. */
  readonly to: string | undefined;
}

interface Observed {
  holder: string | undefined;
  /** Since when an action has been seen to run on it. */
  lockedSince: number | undefined;
  asked: Asked | undefined;
  /** The service has refused what was asked for last. */
  isRefused: boolean;
}

/** The Reserved IPs of a fleet: where each is to lead, and where it leads. */
export class ReservedAddresses {
  /** By address, its slot; undefined for one that the program names no longer. */
  readonly #slots: ReadonlyMap<string, number | undefined>;
  readonly #api: ReservedIpsApi;
  readonly #clock: Clock;
  readonly #observed = new Map<string, Observed>();

  /** `wanted` are the program's by slot, `former` those that it named before. */
  constructor(wanted: readonly string[], former: readonly string[], api: ReservedIpsApi, clock: Clock) {
    this.#slots = new Map([...former.map((ip) => [ip, undefined] as const), ...wanted.map((ip, slot) => [ip, slot] as const)]);
    this.#api = api;
    this.#clock = clock;
  }

  async look(signal: AbortSignal): Promise<void> {
    if (this.#slots.size > 0) this.take(await this.#api.list(signal));
  }

  /** Takes in a list of the account's addresses. */
  take(listed: readonly ReservedIpWire[]): void {
    for (const { ip, droplet, locked } of listed) {
      if (!this.#slots.has(ip)) continue;
      const one = this.#of(ip);
      one.holder = droplet === null ? undefined : String(droplet.id);
      one.lockedSince = locked === true ? (one.lockedSince ?? this.#clock.now()) : undefined;
      if (one.asked !== undefined && one.asked.to === one.holder) Object.assign(one, { asked: undefined, isRefused: false });
    }
  }

  /** As the plan sees them. What was asked for may not show yet. */
  get all(): readonly Address[] {
    return [...this.#slots].map(([ip, slot]) => {
      const one = this.#of(ip);
      return { ip, slot, holder: one.holder, locked: this.#since(one) !== undefined };
    });
  }

  /** What the service is about to do, which only a look can tell. */
  underWay(): readonly UnderWay[] {
    return [...this.#slots.keys()].flatMap((ip): readonly UnderWay[] => {
      const since = this.#since(this.#of(ip));
      return since === undefined ? [] : [{ work: "other", since }];
    });
  }

  /** What it waits for, a clause; undefined where for nothing. */
  get doing(): string | undefined {
    const moving = this.all.find(({ locked }) => locked);
    return moving === undefined ? undefined : `Reserved IP ${moving.ip} is on its way`;
  }

  /**
   * Leads an address to a Droplet, or to none. Rejects with what the service or the network say. What a killed run has asked for may not
   * show yet, and is refused until it does: a first refusal is waited out.
   */
  async lead(ip: string, to: string | undefined, signal: AbortSignal): Promise<void> {
    const one = this.#of(ip);
    // Before the request, for it may take effect without an answer.
    one.asked = { at: this.#clock.now(), to };
    try {
      await (to === undefined ? this.#api.unassign(ip, signal) : this.#api.assign(ip, to, signal));
    } catch (error) {
      if (mayPass(error) && !mayHaveTakenEffect(error)) Object.assign(one, { asked: undefined, lockedSince: this.#clock.now() });
      if (mayPass(error) || !(isUnprocessable(error) || isNotFound(error))) throw error;
      if (one.isRefused) throw refusal(ip, to, error);
      one.isRefused = true;
    }
  }

  #since({ lockedSince, asked }: Observed): number | undefined {
    const isOpen = asked !== undefined && this.#clock.now() - asked.at < lag;
    return lockedSince ?? (isOpen ? asked.at : undefined);
  }

  #of(ip: string): Observed {
    const known = this.#observed.get(ip);
    if (known !== undefined) return known;
    const made: Observed = { holder: undefined, lockedSince: undefined, asked: undefined, isRefused: false };
    this.#observed.set(ip, made);
    return made;
  }
}

function refusal(ip: string, to: string | undefined, error: Error): Error {
  const where = to === undefined ? "be taken off its Droplet" : `be assigned to Droplet ${to}`;
  return new Error(`Reserved IP ${ip} can't ${where}: ${error.message}`, { cause: error });
}
