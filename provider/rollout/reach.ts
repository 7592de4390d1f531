import type { World } from "../world";
import { ask, type Attempt, firstAttempt, type Gate } from "./gates/gate";
import { asksAnything } from "./gates/question";
import type { ObservedDroplet } from "./observedDroplet";
import { describeUnreachable } from "./report";

/** How often Droplets are asked before they are said to be out of reach. */
const rounds = 3;

/**
 * Asks the Droplets that serve, and marks those that give bad answers as unhealthy: they go first. Rejects where nothing comes back from any
 * of their addresses, not even a refusal: then a new Droplet would fail for a reason that isn't its own.
 */
export async function checkReach(serving: readonly ObservedDroplet[], gate: Gate, world: World, signal: AbortSignal): Promise<void> {
  if (!asksAnything(gate) || serving.length === 0) return;
  for (let round = 1; ; round += 1) {
    const answers: Attempt[] = await Promise.all(serving.map(({ wire }) => ask(gate, firstAttempt, wire, world, signal)));
    serving.forEach((droplet, at) => (droplet.unhealthy = answers[at]?.successes === 0));
    if (answers.some(({ reached }) => reached)) return;
    if (round === rounds) throw new Error(describeUnreachable(gate, serving[0], answers[0]));
    await world.clock.sleep(gate.intervalSeconds * 1_000, signal);
  }
}
