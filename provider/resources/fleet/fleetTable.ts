import type { PropertyTable } from "../../host/property";
import { isRegionSlug, regionSlugExpectation } from "../../rules/regionSlug";
import { isDropletNamePrefix } from "../../rules/dropletNamePrefix";
import { isUuid, uuidExpectation } from "../../rules/uuid";
import { gateInput } from "./gateTable";
import { rolloutInput, rolloutStatus } from "./rolloutTable";
import { teamTable } from "../imageImport/imageImportTable";

function timeOf(doc: string) {
  return { shape: "string", doc: `${doc}, as an RFC 3339 time.` } as const;
}

/** What DigitalOcean has, but not for Droplets of custom images. */
function neverOf(what: string, reason: string) {
  const expectation = `must be false or left out, for ${reason} (docs.digitalocean.com/products/custom-images/details/limits)`;
  const doc = `${what}: can't be had, for ${reason}. \`false\` where it is given. A change does nothing.`;
  return { shape: "boolean", doc, change: "none", rules: [{ expectation, holds: (on: boolean) => !on }] } as const;
}

export const fleetInputs = {
  image: {
    shape: "id",
    doc: "Number of the image that every Droplet runs. It must be in `region`, or on its way there. A change rolls.",
    required: true,
    change: "roll",
    rules: [{ expectation: "must be the number of an image", holds: (image: string) => /^\d+$/.test(image) }],
  },
  region: {
    shape: "string",
    doc: "Slug of the region that the Droplets are in, such as `ams3`. A change replaces the whole fleet.",
    required: true,
    change: "replace",
    rules: [{ expectation: regionSlugExpectation, holds: isRegionSlug }],
  },
  size: {
    shape: "string",
    doc: "Slug of the Droplets' size, such as `s-1vcpu-1gb`. Its disk must hold the image's `minDiskSize`. A change rolls.",
    required: true,
    change: "roll",
    rules: [{ expectation: "must be a size slug such as `s-1vcpu-1gb`", holds: (size: string) => /^[a-z0-9][a-z0-9._-]*$/.test(size) }],
  },
  count: {
    shape: "integer",
    doc: "How many Droplets serve, 0 to 1000. The account's Droplet limit must allow `rollout.maxSurge` more. A change adds Droplets, or deletes those of the highest slots.",
    required: true,
    change: "update",
    rules: [{ expectation: "must be from 0 to 1000", holds: (count: number) => count >= 0 && count <= 1_000 }],
  },
  sshKeys: {
    shape: { listOf: "id" },
    doc: "SSH keys of the account, each by id or MD5 fingerprint, at least one: a Droplet of a custom image takes no password. Their order doesn't matter. A change rolls, since a Droplet gets its keys only when it is created.",
    required: true,
    change: "roll",
    rules: [
      {
        expectation: "must name at least one SSH key",
        holds: (keys: readonly string[]) => keys.length > 0,
        remedy: "A Droplet of a custom image can't be entered otherwise.",
      },
    ],
  },
  userData: {
    shape: "string",
    doc: "User data for the image's first-boot agent, at most 64 KiB. Always kept secret. Default: none. A change rolls.",
    secret: true,
    change: "roll",
    rules: [{ expectation: "must be at most 64 KiB", holds: (text: string) => Buffer.byteLength(text) <= 65_536 }],
  },
  vpcUuid: {
    shape: "string",
    doc: "UUID of a VPC in `region`. Default: the service's own, the region's default VPC. A change rolls, since a Droplet keeps its VPC for life.",
    change: "roll",
    rules: [{ expectation: uuidExpectation, holds: isUuid }],
  },
  tags: {
    shape: { listOf: "string" },
    doc: "Your tags on every Droplet, each at most 255 letters, digits, `_`, `-` and `:`. Tags that start with `imagefleet:` are reserved. Their order doesn't matter. Default: none. A change updates the Droplets in place.",
    change: "update",
  },
  projectId: {
    shape: "string",
    doc: "Id of the project that the Droplets are put into. Default: none, so that DigitalOcean puts them into the default project. A change moves the Droplets; without it they stay where they are.",
    change: "update",
    rules: [{ expectation: uuidExpectation, holds: isUuid }],
  },
  backups: {
    shape: "boolean",
    doc: "Whether DigitalOcean backs the Droplets up, which adds to their price. Default: false. A change switches it in place.",
    change: "update",
  },
  ipv6: neverOf("IPv6 addresses", "DigitalOcean gives none to a Droplet of a custom image"),
  monitoring: neverOf(
    "DigitalOcean's metrics agent",
    "DigitalOcean doesn't install it on a Droplet of a custom image: put the agent into the image",
  ),
  servingTags: {
    shape: { listOf: "string" },
    doc: "Your tags on a Droplet only while it serves, given and taken together with the fleet's own `servingTag`: a load balancer and a firewall that select by one of them can be made before the fleet. Written as `tags` are, and none of those. Their order doesn't matter. Default: none. A change updates the Droplets in place.",
    change: "update",
  },
  reservedIps: {
    shape: { listOf: "string" },
    doc: "Reserved IPs in `region`, one a slot and at most `count`: each leads to its slot's Droplet as long as that serves, and to the next one before the old one stops serving. They are the program's: the fleet reserves and releases none. Make them as `digitalocean.ReservedIp` without `dropletId`, and without a `ReservedIpAssignment`, which would fight over them. Default: none. A change moves them; one taken off the list leads nowhere.",
    change: "update",
  },
  heldBy: {
    shape: "string",
    doc: "What the fleet waits for, such as an earlier fleet's `rollout.awaiting`: while it isn't empty, a fleet that exists keeps its template and only heals. Default: nothing, so that it rolls. A change to an empty text rolls what was held back; any other is only recorded.",
    change: "none",
  },
  name: {
    shape: "string",
    doc: "Prefix of the Droplets' names, which are hostnames: letters, digits, `-` and `.`, at most 200. A change applies to new Droplets; those that exist keep their names.",
    required: true,
    change: "none",
    rules: [
      {
        expectation: "must be at most 200 letters, digits, `-` and `.`, with a letter or digit at either end",
        holds: isDropletNamePrefix,
        remedy: "Give the fleet a `name` of its own where the component's isn't one.",
      },
    ],
  },
  gate: gateInput,
  rollout: rolloutInput,
} as const satisfies PropertyTable;

export const fleetOutputs = {
  fleetId: { shape: "string", doc: "The fleet's own id, stable through every rollout. Its tags carry it.", required: true },
  droplets: {
    shape: {
      listOf: {
        object: {
          id: { shape: "string", doc: "The Droplet's number.", required: true },
          dropletUrn: { shape: "string", doc: "`do:droplet:<id>`, as projects name it.", required: true },
          name: { shape: "string", doc: "The Droplet's name.", required: true },
          ipv4: { shape: "string", doc: "Public IPv4 address.", required: true },
          privateIpv4: { shape: "string", doc: "IPv4 address in the VPC.", required: true },
        },
      },
    },
    doc: "The Droplets that serve, in the order of their slots.",
    required: true,
  },
  addresses: {
    shape: { listOf: "string" },
    doc: "Public IPv4 addresses of the Droplets that serve, in the order of their slots.",
    required: true,
  },
  fleetTag: {
    shape: "string",
    doc: "The tag on every Droplet from its first moment to its last: let firewalls select by this one.",
    required: true,
  },
  servingTag: { shape: "string", doc: "The tag on a Droplet only while it serves: let load balancers select by this one.", required: true },
  live: {
    shape: {
      listOf: {
        object: {
          id: { shape: "string", doc: "The Droplet's number.", required: true },
          slot: { shape: "integer", doc: "Its place in the fleet, from 0.", required: true },
          template: { shape: "string", doc: "Fingerprint of what it was made from.", required: true },
          serving: { shape: "boolean", doc: "Whether it serves.", required: true },
        },
      },
    },
    doc: "Every Droplet of the fleet when it was last seen. Where this isn't what is wanted, the next update fixes it.",
    required: true,
  },
  template: {
    shape: "string",
    doc: "Fingerprint of the last good template: the inputs whose change rolls, as they were after the last complete change. Until a change is complete these outputs keep their last good values, and a rollback leads to them.",
  },
  lastChange: {
    shape: {
      object: {
        startedAt: { ...timeOf("When it began"), required: true },
        endedAt: { ...timeOf("When it ended, well or not"), required: true },
        requests: {
          shape: "integer",
          doc: "How many requests the run had sent to the API by then, those of its other resources included.",
          required: true,
        },
        droplets: {
          shape: {
            listOf: {
              object: {
                id: { shape: "string", doc: "The Droplet's number.", required: true },
                name: { shape: "string", doc: "The Droplet's name.", required: true },
                slot: { shape: "integer", doc: "Its place in the fleet, from 0.", required: true },
                image: { shape: "string", doc: "Number of the image that it runs.", required: true },
                createdAt: timeOf("When it was asked for; missing for one that was there before"),
                activeAt: timeOf("When it was first seen to run"),
                servedAt: timeOf("When it was first seen to serve"),
                withdrawnAt: timeOf("When it lost the serving tag, and began to drain"),
                shutDownAt: timeOf("When its shutdown was asked for"),
                deletedAt: timeOf("When its deletion was asked for"),
                failure: { shape: "string", doc: "Why it did not come to serve, a sentence." },
              },
            },
          },
          doc: "What happened to each Droplet; of more than 200, the last ones.",
          required: true,
        },
      },
    },
    doc: "Time line of the last change, for reports.",
  },
  priceMonthly: {
    shape: "number",
    doc: "US dollars a month that one Droplet of the size costs, as DigitalOcean listed it at the last rollout.",
  },
  rollout: {
    shape: { object: rolloutStatus, named: "FleetRolloutStatus" },
    doc: "Where a change stands that isn't complete. It waits for nothing where nothing of it is set.",
    required: true,
  },
  team: {
    shape: { object: teamTable, named: "Team" },
    doc: "The team that owns the Droplets.",
    required: true,
  },
} as const satisfies PropertyTable;
