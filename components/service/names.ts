import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { ImageServiceArgs, ServiceDnsArgs } from "./serviceArgs";
import type { Household, Surroundings } from "./surroundings";

type Lasting = Pick<Surroundings, "loadBalancers" | "reservedIps">;

/** A record for each address that stays: those of the load balancers, else the reserved ones. */
export function makeRecords(house: Household, dns: ServiceDnsArgs | undefined, lasting: Lasting): readonly digitalocean.DnsRecord[] {
  if (dns === undefined) return [];
  const { domain, name = "@", ttl = 60 } = dns;
  return Object.entries(addressesIn(lasting)).map(([role, value]) => {
    const record = { domain, name, type: "A", value, ttl };
    return new digitalocean.DnsRecord(`${house.logicalName}-${role}`, record, { parent: house.parent });
  });
}

/** Where the service answers: by its name, else at the first of the load balancers. */
export function urlOf(
  { regions, loadBalancer }: ImageServiceArgs,
  { loadBalancers }: Lasting,
  records: readonly digitalocean.DnsRecord[],
): pulumi.Output<string | undefined> {
  const host = records[0]?.fqdn ?? loadBalancers[regions[0] ?? ""]?.ip;
  return pulumi.all([host, loadBalancer?.forwardingRules]).apply(([known, rules]) => known && `${entryOf(rules ?? [])(known)}/`);
}

type Rules = readonly pulumi.Unwrap<digitalocean.types.input.LoadBalancerForwardingRule>[];

/** TLS where there is any, and the port where it is not the scheme's own. */
function entryOf(rules: Rules): (host: string) => string {
  const entry = rules.find(({ entryProtocol }) => entryProtocol === "https") ?? rules[0] ?? { entryProtocol: "http", entryPort: 80 };
  const isSecure = entry.entryProtocol === "https";
  const port = entry.entryPort === (isSecure ? 443 : 80) ? "" : `:${entry.entryPort}`;
  return (host) => `${isSecure ? "https" : "http"}://${host}${port}`;
}

function addressesIn({ loadBalancers, reservedIps }: Lasting): Readonly<Record<string, pulumi.Output<string>>> {
  const balanced = Object.entries(loadBalancers).map(([region, { ip }]) => [region, ip] as const);
  const reserved = Object.entries(reservedIps).flatMap(([region, ips]) => {
    return ips.map(({ ipAddress }, slot) => [`${region}-${slot}`, ipAddress] as const);
  });
  return Object.fromEntries(balanced.length > 0 ? balanced : reserved);
}
