import * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceLoadBalancerArgs } from "./serviceArgs";
import type { Household } from "./surroundings";

/** Where a load balancer is, and which Droplets are behind it. */
export interface Balanced {
  readonly region: string;
  readonly vpcUuid: pulumi.Input<string> | undefined;
  readonly tag: pulumi.Input<string>;
}

export function makeLoadBalancer(
  { parent, logicalName, name }: Household,
  { region, vpcUuid, tag }: Balanced,
  { port, path = "/", healthcheck, ...others }: ServiceLoadBalancerArgs,
): digitalocean.LoadBalancer {
  const wanted = {
    ...{ name: `${name}-${region}`, region, vpcUuid, dropletTag: tag },
    forwardingRules: [{ entryPort: 80, entryProtocol: "http", targetPort: port, targetProtocol: "http" }],
    healthcheck: { protocol: "http", port, path, ...healthcheck },
    ...others,
  };
  return new digitalocean.LoadBalancer(`${logicalName}-${region}`, wanted, { parent });
}

/** The Droplets' ports that a load balancer reaches. */
export function portsBehind(balancer: pulumi.Unwrap<ServiceLoadBalancerArgs> | undefined): readonly number[] {
  if (balancer === undefined) return [];
  const { port, forwardingRules, healthcheck } = balancer;
  const targets = forwardingRules?.map(({ targetPort }) => targetPort) ?? [port];
  return [...new Set([...targets, healthcheck?.port ?? port])];
}
