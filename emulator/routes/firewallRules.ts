import { BlockList, isIP } from "node:net";

import { invalid } from "../answers";
import type { BodyFields } from "../bodyFields";
import { list, object, oneOf, requiredText, textList, type JsonObject } from "../fields";
import type { Team } from "../team";
import type { DropletRow } from "./droplets";
import { hasTag } from "./tags";

/** Where a firewall's rule admits traffic from or to. */
interface Peers {
  readonly addresses: readonly string[];
  readonly droplet_ids: readonly number[];
  readonly load_balancer_uids: readonly string[];
  readonly tags: readonly string[];
}

/** A rule as the API shows it, with its sources or destinations. */
export interface FirewallRule {
  readonly protocol: "tcp" | "udp" | "icmp";
  /** A port, a range of them, or `0` for all. */
  readonly ports: string;
  readonly peers: Peers;
}

/** What a firewall does, and to which Droplets. */
export interface FirewallPolicy {
  readonly dropletIds: readonly number[];
  readonly tags: readonly string[];
  readonly inbound: readonly FirewallRule[];
  readonly outbound: readonly FirewallRule[];
}

const peerFields: BodyFields = {
  ...{ addresses: "modelled", droplet_ids: "modelled", load_balancer_uids: "modelled", tags: "modelled", kubernetes_ids: { only: [[]] } },
};

export const ruleFields: BodyFields = {
  inbound_rules: { items: { protocol: "modelled", ports: "modelled", sources: { fields: peerFields } } },
  outbound_rules: { items: { protocol: "modelled", ports: "modelled", destinations: { fields: peerFields } } },
};

/** Reads `inbound_rules` or `outbound_rules` of a request. */
export function readRules(team: Team, body: JsonObject, field: "inbound_rules" | "outbound_rules"): readonly FirewallRule[] {
  const peersField = field === "inbound_rules" ? "sources" : "destinations";
  return list(body, field).map((rule) => {
    if (typeof rule !== "object" || rule === null)
      throw invalid(`\`${field}\` must be a list of objects, got ${JSON.stringify(rule)} in it.`);
    const given = rule as JsonObject;
    const protocol = oneOf(given, "protocol", ["tcp", "udp", "icmp"]);
    if (protocol === undefined) throw invalid("`protocol` must be tcp, udp or icmp, got nothing.");
    const ports = readPorts(given, protocol);
    const peers = object(given, peersField);
    if (peers === undefined) throw invalid(`\`${peersField}\` must be an object, got nothing.`);
    return { protocol, ports, peers: readPeers(team, peers) };
  });
}

function readPorts(rule: JsonObject, protocol: string): string {
  if (protocol === "icmp" && (rule.ports ?? "") === "") return "0";
  const ports = requiredText(rule, "ports");
  if (ports === "all" || ports === "0") return "0";
  const [first = 0, last = first] = ports.split("-").map(Number);
  if (/^\d+(-\d+)?$/.test(ports) && first >= 1 && first <= last && last <= 65_535) return ports;
  throw invalid(`\`ports\` must be a port, a range such as 8000-9000, or all, got ${JSON.stringify(ports)}.`);
}

function readPeers(team: Team, peers: JsonObject): Peers {
  const addresses = textList(peers, "addresses");
  const bad = addresses.find((address) => isIP(address.split("/")[0] ?? "") === 0);
  if (bad !== undefined) throw invalid(`\`addresses\` must hold IP addresses and ranges, got ${JSON.stringify(bad)} in it.`);
  return {
    addresses,
    droplet_ids: readIds(peers, "droplet_ids"),
    load_balancer_uids: textList(peers, "load_balancer_uids"),
    tags: readExistingTags(team, peers),
  };
}

/** A list of Droplets' ids. */
export function readIds(body: JsonObject, field: string): readonly number[] {
  return list(body, field).map((id) => {
    if (typeof id !== "number") throw invalid(`\`${field}\` must be a list of numbers, got ${JSON.stringify(id)} in it.`);
    return id;
  });
}

/** Reads `tags` that must exist already. */
export function readExistingTags(team: Team, body: JsonObject): readonly string[] {
  const tags = textList(body, "tags");
  const unknown = tags.find((tag) => team.tags.get(tag.toLowerCase()) === undefined);
  if (unknown !== undefined) throw invalid(`\`tags\` must hold tags that exist, got ${JSON.stringify(unknown)}.`);
  return tags;
}

/** Whether a policy is for a Droplet. */
export function covers({ dropletIds, tags }: FirewallPolicy, droplet: DropletRow): boolean {
  return dropletIds.includes(droplet.id) || tags.some((tag) => hasTag(droplet, tag));
}

/**
 * Whether a Droplet's firewalls admit connections to a port. Without a firewall everything is admitted. Clients on loopback cannot be told
 * apart: on public addresses all of them are 127.0.0.1; on the private one they are the load balancers and Droplets that a rule names.
 */
export function admits(team: Team, droplet: DropletRow, port: number, isPrivate: boolean): boolean {
  const policies = team.firewalls.all().flatMap(({ applied }) => (applied !== undefined && covers(applied, droplet) ? [applied] : []));
  const rules = policies.flatMap(({ inbound }) => inbound).filter(({ protocol, ports }) => protocol === "tcp" && includes(ports, port));
  const named = ({ peers }: FirewallRule): boolean => {
    const balancers = peers.load_balancer_uids.filter((id) => team.loadBalancers.get(id) !== undefined);
    return balancers.length > 0 || peers.droplet_ids.length > 0 || peers.tags.length > 0;
  };
  return policies.length === 0 || rules.some((rule) => admitsLoopback(rule) || (isPrivate && named(rule)));
}

function includes(ports: string, port: number): boolean {
  const [first = 0, last = first] = ports.split("-").map(Number);
  return ports === "0" || (port >= first && port <= last);
}

function admitsLoopback({ peers }: FirewallRule): boolean {
  const ranges = new BlockList();
  for (const range of peers.addresses) {
    const [address = "", size] = range.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    ranges.addSubnet(address, Number(size ?? (family === "ipv6" ? 128 : 32)), family);
  }
  return ranges.check("127.0.0.1");
}
