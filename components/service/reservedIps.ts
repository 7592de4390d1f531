import * as digitalocean from "@pulumi/digitalocean";
import type { Household } from "./surroundings";

/** Addresses that stay, one for each of a region's first slots; its fleet leads them along. */
export function makeAddresses({ parent, logicalName }: Household, region: string, count: number): readonly digitalocean.ReservedIp[] {
  // The fleet decides on the Droplet: a refresh that finds one must not take it for a change that is to be undone.
  const options = { parent, ignoreChanges: ["dropletId"] };
  return Array.from({ length: count }, (_, slot) => new digitalocean.ReservedIp(`${logicalName}-${region}-${slot}`, { region }, options));
}
