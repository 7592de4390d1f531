import { setMaxListeners } from "node:events";
import type { LoadBalancersApi } from "../../api/api";
import type { World } from "../../world";
import type { ObservedDroplet } from "../observedDroplet";
import { BalancerHealth } from "./balancerHealth";
import { ask, askAgainAt, firstAttempt, type Gate } from "./gate";

/** Asks Droplets, and a load balancer about them, side by side and in their intervals; one that hangs holds up no other. */
export class Prober {
  readonly #gate: Gate;
  readonly #world: World;
  readonly #end = new AbortController();
  readonly #underWay = new Set<ObservedDroplet>();
  readonly #answered: () => void;
  readonly #balancer: BalancerHealth;

  constructor(gate: Gate, world: World, loadBalancers: LoadBalancersApi, answered: () => void) {
    this.#gate = gate;
    this.#world = world;
    this.#answered = answered;
    this.#balancer = new BalancerHealth(gate, loadBalancers, world.clock, this.#end.signal, answered);
    // Questions run side by side on its signal: more than ten listeners are no leak here.
    setMaxListeners(0, this.#end.signal);
  }

  /** Begins to ask those that are due. Their attempts change as answers come. Throws where the load balancer can't be asked. */
  askDue(droplets: readonly ObservedDroplet[]): void {
    if (this.#balancer.failure !== undefined) throw this.#balancer.failure;
    this.#balancer.askDue(droplets);
    const now = this.#world.clock.now();
    for (const droplet of droplets) {
      if (!this.#underWay.has(droplet) && askAgainAt(this.#gate, attemptOf(droplet)) <= now) void this.#ask(droplet);
    }
  }

  /** When the next of them is due, in milliseconds since the epoch; Infinity where none is. */
  nextDue(droplets: readonly ObservedDroplet[]): number {
    const idle = droplets.filter((droplet) => !this.#underWay.has(droplet));
    return idle.reduce((first, droplet) => Math.min(first, askAgainAt(this.#gate, attemptOf(droplet))), this.#balancer.nextDue(droplets));
  }

  /** Drops what is under way. */
  stop(): void {
    this.#end.abort(new Error("Nobody waits for this answer any more."));
  }

  async #ask(droplet: ObservedDroplet): Promise<void> {
    this.#underWay.add(droplet);
    try {
      droplet.attempt = await ask(this.#gate, attemptOf(droplet), droplet.wire, this.#world, this.#end.signal);
    } catch {
      // It was stopped: nothing else makes a question reject.
    } finally {
      this.#underWay.delete(droplet);
      this.#answered();
    }
  }
}

function attemptOf(droplet: ObservedDroplet) {
  return droplet.attempt ?? firstAttempt;
}
