import type { DropletFleet } from "../dropletFleet";
import type { ByRegion } from "./byRegion";

/** Makes the fleets of one wave after another; `before` is every fleet of the earlier waves, and one that fails there stops the later ones. */
export function inWaves(
  waves: readonly (readonly string[])[],
  make: (region: string, before: readonly DropletFleet[]) => DropletFleet,
): ByRegion<DropletFleet> {
  const fleets: Record<string, DropletFleet> = {};
  for (const wave of waves) {
    const before = Object.values(fleets);
    for (const region of wave) fleets[region] = make(region, before);
  }
  return fleets;
}
