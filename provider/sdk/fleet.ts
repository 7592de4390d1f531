// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.
import * as pulumi from "@pulumi/pulumi";
import { propertiesOf, versioned, withoutFrames } from "./declaration";
import { handedOver } from "./handedOver";
import type { FleetRolloutStatus } from "./fleetRolloutStatus";
import type { Team } from "./team";

/**
 * Droplets in one region that run one image. A change of the image, size, keys, user data or VPC replaces them: a new Droplet serves after
 * it passes its gate, then an old one loses the serving tag, drains, shuts down and is deleted.
 */
export class Fleet extends pulumi.CustomResource {
  /** Number of the image that every Droplet runs. */
  declare readonly image: pulumi.Output<string>;
  /** Slug of the region that the Droplets are in, such as `ams3`. */
  declare readonly region: pulumi.Output<string>;
  /** Slug of the Droplets' size, such as `s-1vcpu-1gb`. */
  declare readonly size: pulumi.Output<string>;
  /** How many Droplets serve, 0 to 1000. */
  declare readonly count: pulumi.Output<number>;
  /** SSH keys of the account, each by id or MD5 fingerprint, at least one: a Droplet of a custom image takes no password. */
  declare readonly sshKeys: pulumi.Output<string[]>;
  /** User data for the image's first-boot agent, at most 64 KiB. */
  declare readonly userData: pulumi.Output<string | undefined>;
  /** UUID of a VPC in `region`. */
  declare readonly vpcUuid: pulumi.Output<string | undefined>;
  /** Your tags on every Droplet, each at most 255 letters, digits, `_`, `-` and `:`. */
  declare readonly tags: pulumi.Output<string[] | undefined>;
  /** Id of the project that the Droplets are put into. */
  declare readonly projectId: pulumi.Output<string | undefined>;
  /** Whether DigitalOcean backs the Droplets up, which adds to their price. */
  declare readonly backups: pulumi.Output<boolean | undefined>;
  /** IPv6 addresses: can't be had, for DigitalOcean gives none to a Droplet of a custom image. */
  declare readonly ipv6: pulumi.Output<boolean | undefined>;
  /**
   * DigitalOcean's metrics agent: can't be had, for DigitalOcean doesn't install it on a Droplet of a custom image: put the agent into the
   * image.
   */
  declare readonly monitoring: pulumi.Output<boolean | undefined>;
  /**
   * Your tags on a Droplet only while it serves, given and taken together with the fleet's own `servingTag`: a load balancer and a firewall
   * that select by one of them can be made before the fleet.
   */
  declare readonly servingTags: pulumi.Output<string[] | undefined>;
  /**
   * Reserved IPs in `region`, one a slot and at most `count`: each leads to its slot's Droplet as long as that serves, and to the next one
   * before the old one stops serving.
   */
  declare readonly reservedIps: pulumi.Output<string[] | undefined>;
  /**
   * What the fleet waits for, such as an earlier fleet's `rollout.awaiting`: while it isn't empty, a fleet that exists keeps its template
   * and only heals.
   */
  declare readonly heldBy: pulumi.Output<string | undefined>;
  /** Prefix of the Droplets' names, which are hostnames: letters, digits, `-` and `.`, at most 200. */
  declare readonly name: pulumi.Output<string>;
  /**
   * What a new Droplet must show before it serves and an old one may go: `http`, `tcp`, `ssh` and `loadBalancer` in any combination, or
   * `active`.
   */
  declare readonly gate: pulumi.Output<FleetGate>;
  /** Where a change stands that isn't complete. It waits for nothing where nothing of it is set. */
  declare readonly rollout: pulumi.Output<FleetRolloutStatus>;
  /** The fleet's own id, stable through every rollout. Its tags carry it. */
  declare readonly fleetId: pulumi.Output<string>;
  /** The Droplets that serve, in the order of their slots. */
  declare readonly droplets: pulumi.Output<FleetDroplet[]>;
  /** Public IPv4 addresses of the Droplets that serve, in the order of their slots. */
  declare readonly addresses: pulumi.Output<string[]>;
  /** The tag on every Droplet from its first moment to its last: let firewalls select by this one. */
  declare readonly fleetTag: pulumi.Output<string>;
  /** The tag on a Droplet only while it serves: let load balancers select by this one. */
  declare readonly servingTag: pulumi.Output<string>;
  /** Every Droplet of the fleet when it was last seen. Where this isn't what is wanted, the next update fixes it. */
  declare readonly live: pulumi.Output<FleetLive[]>;
  /**
   * Fingerprint of the last good template: the inputs whose change rolls, as they were after the last complete change. Until a change is
   * complete these outputs keep their last good values, and a rollback leads to them.
   */
  declare readonly template: pulumi.Output<string | undefined>;
  /** Time line of the last change, for reports. */
  declare readonly lastChange: pulumi.Output<FleetLastChange | undefined>;
  /** US dollars a month that one Droplet of the size costs, as DigitalOcean listed it at the last rollout. */
  declare readonly priceMonthly: pulumi.Output<number | undefined>;
  /** The team that owns the Droplets. */
  declare readonly team: pulumi.Output<Team>;

  /** One that another program manages, by its id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Fleet {
    return new Fleet(name, undefined, { ...opts, id });
  }

  constructor(name: string, args: FleetArgs | undefined, opts?: pulumi.CustomResourceOptions) {
    const construction = withoutFrames(Fleet);
    try {
      super("imagefleet:index:Fleet", name, propertiesOf(properties, handedOver(args, handling)), versioned(opts));
    } catch (error) {
      throw construction.failed(error);
    } finally {
      construction.end();
    }
  }
}

/** The arguments of `Fleet`. */
export interface FleetArgs {
  /** Number of the image that every Droplet runs. It must be in `region`, or on its way there. A change rolls. */
  readonly image: pulumi.Input<string | number>;
  /** Slug of the region that the Droplets are in, such as `ams3`. A change replaces the whole fleet. */
  readonly region: pulumi.Input<string>;
  /** Slug of the Droplets' size, such as `s-1vcpu-1gb`. Its disk must hold the image's `minDiskSize`. A change rolls. */
  readonly size: pulumi.Input<string>;
  /**
   * How many Droplets serve, 0 to 1000. The account's Droplet limit must allow `rollout.maxSurge` more. A change adds Droplets, or deletes
   * those of the highest slots.
   */
  readonly count: pulumi.Input<number>;
  /**
   * SSH keys of the account, each by id or MD5 fingerprint, at least one: a Droplet of a custom image takes no password. Their order
   * doesn't matter. A change rolls, since a Droplet gets its keys only when it is created.
   */
  readonly sshKeys: pulumi.Input<readonly pulumi.Input<string | number>[]>;
  /** User data for the image's first-boot agent, at most 64 KiB. Always kept secret. Default: none. A change rolls. */
  readonly userData?: pulumi.Input<string | undefined>;
  /**
   * UUID of a VPC in `region`. Default: the service's own, the region's default VPC. A change rolls, since a Droplet keeps its VPC for
   * life.
   */
  readonly vpcUuid?: pulumi.Input<string | undefined>;
  /**
   * Your tags on every Droplet, each at most 255 letters, digits, `_`, `-` and `:`. Tags that start with `imagefleet:` are reserved. Their
   * order doesn't matter. Default: none. A change updates the Droplets in place.
   */
  readonly tags?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * Id of the project that the Droplets are put into. Default: none, so that DigitalOcean puts them into the default project. A change
   * moves the Droplets; without it they stay where they are.
   */
  readonly projectId?: pulumi.Input<string | undefined>;
  /** Whether DigitalOcean backs the Droplets up, which adds to their price. Default: false. A change switches it in place. */
  readonly backups?: pulumi.Input<boolean | undefined>;
  /**
   * IPv6 addresses: can't be had, for DigitalOcean gives none to a Droplet of a custom image. `false` where it is given. A change does
   * nothing.
   */
  readonly ipv6?: pulumi.Input<boolean | undefined>;
  /**
   * DigitalOcean's metrics agent: can't be had, for DigitalOcean doesn't install it on a Droplet of a custom image: put the agent into the
   * image. `false` where it is given. A change does nothing.
   */
  readonly monitoring?: pulumi.Input<boolean | undefined>;
  /**
   * Your tags on a Droplet only while it serves, given and taken together with the fleet's own `servingTag`: a load balancer and a firewall
   * that select by one of them can be made before the fleet. Written as `tags` are, and none of those. Their order doesn't matter. Default:
   * none. A change updates the Droplets in place.
   */
  readonly servingTags?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * Reserved IPs in `region`, one a slot and at most `count`: each leads to its slot's Droplet as long as that serves, and to the next one
   * before the old one stops serving. They are the program's: the fleet reserves and releases none. Make them as `digitalocean.ReservedIp`
   * without `dropletId`, and without a `ReservedIpAssignment`, which would fight over them. Default: none. A change moves them; one taken
   * off the list leads nowhere.
   */
  readonly reservedIps?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * What the fleet waits for, such as an earlier fleet's `rollout.awaiting`: while it isn't empty, a fleet that exists keeps its template
   * and only heals. Default: nothing, so that it rolls. A change to an empty text rolls what was held back; any other is only recorded.
   */
  readonly heldBy?: pulumi.Input<string | undefined>;
  /**
   * Prefix of the Droplets' names, which are hostnames: letters, digits, `-` and `.`, at most 200. A change applies to new Droplets; those
   * that exist keep their names.
   */
  readonly name: pulumi.Input<string>;
  /**
   * What a new Droplet must show before it serves and an old one may go: `http`, `tcp`, `ssh` and `loadBalancer` in any combination, or
   * `active`. Default: `{ active: true }`, with a warning that nothing is probed. While a Droplet bakes, it must go on showing it. A change
   * applies to Droplets that don't serve yet.
   *
   * ```ts
   * gate: { http: { port: 8080, path: "/healthy" } }
   * ```
   */
  readonly gate?: pulumi.Input<FleetGateArgs | undefined>;
  /**
   * How a change goes on. `maxSurge` and `maxUnavailable` can't both be 0. Default: a quarter more than `count`, none fewer. A change
   * applies to the next rollout.
   */
  readonly rollout?: pulumi.Input<FleetRolloutArgs | undefined>;
}

/**
 * What a new Droplet must show before it serves and an old one may go: `http`, `tcp`, `ssh` and `loadBalancer` in any combination, or
 * `active`.
 */
export interface FleetGateArgs {
  /** A `GET` from where the program runs, answered with a good status; a redirect isn't followed. Excludes `active`. */
  readonly http?: pulumi.Input<FleetGateHttpArgs | undefined>;
  /** A TCP connection from where the program runs. Excludes `active`. */
  readonly tcp?: pulumi.Input<FleetGateTcpArgs | undefined>;
  /** A TCP connection on which an SSH server says its name; nobody logs in. Excludes `active`. */
  readonly ssh?: pulumi.Input<FleetGateSshArgs | undefined>;
  /**
   * Id of a load balancer that must call a Droplet healthy after it has begun to serve: only then the Droplet is available, and an old one
   * may go. It must select by `servingTag` or one of `servingTags`. A Droplet that it has no word of is waited for; one that it calls
   * unhealthy `deadlineSeconds` after it began to serve has failed. Excludes `active`. Default: none.
   */
  readonly loadBalancer?: pulumi.Input<string | undefined>;
  /** Which IPv4 address of a Droplet is asked, `public` or `private`; the private one answers only within its VPC. Default: `public`. */
  readonly address?: pulumi.Input<string | undefined>;
  /**
   * Ask only that the Droplet is active, which says that it runs, not that it has booted. `true` where it is given. Default: this, with a
   * warning, where nothing is asked.
   */
  readonly active?: pulumi.Input<boolean | undefined>;
  /** How many good answers in a row pass the gate, 1 to 100; of `loadBalancer` one is enough. Default: 2. */
  readonly successThreshold?: pulumi.Input<number | undefined>;
  /** Seconds from one request to the next, 0.1 to 300. Default: 2. */
  readonly intervalSeconds?: pulumi.Input<number | undefined>;
  /** Seconds that one answer may take, 0.1 to 300. Default: 5. */
  readonly timeoutSeconds?: pulumi.Input<number | undefined>;
  /**
   * Seconds from when a Droplet is active, 1 to 3600: a bad answer after that fails it. Time in which it couldn't be asked doesn't count.
   * Default: 300.
   */
  readonly deadlineSeconds?: pulumi.Input<number | undefined>;
  /** Seconds that a Droplet must stay good after it has begun to serve, before it counts as available, 0 to 86400. Default: 0. */
  readonly bakeSeconds?: pulumi.Input<number | undefined>;
}

/** A `GET` from where the program runs, answered with a good status; a redirect isn't followed. */
export interface FleetGateHttpArgs {
  /** TCP port, 1 to 65535. */
  readonly port: pulumi.Input<number>;
  /** Path that begins with `/`. Default: `/`. */
  readonly path?: pulumi.Input<string | undefined>;
  /** Statuses that are good answers, each as `204` or as a range. Default: `200-399`. */
  readonly status?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /** Ask over TLS. The certificate isn't verified, since a Droplet is asked by its address. Default: false. */
  readonly https?: pulumi.Input<boolean | undefined>;
  /** `Host` header of the request. Default: the address. */
  readonly host?: pulumi.Input<string | undefined>;
}

/** A TCP connection from where the program runs. */
export interface FleetGateTcpArgs {
  /** TCP port, 1 to 65535. */
  readonly port: pulumi.Input<number>;
}

/** A TCP connection on which an SSH server says its name; nobody logs in. */
export interface FleetGateSshArgs {
  /** TCP port, 1 to 65535. Default: 22. */
  readonly port?: pulumi.Input<number | undefined>;
}

/** How a change goes on. */
export interface FleetRolloutArgs {
  /**
   * How many Droplets may exist beyond `count` during a change: a count from 0 to 1000, or a percentage of `count`, rounded up. Default:
   * `25%`.
   */
  readonly maxSurge?: pulumi.Input<string | number | undefined>;
  /**
   * How many Droplets fewer than `count` may be available during a change: a count from 0 to 1000, or a percentage of `count`, rounded
   * down. Default: `0`.
   */
  readonly maxUnavailable?: pulumi.Input<string | number | undefined>;
  /**
   * How many new Droplets may fail in one change and be replaced; when one more fails, the fleet is rolled back. A count from 0 to 1000, or
   * a percentage of `count`, rounded up. Default: `10%`, which is at least 1.
   */
  readonly maxFailures?: pulumi.Input<string | number | undefined>;
  /**
   * Stages of a change, each with more Droplets than the one before; after the last, all others follow. A failure at any stage rolls the
   * fleet back. Default: none.
   *
   * ```ts
   * canary: [{ count: "1", bakeSeconds: 600 }, { count: "50%" }]
   * ```
   */
  readonly canary?: pulumi.Input<readonly pulumi.Input<FleetRolloutCanaryArgs>[] | undefined>;
  /**
   * Make all new Droplets beside all old ones, and let them serve all at once; the old ones stand by for a while. At most twice `count`
   * exist. Excludes `canary` and `rebuild`. Default: none.
   *
   * ```ts
   * blueGreen: { keepSeconds: 3600 }
   * ```
   */
  readonly blueGreen?: pulumi.Input<FleetRolloutBlueGreenArgs | undefined>;
  /**
   * Rebuild each Droplet from the new image instead of replacing it: it keeps its number and addresses, and loses its disk. As many at a
   * time as `maxUnavailable` says, at least 1. Only the image can change so. Excludes `canary` and `blueGreen`. Default: false.
   */
  readonly rebuild?: pulumi.Input<boolean | undefined>;
  /** The stage that may be left, as the output `rollout.awaiting` names it. It counts for one stage of one template. Default: none. */
  readonly approved?: pulumi.Input<string | undefined>;
  /** Seconds that a Droplet goes on running after it has lost the serving tag, 0 to 3600. Default: 5. */
  readonly drainSeconds?: pulumi.Input<number | undefined>;
  /** Seconds that a Droplet has to shut down by itself before it is deleted all the same, 0 to 3600. Default: 60. */
  readonly shutdownSeconds?: pulumi.Input<number | undefined>;
}

/** Stages of a change, each with more Droplets than the one before; after the last, all others follow. */
export interface FleetRolloutCanaryArgs {
  /** How many Droplets run the new template at this stage: a count from 0 to 1000, or a percentage of `count`, rounded up. */
  readonly count: pulumi.Input<string | number>;
  /** Seconds that they must stay good before the next stage begins, 0 to 86400. Default: 0. */
  readonly bakeSeconds?: pulumi.Input<number | undefined>;
  /** End the `up` at this stage, well, until `approved` names what the output `rollout.awaiting` says. Default: false. */
  readonly pause?: pulumi.Input<boolean | undefined>;
}

/** Make all new Droplets beside all old ones, and let them serve all at once; the old ones stand by for a while. */
export interface FleetRolloutBlueGreenArgs {
  /**
   * Seconds that the old Droplets stay after the new ones serve, 0 to 604800. The first `pulumi up` after that deletes them. Default: 3600.
   */
  readonly keepSeconds?: pulumi.Input<number | undefined>;
}

/** `FleetGateArgs` once known. */
export interface FleetGate {
  /** A `GET` from where the program runs, answered with a good status; a redirect isn't followed. */
  readonly http?: FleetGateHttp;
  /** A TCP connection from where the program runs. */
  readonly tcp?: FleetGateTcp;
  /** A TCP connection on which an SSH server says its name; nobody logs in. */
  readonly ssh?: FleetGateSsh;
  /**
   * Id of a load balancer that must call a Droplet healthy after it has begun to serve: only then the Droplet is available, and an old one
   * may go.
   */
  readonly loadBalancer?: string;
  /** Which IPv4 address of a Droplet is asked, `public` or `private`; the private one answers only within its VPC. */
  readonly address: string;
  /** Ask only that the Droplet is active, which says that it runs, not that it has booted. */
  readonly active?: boolean;
  /** How many good answers in a row pass the gate, 1 to 100; of `loadBalancer` one is enough. */
  readonly successThreshold: number;
  /** Seconds from one request to the next, 0.1 to 300. */
  readonly intervalSeconds: number;
  /** Seconds that one answer may take, 0.1 to 300. */
  readonly timeoutSeconds: number;
  /** Seconds from when a Droplet is active, 1 to 3600: a bad answer after that fails it. */
  readonly deadlineSeconds: number;
  /** Seconds that a Droplet must stay good after it has begun to serve, before it counts as available, 0 to 86400. */
  readonly bakeSeconds: number;
}

/** `FleetGateHttpArgs` once known. */
export interface FleetGateHttp {
  /** TCP port, 1 to 65535. */
  readonly port: number;
  /** Path that begins with `/`. */
  readonly path: string;
  /** Statuses that are good answers, each as `204` or as a range. */
  readonly status: string[];
  /** Ask over TLS. */
  readonly https: boolean;
  /** `Host` header of the request. */
  readonly host?: string;
}

/** `FleetGateTcpArgs` once known. */
export interface FleetGateTcp {
  /** TCP port, 1 to 65535. */
  readonly port: number;
}

/** `FleetGateSshArgs` once known. */
export interface FleetGateSsh {
  /** TCP port, 1 to 65535. */
  readonly port: number;
}

/** `FleetRolloutArgs` once known. */
export interface FleetRollout {
  /** How many Droplets may exist beyond `count` during a change: a count from 0 to 1000, or a percentage of `count`, rounded up. */
  readonly maxSurge: string;
  /**
   * How many Droplets fewer than `count` may be available during a change: a count from 0 to 1000, or a percentage of `count`, rounded
   * down.
   */
  readonly maxUnavailable: string;
  /** How many new Droplets may fail in one change and be replaced; when one more fails, the fleet is rolled back. */
  readonly maxFailures: string;
  /** Stages of a change, each with more Droplets than the one before; after the last, all others follow. */
  readonly canary?: FleetRolloutCanary[];
  /** Make all new Droplets beside all old ones, and let them serve all at once; the old ones stand by for a while. */
  readonly blueGreen?: FleetRolloutBlueGreen;
  /** Rebuild each Droplet from the new image instead of replacing it: it keeps its number and addresses, and loses its disk. */
  readonly rebuild?: boolean;
  /** The stage that may be left, as the output `rollout.awaiting` names it. */
  readonly approved?: string;
  /** Seconds that a Droplet goes on running after it has lost the serving tag, 0 to 3600. */
  readonly drainSeconds: number;
  /** Seconds that a Droplet has to shut down by itself before it is deleted all the same, 0 to 3600. */
  readonly shutdownSeconds: number;
}

/** `FleetRolloutCanaryArgs` once known. */
export interface FleetRolloutCanary {
  /** How many Droplets run the new template at this stage: a count from 0 to 1000, or a percentage of `count`, rounded up. */
  readonly count: string;
  /** Seconds that they must stay good before the next stage begins, 0 to 86400. */
  readonly bakeSeconds: number;
  /** End the `up` at this stage, well, until `approved` names what the output `rollout.awaiting` says. */
  readonly pause?: boolean;
}

/** `FleetRolloutBlueGreenArgs` once known. */
export interface FleetRolloutBlueGreen {
  /** Seconds that the old Droplets stay after the new ones serve, 0 to 604800. */
  readonly keepSeconds: number;
}

/** The Droplets that serve, in the order of their slots. */
export interface FleetDroplet {
  /** The Droplet's number. */
  readonly id: string;
  /** `do:droplet:<id>`, as projects name it. */
  readonly dropletUrn: string;
  /** The Droplet's name. */
  readonly name: string;
  /** Public IPv4 address. */
  readonly ipv4: string;
  /** IPv4 address in the VPC. */
  readonly privateIpv4: string;
}

/** Every Droplet of the fleet when it was last seen. */
export interface FleetLive {
  /** The Droplet's number. */
  readonly id: string;
  /** Its place in the fleet, from 0. */
  readonly slot: number;
  /** Fingerprint of what it was made from. */
  readonly template: string;
  /** Whether it serves. */
  readonly serving: boolean;
}

/** Time line of the last change, for reports. */
export interface FleetLastChange {
  /** When it began, as an RFC 3339 time. */
  readonly startedAt: string;
  /** When it ended, well or not, as an RFC 3339 time. */
  readonly endedAt: string;
  /** How many requests the run had sent to the API by then, those of its other resources included. */
  readonly requests: number;
  /** What happened to each Droplet; of more than 200, the last ones. */
  readonly droplets: FleetLastChangeDroplet[];
}

/** What happened to each Droplet; of more than 200, the last ones. */
export interface FleetLastChangeDroplet {
  /** The Droplet's number. */
  readonly id: string;
  /** The Droplet's name. */
  readonly name: string;
  /** Its place in the fleet, from 0. */
  readonly slot: number;
  /** Number of the image that it runs. */
  readonly image: string;
  /** When it was asked for; missing for one that was there before, as an RFC 3339 time. */
  readonly createdAt?: string;
  /** When it was first seen to run, as an RFC 3339 time. */
  readonly activeAt?: string;
  /** When it was first seen to serve, as an RFC 3339 time. */
  readonly servedAt?: string;
  /** When it lost the serving tag, and began to drain, as an RFC 3339 time. */
  readonly withdrawnAt?: string;
  /** When its shutdown was asked for, as an RFC 3339 time. */
  readonly shutDownAt?: string;
  /** When its deletion was asked for, as an RFC 3339 time. */
  readonly deletedAt?: string;
  /** Why it did not come to serve, a sentence. */
  readonly failure?: string;
}

const properties = [
  "image",
  "region",
  "size",
  "count",
  "sshKeys",
  "userData",
  "vpcUuid",
  "tags",
  "projectId",
  "backups",
  "ipv6",
  "monitoring",
  "servingTags",
  "reservedIps",
  "heldBy",
  "name",
  "gate",
  "rollout",
  "fleetId",
  "droplets",
  "addresses",
  "fleetTag",
  "servingTag",
  "live",
  "template",
  "lastChange",
  "priceMonthly",
  "team",
];

const handling = { userData: "secret" } as const;
