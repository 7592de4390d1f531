import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { portsBehind } from "./loadBalancer";
import type { ImageServiceArgs, ServiceFleetArgs } from "./serviceArgs";
import type { Household } from "./surroundings";

type InboundRule = digitalocean.types.input.FirewallInboundRule;
type Args = Pick<ImageServiceArgs, "fleet" | "overrides" | "loadBalancer"> & Required<Pick<ImageServiceArgs, "firewall">>;

const anywhere = ["0.0.0.0/0", "::/0"];
const everything = [
  { protocol: "tcp", portRange: "1-65535", destinationAddresses: anywhere },
  { protocol: "udp", portRange: "1-65535", destinationAddresses: anywhere },
  { protocol: "icmp", destinationAddresses: anywhere },
];

/** Closed but for the rules that are given, the load balancers, and who asks the gates. */
export function makeFirewall(
  { parent, logicalName, name }: Household,
  { firewall, loadBalancer, fleet, overrides = {} }: Args,
  tag: pulumi.Input<string>,
  loadBalancers: readonly digitalocean.LoadBalancer[],
): digitalocean.Firewall {
  const { inboundRules: given = [], outboundRules = everything, gateFrom = [] } = firewall;
  const gates = [fleet, ...Object.values(overrides)].map(({ gate }) => gate);
  const sourceLoadBalancerUids = loadBalancers.map(({ id }) => id);
  // The ids stay out of `all`, so that a preview that doesn't know them shows the rules all the same.
  const inboundRules = pulumi
    .all([pulumi.output(given), pulumi.output(loadBalancer), pulumi.output(gates), pulumi.output(gateFrom)])
    .apply(([own, balancer, probed, from]): InboundRule[] => [
      ...own,
      ...portsBehind(balancer).map((port) => inbound(port, { sourceLoadBalancerUids })),
      ...(from.length === 0 ? [] : portsAsked(probed)).map((port) => inbound(port, { sourceAddresses: from })),
    ]);
  return new digitalocean.Firewall(logicalName, { name, tags: [tag], inboundRules, outboundRules }, { parent });
}

function inbound(port: number, sources: Omit<InboundRule, "protocol" | "portRange">): InboundRule {
  return { protocol: "tcp", portRange: String(port), ...sources };
}

/** The ports that gates ask from where `up` runs. */
function portsAsked(gates: readonly pulumi.Unwrap<ServiceFleetArgs["gate"]>[]): readonly number[] {
  const ports = gates.flatMap((gate) => [gate?.http?.port, gate?.tcp?.port, gate?.ssh && (gate.ssh.port ?? 22)]);
  return [...new Set(ports.filter((port) => port !== undefined))];
}
