import type { HealthCheck, LoadBalancersApi } from "../../api/api";
import type { Clock } from "../../world";
import type { ObservedDroplet } from "../observedDroplet";
import { mayPass } from "../refusals";
import { answered, type Attempt, firstAttempt, type Gate } from "./gate";

/** A load balancer checks its Droplets every few seconds, and what it found shows later: asking more often tells nothing. Milliseconds. */
const shortestPause = 5_000;
/** How far back its word still counts, in milliseconds. */
const window = 300_000;

/** Asks a load balancer for the health of the Droplets that serve: of all of them by one request. */
export class BalancerHealth {
  readonly #gate: Gate;
  readonly #api: LoadBalancersApi;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #told: () => void;
  #isAsking = false;
  #askedAt: number | undefined;
  /** Why it can't be asked; undefined where it can, or may again. */
  failure: Error | undefined;

  constructor(gate: Gate, api: LoadBalancersApi, clock: Clock, signal: AbortSignal, told: () => void) {
    this.#gate = gate;
    this.#api = api;
    this.#clock = clock;
    this.#signal = signal;
    this.#told = told;
  }

  /** Begins to ask if that is due. What the load balancer says changes the Droplets as it comes. */
  askDue(droplets: readonly ObservedDroplet[]): void {
    const { loadBalancer } = this.#gate;
    if (loadBalancer !== undefined && this.nextDue(droplets) <= this.#clock.now()) void this.#ask(loadBalancer, servingOf(droplets));
  }

  /** When it is to be asked next, in milliseconds since the epoch; Infinity where it isn't. */
  nextDue(droplets: readonly ObservedDroplet[]): number {
    if (this.#gate.loadBalancer === undefined || this.#isAsking || servingOf(droplets).length === 0) return Infinity;
    return this.#askedAt === undefined ? 0 : this.#askedAt + Math.max(shortestPause, this.#gate.intervalSeconds * 1_000);
  }

  async #ask(id: string, droplets: readonly ObservedDroplet[]): Promise<void> {
    [this.#isAsking, this.#askedAt] = [true, this.#clock.now()];
    try {
      const health = await this.#api.health(id, this.#askedAt - window, this.#askedAt, this.#signal);
      for (const droplet of droplets) droplet.balancing = this.#attemptOf(droplet, health.get(String(droplet.wire.id)), this.#askedAt);
    } catch (error) {
      // A load balancer that can't be asked for the moment says nothing.
      if (!this.#signal.aborted && !mayPass(error)) {
        const text = error instanceof Error ? error.message : String(error);
        this.failure = new Error(`\`gate.loadBalancer\` can't be asked for the health of its Droplets: ${text}`, { cause: error });
      }
    } finally {
      this.#isAsking = false;
      this.#told();
    }
  }

  /** Without a word of the Droplet since it serves there is no verdict, and no time that counts: one that was rebuilt had served before. */
  #attemptOf({ balancing = firstAttempt, servingSince = 0 }: ObservedDroplet, check: HealthCheck | undefined, askedAt: number): Attempt {
    if (check === undefined || check.at + 1_000 <= servingSince) return { ...balancing, askedAt };
    const fault = check.isHealthy ? undefined : { reason: `load balancer ${this.#gate.loadBalancer} calls it unhealthy`, reached: true };
    return answered(this.#gate, balancing, fault, askedAt);
  }
}

function servingOf(droplets: readonly ObservedDroplet[]): readonly ObservedDroplet[] {
  return droplets.filter(({ servingSince }) => servingSince !== undefined);
}
