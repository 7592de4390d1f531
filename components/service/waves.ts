import * as pulumi from "@pulumi/pulumi";
import type { FleetRolloutStatus } from "../../provider/sdk";
import type { DropletFleet } from "../dropletFleet";
import type { ByRegion } from "./byRegion";

/** What stands before a fleet. */
export interface Turn {
  /** Every fleet of the waves before: one that fails stops this one. */
  readonly before: readonly DropletFleet[];
  /** What one of them that is paused waits for, empty where none is: a paused fleet has succeeded, so it holds the later ones by this. */
  readonly heldBy: pulumi.Output<string> | undefined;
}

/** Makes the fleets of one wave after another. */
export function inWaves(waves: readonly (readonly string[])[], make: (region: string, turn: Turn) => DropletFleet): ByRegion<DropletFleet> {
  const fleets: Record<string, DropletFleet> = {};
  for (const wave of waves) {
    const before = Object.values(fleets);
    const turn = { before, heldBy: before.length === 0 ? undefined : awaitedBy(before) };
    for (const region of wave) fleets[region] = make(region, turn);
  }
  return fleets;
}

function awaitedBy(fleets: readonly DropletFleet[]): pulumi.Output<string> {
  return pulumi.all(fleets.map(({ rollout }) => rollout)).apply((rollouts) => {
    // A fleet of a state that an earlier release left has none.
    const known = rollouts as readonly (FleetRolloutStatus | undefined)[];
    return known.find((rollout) => rollout?.awaiting !== undefined)?.awaiting ?? "";
  });
}
