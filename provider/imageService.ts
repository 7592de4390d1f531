import type { ComponentType } from "./host/provider";
import { taken, type Property, type PropertyTable, type Shape } from "./host/property";
import { fleetInputs, fleetOutputs } from "./resources/fleet/fleetTable";
import { importInputs } from "./resources/imageImport/imageImportTable";

/** What a `DropletFleet` gives, alone or in a service. */
export const dropletFleetOutputs = taken(fleetOutputs, ["droplets", "addresses", "fleetTag", "servingTag", "rollout"]);

/** What the service says itself of each fleet. */
const own: readonly string[] = ["image", "region", "sshKeys", "vpcUuid", "name", "servingTags", "heldBy", "projectId", "reservedIps"];
const ofFleet: PropertyTable = {
  ...fleetInputs,
  gate: named(fleetInputs.gate, "FleetGate"),
  rollout: named(fleetInputs.rollout, "FleetRollout"),
};
/** `fleet` of a service: all else of `DropletFleet`. */
const fleetTable: PropertyTable = Object.fromEntries(Object.entries(ofFleet).filter(([name]) => !own.includes(name)));
const overrideTable: PropertyTable = Object.fromEntries(
  Object.entries(fleetTable).map(([name, property]) => [name, { ...property, required: false, default: undefined }]),
);

const addresses: Shape = { listOf: "string" };

/** Rules of a firewall for one direction: what lies at the other end is named by address or by tag. */
function firewallRules(otherEnd: "source" | "destination"): Shape {
  const rule: PropertyTable = {
    protocol: { shape: "string", required: true, doc: "`tcp`, `udp` or `icmp`." },
    portRange: { shape: "string", doc: "A port, a range such as `8000-9000`, or `1-65535`. Required for `tcp` and `udp`." },
    [`${otherEnd}Addresses`]: { shape: addresses, doc: "Addresses and ranges." },
    [`${otherEnd}Tags`]: { shape: addresses, doc: "Tags of Droplets." },
  };
  return { listOf: { object: rule } };
}

const parts = {
  vpc: {
    shape: {
      object: {
        ipRanges: {
          shape: { mapOf: "string" },
          doc: "Ranges of those that are made, by region, from /16 to /28. Default: the service's choice.",
        },
        uuids: { shape: { mapOf: "string" }, doc: "Those that are there, by region, for every region. Default: they are made." },
      },
    },
    doc: "A VPC a region: an empty object makes them, `ipRanges` says where, `uuids` gives those that are there. Default: each region's default VPC. A change replaces the region's Droplets and load balancer.",
  },
  firewall: {
    shape: {
      object: {
        inboundRules: { shape: firewallRules("source"), doc: "What may come in beside the load balancers. Default: nothing." },
        outboundRules: { shape: firewallRules("destination"), doc: "What may go out. Default: everything." },
        gateFrom: {
          shape: addresses,
          doc: "Addresses and ranges of where `pulumi up` runs: it may ask the port of `fleet.gate`. Needed where such a gate is to reach through the firewall. Default: none.",
        },
      },
    },
    doc: "A firewall around all Droplets: closed but for its own rules and the load balancers. Default: none.",
  },
  loadBalancer: {
    shape: {
      object: {
        port: { shape: "integer", required: true, doc: "TCP port that the Droplets serve on." },
        path: { shape: "string", doc: "Path that a healthy Droplet answers. Default: `/`." },
        healthcheck: {
          shape: {
            object: {
              protocol: { shape: "string", doc: "`http`, `https` or `tcp`." },
              port: { shape: "integer", doc: "TCP port that is asked." },
              path: { shape: "string", doc: "Path that is asked." },
              checkIntervalSeconds: { shape: "integer", doc: "Seconds between two checks." },
              responseTimeoutSeconds: { shape: "integer", doc: "Seconds that an answer may take." },
              healthyThreshold: { shape: "integer", doc: "Good answers in a row that make a Droplet healthy." },
              unhealthyThreshold: { shape: "integer", doc: "Bad answers in a row that make a Droplet unhealthy." },
            },
          },
          doc: "How it asks. Default: a `GET` of `path` on `port`, and otherwise as DigitalOcean does it.",
        },
        forwardingRules: {
          shape: {
            listOf: {
              object: {
                entryProtocol: { shape: "string", required: true, doc: "`http`, `https`, `http2`, `http3`, `tcp` or `udp`." },
                entryPort: { shape: "integer", required: true, doc: "Port that it listens on." },
                targetProtocol: { shape: "string", required: true, doc: "`http`, `https`, `http2`, `tcp` or `udp`." },
                targetPort: { shape: "integer", required: true, doc: "Port of the Droplets." },
                certificateName: { shape: "string", doc: "Name of the account's certificate for `https`." },
                tlsPassthrough: { shape: "boolean", doc: "Whether TLS reaches the Droplets. Default: false." },
              },
            },
          },
          doc: "What goes where. Default: HTTP from port 80 to `port`.",
        },
        redirectHttpToHttps: { shape: "boolean", doc: "Whether HTTP is answered with a redirect. Default: false." },
        enableProxyProtocol: { shape: "boolean", doc: "Whether the Droplets are told the client by the PROXY protocol. Default: false." },
        sizeUnit: { shape: "integer", doc: "How many nodes it has. Default: 1." },
      },
    },
    doc: "A load balancer a region, to the Droplets that serve; its verdict is the fleets' gate. Default: none.",
  },
  dns: {
    shape: {
      object: {
        domain: { shape: "string", required: true, doc: "A domain of the account." },
        name: { shape: "string", doc: "The name in it. Default: `@`, the domain itself." },
        ttl: { shape: "integer", doc: "Seconds that resolvers may keep it, at least 30. Default: 60." },
      },
    },
    doc: "A name for what keeps its address: the load balancers, else the reserved addresses. Default: none.",
  },
  project: {
    shape: {
      object: {
        name: { shape: "string", doc: "Default: that of all that is made." },
        description: { shape: "string", doc: "Free text. Default: empty." },
        purpose: { shape: "string", doc: "What it is for, such as `Web Application`." },
        environment: { shape: "string", doc: "`Development`, `Staging` or `Production`." },
      },
    },
    doc: "The project that all of it is in, which is made. Excludes `projectId`. Default: none.",
  },
} as const satisfies PropertyTable;

/** `ImageService` as other languages see it: each union of TypeScript is two properties there. */
export const imageService: ComponentType = {
  token: "imagefleet:index:ImageService",
  of: "ImageService",
  doc: "A service in several regions, from one image: a fleet a region, and what is asked for around them, made with the official DigitalOcean provider.",
  inputs: {
    source: named(importInputs.source, "ImageImportSource"),
    retain: importInputs.retain,
    image: { ...fleetInputs.image, required: false, doc: "Number of an image that is there, in the place of `source`. A change rolls." },
    regions: {
      shape: { listOf: "string" },
      required: true,
      plain: true,
      doc: "Slugs of the regions that serve, each once, at least one; a plain list, for it decides which resources exist. Taking one out deletes what is there, but for the copy of the image.",
    },
    waves: {
      shape: { listOf: { listOf: "string" } },
      plain: true,
      doc: "Regions in the order in which they change, each of `regions` once: a wave starts when every fleet of the one before has changed and baked, and is held while one of them waits for its approval. Plain. Default: all at once.",
    },
    fleet: { shape: { object: fleetTable }, required: true, doc: "The fleet of each region. Not an Output; its values may be." },
    overrides: {
      shape: { mapOf: { object: overrideTable } },
      doc: "What differs from `fleet`, by region. Not an Output; its values may be.",
    },
    sshKeys: {
      ...fleetInputs.sshKeys,
      required: false,
      doc: "SSH keys of the account by id or fingerprint. A change rolls. Required, unless `publicKey` is given.",
    },
    publicKey: {
      shape: "string",
      doc: "The public half of a key, one line as in `id_ed25519.pub`, in the place of `sshKeys`: the key is then made. An account takes a key once. A change rolls.",
    },
    name: {
      shape: "string",
      plain: true,
      doc: "Prefix of the names of all that is made. A change renames, and replaces the VPCs with all that is in them. Default: `<project>-<stack>-<name of the component>`.",
    },
    ...parts,
    projectId: { shape: "string", doc: "Id of a project that is there, in the place of `project`. Default: none." },
    reservedIps: {
      shape: "integer",
      plain: true,
      doc: "How many Droplets of each region have an address that stays, at most `count`; a plain whole number. It moves to its slot's new Droplet when that begins to serve, and is never without one. Default: 0.",
    },
  },
  outputs: {
    url: { shape: "string", doc: "Where it answers: the DNS name, else the first region's load balancer, else nothing that stays." },
    addresses: {
      shape: { mapOf: { listOf: "string" } },
      required: true,
      doc: "Public IPv4 addresses of the Droplets that serve, by region.",
    },
    loadBalancers: { shape: { mapOf: "string" }, required: true, doc: "Public IPv4 addresses of the load balancers, by region." },
    imageId: { shape: "string", required: true, doc: "The image's number, the same in all regions." },
    fleets: {
      shape: { mapOf: { object: dropletFleetOutputs, named: "RegionalFleet" } },
      required: true,
      doc: "The fleets, by region: their Droplets and tags, and where a change of them stands, such as the `rollout.awaiting` of one that waits for its approval.",
    },
  },
};

/** The same property; its type is called as where else it stands. */
function named<P extends Property>(property: P, name: string): P {
  const { shape } = property;
  return typeof shape === "object" && "object" in shape ? { ...property, shape: { ...shape, named: name } } : property;
}
