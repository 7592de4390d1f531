/** What a resource was declared with. */
export type Declared = Readonly<Record<string, unknown>>;

/** One rule: what it is for, the resources that it is about, and what is wrong with one of them, or nothing. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly fault: (declared: Declared) => string | undefined;
}

interface InboundRule {
  readonly protocol?: string;
  readonly portRange?: string;
  readonly sourceAddresses?: readonly string[];
}

export const rules: readonly Rule[] = [
  {
    name: "image-digest-declared",
    description: "An image that is fetched from a URL declares its SHA-256, so that what runs is what was reviewed.",
    type: "imagefleet:index:ImageImport",
    fault: ({ source }) => {
      const given = (source ?? {}) as Declared;
      return !("url" in given) || "sha256" in given ? undefined : "`source.sha256` must be declared beside `source.url`.";
    },
  },
  {
    name: "no-public-ssh",
    description: "No firewall lets the whole internet in by SSH.",
    type: "digitalocean:index/firewall:Firewall",
    fault: ({ inboundRules }) => {
      const open = ((inboundRules ?? []) as readonly InboundRule[]).find((rule) => coversSsh(rule) && isPublic(rule));
      return open && `\`inboundRules\` must not open port 22 to everyone, but one opens ${open.portRange ?? "all ports"}.`;
    },
  },
  {
    name: "gate-probed",
    description: "A fleet asks its new Droplets whether they serve before the old ones go.",
    type: "imagefleet:index:Fleet",
    fault: ({ gate }) => {
      // By its name alone: what a preview doesn't know yet, such as a load balancer's id, can't be read then.
      const asked = ["http", "tcp", "ssh", "loadBalancer"].some((probe) => probe in ((gate ?? {}) as Declared));
      return asked ? undefined : "`gate` must have `http`, `tcp`, `ssh` or `loadBalancer`: without one of them nothing is asked.";
    },
  },
];

function coversSsh({ protocol, portRange = "all" }: InboundRule): boolean {
  const [first = 0, last = first] = portRange.split("-").map(Number);
  return protocol === "tcp" && (["all", "0"].includes(portRange) || (first <= 22 && 22 <= last));
}

function isPublic({ sourceAddresses = [] }: InboundRule): boolean {
  return sourceAddresses.some((address) => address.endsWith("/0"));
}
