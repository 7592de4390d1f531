import { officialType, type OfficialType } from "./officialTypes";
import type { Values } from "./wire";

/** One `digitalocean:` type whose verbs are the API's of one collection: enough for create, read, update, import and delete. */
export interface Row extends OfficialType {
  /** Path of the collection below `/v2/`; one of it is `<collection>/<id>`. */
  readonly collection: string | ((values: Values) => string);
  /** The key around one of it in the API's answers. */
  readonly envelope: string;
  /** The API's field that is the Pulumi id. Default: `id`. */
  readonly id?: string;
  /** The API's fields that are not the properties' names in snake_case, as paths; none (`""`) where the path of the collection says it. */
  readonly fields?: Readonly<Record<string, string>>;
  /** How the API takes a change. Default: `PUT`. */
  readonly change?: "PUT" | "PATCH";
  /** What the official plugin adds to the API's answer. */
  readonly derived?: (id: string, values: Values) => Values;
  /** Whether it can be used. Default: at once. */
  readonly isReady?: (values: Values) => boolean;
}

const peers = (side: "source" | "destination"): Readonly<Record<string, string>> => ({
  [`${side}Addresses`]: `${side}s.addresses`,
  [`${side}DropletIds`]: `${side}s.droplet_ids`,
  [`${side}KubernetesIds`]: `${side}s.kubernetes_ids`,
  [`${side}LoadBalancerUids`]: `${side}s.load_balancer_uids`,
  [`${side}Tags`]: `${side}s.tags`,
});

/** The official plugin makes up a `name` that is left out; here it has to be said. */
const required = ["name"];

export const table: readonly Row[] = [
  { ...officialType("SshKey", { required, replaces: ["publicKey"] }), collection: "account/keys", envelope: "ssh_key" },
  { ...officialType("Tag", { required, replaces: ["name"] }), collection: "tags", envelope: "tag", id: "name" },
  {
    ...officialType("Vpc", { required, replaces: ["region", "ipRange"] }),
    ...{ collection: "vpcs", envelope: "vpc", fields: { vpcUrn: "urn" } },
  },
  {
    ...officialType("Firewall", { required }),
    ...{ collection: "firewalls", envelope: "firewall" },
    fields: { portRange: "ports", ...peers("source"), ...peers("destination") },
    derived: (_, { inboundRules, outboundRules }) => ({
      inboundRules: withAllPorts(inboundRules),
      outboundRules: withAllPorts(outboundRules),
    }),
  },
  {
    ...officialType("LoadBalancer", { required: [...required, "region"], replaces: ["region", "vpcUuid", "network", "type"] }),
    ...{ collection: "load_balancers", envelope: "load_balancer", fields: { dropletTag: "tag", healthcheck: "health_check" } },
    derived: (id) => ({ loadBalancerUrn: `do:loadbalancer:${id}` }),
    isReady: ({ status }) => status === "active",
  },
  {
    ...officialType("Domain", { replaces: ["name", "ipAddress"] }),
    ...{ collection: "domains", envelope: "domain", id: "name" },
    derived: (id) => ({ domainUrn: `do:domain:${id}` }),
  },
  {
    ...officialType("DnsRecord", { required, replaces: ["domain", "type"] }),
    collection: ({ domain }) => `domains/${encodeURIComponent(String(domain))}/records`,
    ...{ envelope: "domain_record", fields: { value: "data", domain: "" } },
    derived: (_, { domain, name }) => ({ fqdn: name === "@" ? domain : `${String(name)}.${String(domain)}` }),
  },
  {
    ...officialType("Certificate", {
      required,
      replaces: ["name", "type", "privateKey", "leafCertificate", "certificateChain", "domains"],
    }),
    ...{ collection: "certificates", envelope: "certificate", fields: { domains: "dns_names", uuid: "id" } },
    isReady: ({ state }) => state !== "pending",
  },
];

/** The API says `0` for all ports, and for the ports of a protocol that has none. */
function withAllPorts(rules: unknown): unknown {
  return (rules as readonly Values[] | undefined)?.map((rule) => {
    const { portRange, ...others } = rule;
    if (portRange !== "0") return rule;
    return rule.protocol === "icmp" ? others : { ...others, portRange: "all" };
  });
}
