import * as pulumi from "@pulumi/pulumi";
import type { DropletFleetArgs } from "../dropletFleet";
import type { ImageServiceArgs, ServiceSshKeyArgs } from "./serviceArgs";
import { vpcUuidsOf } from "./surroundings";
import type { Surroundings } from "./surroundings";

/** What the fleet of a region is, within what stands around it. */
export function fleetOf(
  region: string,
  args: ImageServiceArgs,
  { sshKey, memberTag, servingTag, vpcs, loadBalancers, reservedIps, projectId }: Surroundings,
): Omit<DropletFleetArgs, "image"> {
  const { tags, gate, ...fleet } = { ...args.fleet, ...args.overrides?.[region] };
  const balancer = loadBalancers[region];
  return {
    ...{ ...fleet, region, vpcUuid: vpcUuidsOf(args, vpcs)[region], projectId },
    sshKeys: sshKey === undefined ? (args.sshKeys as Exclude<typeof args.sshKeys, ServiceSshKeyArgs>) : [sshKey.fingerprint],
    tags: pulumi.all([tags, memberTag.name]).apply(([own = [], member]) => [...own, member]),
    servingTags: [servingTag.name],
    reservedIps: reservedIps[region]?.map(({ ipAddress }) => ipAddress),
    gate: balancer === undefined ? gate : { ...gate, loadBalancer: balancer.id },
  };
}
