import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { DropletFleet } from "../dropletFleet";
import type { ByRegion } from "./byRegion";
import type { ImageServiceArgs, ServiceProjectArgs } from "./serviceArgs";
import type { Household, Surroundings } from "./surroundings";

/** Puts all that a project can hold into one, and returns that where it was made for it. */
export function putIntoProject(
  { parent, logicalName, name }: Household,
  wanted: NonNullable<ImageServiceArgs["project"]>,
  { loadBalancers, reservedIps }: Surroundings,
  fleets: ByRegion<DropletFleet>,
): digitalocean.Project | undefined {
  const made = isDescription(wanted) ? new digitalocean.Project(logicalName, { name, ...wanted }, { parent }) : undefined;
  const resources = pulumi
    .all([
      ...Object.values(loadBalancers).map(({ loadBalancerUrn }) => pulumi.all([loadBalancerUrn])),
      ...Object.values(reservedIps).map((ips) => pulumi.all(ips.map(({ reservedIpUrn }) => reservedIpUrn))),
      ...Object.values(fleets).map(({ droplets }) => droplets.apply((all) => all.map(({ dropletUrn }) => dropletUrn))),
    ])
    .apply((urns) => urns.flat());
  const project = made?.id ?? (wanted as pulumi.Input<string>);
  new digitalocean.ProjectResources(logicalName, { project, resources }, { parent });
  return made;
}

function isDescription(wanted: NonNullable<ImageServiceArgs["project"]>): wanted is ServiceProjectArgs {
  return typeof wanted === "object" && !pulumi.Output.isInstance(wanted) && !(wanted instanceof Promise);
}
