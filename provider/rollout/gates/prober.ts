import type { World } from "../../world";
import type { ObservedDroplet } from "../observedDroplet";
import { ask, askAgainAt, firstAttempt, type Gate } from "./gate";

/** Asks Droplets side by side and in their intervals; one that hangs holds up no other. */
export class Prober {
  readonly #gate: Gate;
  readonly #world: World;
  readonly #end = new AbortController();
  readonly #underWay = new Set<ObservedDroplet>();
  /** An answer has come since the last wait. */
  #hasNews = false;
  #wake: () => void = () => undefined;

  constructor(gate: Gate, world: World) {
    this.#gate = gate;
    this.#world = world;
  }

  /** Begins to ask those that are due. Their attempts change as answers come. */
  askDue(droplets: readonly ObservedDroplet[]): void {
    const now = this.#world.clock.now();
    for (const droplet of droplets) {
      if (!this.#underWay.has(droplet) && askAgainAt(this.#gate, attemptOf(droplet)) <= now) void this.#ask(droplet);
    }
  }

  /** When the next of them is due, in milliseconds since the epoch; Infinity where none is. */
  nextDue(droplets: readonly ObservedDroplet[]): number {
    const idle = droplets.filter((droplet) => !this.#underWay.has(droplet));
    return idle.reduce((first, droplet) => Math.min(first, askAgainAt(this.#gate, attemptOf(droplet))), Infinity);
  }

  /** Resolves after so many milliseconds, or as soon as an answer comes; rejects with the signal's reason. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const sleep = new AbortController();
    const aborted = (): void => sleep.abort(signal.reason);
    signal.addEventListener("abort", aborted, { once: true });
    const answered = new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#hasNews) this.#wake();
    try {
      await Promise.race([this.#world.clock.sleep(Math.max(0, milliseconds), sleep.signal), answered]);
    } finally {
      signal.removeEventListener("abort", aborted);
      sleep.abort();
      this.#hasNews = false;
    }
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
      this.#hasNews = true;
      this.#wake();
    }
  }
}

function attemptOf(droplet: ObservedDroplet) {
  return droplet.attempt ?? firstAttempt;
}
