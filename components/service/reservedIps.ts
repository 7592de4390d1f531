import * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";
import type { DropletFleet } from "../dropletFleet";
import type { ByRegion } from "./byRegion";
import type { Household } from "./surroundings";

type Addresses = readonly digitalocean.ReservedIp[];

export function makeAddresses({ parent, logicalName }: Household, region: string, count: number): Addresses {
  return Array.from(
    { length: count },
    (_, slot) => new digitalocean.ReservedIp(`${logicalName}-${region}-${slot}`, { region }, { parent }),
  );
}

/** Leads the addresses of a region to the Droplets of its first slots, and to their successors once the fleet has changed. */
export function leadAddresses({ parent, logicalName }: Household, addresses: ByRegion<Addresses>, fleets: ByRegion<DropletFleet>): void {
  for (const [region, ips] of Object.entries(addresses)) {
    for (const [slot, { ipAddress }] of ips.entries()) {
      const dropletId = fleets[region]?.droplets.apply((droplets) => Number(droplets[slot]?.id)) as pulumi.Output<number>;
      new digitalocean.ReservedIpAssignment(`${logicalName}-${region}-${slot}`, { ipAddress, dropletId }, { parent });
    }
  }
}
