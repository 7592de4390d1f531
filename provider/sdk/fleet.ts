import * as pulumi from "@pulumi/pulumi";
import { propertiesOf, versioned } from "./declaration";
import type { Team } from "./team";

/** Droplets in one region that run one image, changed by a rollout. Its id is its own, carried by a tag on each Droplet. */
export class Fleet extends pulumi.CustomResource {
  declare readonly image: pulumi.Output<string>;
  declare readonly region: pulumi.Output<string>;
  declare readonly size: pulumi.Output<string>;
  declare readonly count: pulumi.Output<number>;
  declare readonly sshKeys: pulumi.Output<string[]>;
  declare readonly name: pulumi.Output<string>;
  declare readonly userData: pulumi.Output<string | undefined>;
  declare readonly vpcUuid: pulumi.Output<string | undefined>;
  declare readonly tags: pulumi.Output<string[] | undefined>;
  declare readonly gate: pulumi.Output<Gate | undefined>;
  declare readonly rollout: pulumi.Output<Rollout | undefined>;
  /** The fleet's own id, stable through every rollout. */
  declare readonly fleetId: pulumi.Output<string>;
  /** The Droplets that serve, in the order of their slots. */
  declare readonly droplets: pulumi.Output<FleetDroplet[]>;
  /** Public IPv4 addresses of the Droplets that serve, in the order of their slots. */
  declare readonly addresses: pulumi.Output<string[]>;
  /** The tag on every Droplet from its first moment to its last: what a firewall selects by. */
  declare readonly fleetTag: pulumi.Output<string>;
  /** The tag on a Droplet only while it serves: what a load balancer selects by. */
  declare readonly servingTag: pulumi.Output<string>;
  /** Every Droplet of the fleet when it was last seen. */
  declare readonly live: pulumi.Output<LiveDroplet[]>;
  /** Fingerprint of the image, size, keys, user data and VPC that the fleet has settled on. */
  declare readonly template: pulumi.Output<string | undefined>;
  /** The team that owns the Droplets. */
  declare readonly team: pulumi.Output<Team>;

  /** A fleet that another program manages, by its id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Fleet {
    return new Fleet(name, undefined, { ...opts, id });
  }

  constructor(name: string, args: FleetArgs | undefined, opts?: pulumi.CustomResourceOptions) {
    const userData = args?.userData === undefined ? undefined : pulumi.secret(args.userData);
    super("imagefleet:index:Fleet", name, propertiesOf(fleetProperties, { ...args, userData }), versioned(opts));
  }
}

export interface FleetArgs {
  /** Number of the image that every Droplet runs; it must be in `region`, or on its way there. A change rolls. */
  readonly image: pulumi.Input<string>;
  /** Slug of the region, such as `ams3`. A change replaces the whole fleet. */
  readonly region: pulumi.Input<string>;
  /** Slug of the Droplets' size, such as `s-1vcpu-1gb`; its disk must hold the image's `minDiskSize`. A change rolls. */
  readonly size: pulumi.Input<string>;
  /**
   * How many Droplets serve, 0 to 1000; the account's Droplet limit must allow `rollout.maxSurge` more. A change updates: it adds
   * Droplets, or takes away those of the highest slots.
   */
  readonly count: pulumi.Input<number>;
  /**
   * SSH keys of the account by id or MD5 fingerprint, at least one, in any order: a Droplet of a custom image takes no password.
   * A change rolls, for a Droplet gets its keys only when it is made.
   */
  readonly sshKeys: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** What the Droplets' names begin with: letters, digits, `-` and `.`, at most 200. A change is for new Droplets; others keep theirs. */
  readonly name: pulumi.Input<string>;
  /** User data for the image's first-boot agent, at most 64 KiB. Always kept secret. Default: none. A change rolls. */
  readonly userData?: pulumi.Input<string | undefined>;
  /** UUID of a VPC in `region`. Default: the service's own, the region's default VPC. A change rolls. */
  readonly vpcUuid?: pulumi.Input<string | undefined>;
  /**
   * Your tags on every Droplet, each at most 255 letters, digits, `_`, `-` and `:`; those that start with `imagefleet:` are reserved.
   * Default: none. A change updates the Droplets in place.
   */
  readonly tags?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * What a new Droplet must show before it serves and an old one may go. Default: `{ active: true }`, with a warning that nothing is
   * probed. A change is for Droplets that are yet to serve.
   *
   * ```ts
   * gate: { http: { port: 8080, path: "/healthy" } }
   * ```
   */
  readonly gate?: pulumi.Input<GateArgs | undefined>;
  /** How a change goes on. Default: one Droplet more than `count`, none fewer. A change is for the next rollout. */
  readonly rollout?: pulumi.Input<RolloutArgs | undefined>;
}

/** Either `http` or `active`. */
export interface GateArgs {
  /** A `GET` from where the program runs to the Droplet's public IPv4 address: a status of 200 to 399 is a success. */
  readonly http?: pulumi.Input<HttpGateArgs | undefined>;
  /** Nothing but that the Droplet is active, which says that it runs, not that it has booted. `true` where it is given. */
  readonly active?: pulumi.Input<boolean | undefined>;
  /** Successes of `http` in a row, 1 to 100. Default: 2. */
  readonly successes?: pulumi.Input<number | undefined>;
  /** Seconds from one question to the next, 0.1 to 300. Default: 2. */
  readonly intervalSeconds?: pulumi.Input<number | undefined>;
  /** Seconds that one answer may take, 0.1 to 300. Default: 5. */
  readonly timeoutSeconds?: pulumi.Input<number | undefined>;
  /** Seconds that a Droplet must stay good after it has begun to serve, before it counts as available, 0 to 86400. Default: 0. */
  readonly bakeSeconds?: pulumi.Input<number | undefined>;
  /** Seconds from when a Droplet is active, 1 to 3600: a bad answer after that fails it. Default: 300. */
  readonly deadlineSeconds?: pulumi.Input<number | undefined>;
}

export interface HttpGateArgs {
  /** TCP port, 1 to 65535. */
  readonly port: pulumi.Input<number>;
  /** Path that begins with `/`. Default: `/`. */
  readonly path?: pulumi.Input<string | undefined>;
}

/** `maxSurge` and `maxUnavailable` cannot both be 0. */
export interface RolloutArgs {
  /** How many Droplets may exist beyond `count` during a change, 0 to 1000. Default: 1. */
  readonly maxSurge?: pulumi.Input<number | undefined>;
  /** How many of `count` may fail to serve during a change, 0 to 1000. Default: 0. */
  readonly maxUnavailable?: pulumi.Input<number | undefined>;
  /** How many new Droplets may fail and be replaced before the image is judged, 0 to 1000. Default: a tenth of `count`, at least 1. */
  readonly maxFailures?: pulumi.Input<number | undefined>;
  /** Seconds a Droplet goes on running after it has lost the serving tag, 0 to 3600. Default: 5. */
  readonly drainSeconds?: pulumi.Input<number | undefined>;
  /** Seconds a Droplet has to shut down by itself before it is deleted all the same, 0 to 3600. Default: 60. */
  readonly shutdownSeconds?: pulumi.Input<number | undefined>;
}

/** One Droplet of a fleet. */
export interface FleetDroplet {
  readonly id: string;
  /** `do:droplet:<id>`, as projects name it. */
  readonly dropletUrn: string;
  readonly name: string;
  /** Public IPv4 address. */
  readonly ipv4: string;
  /** IPv4 address in the VPC. */
  readonly privateIpv4: string;
}

/** One Droplet as a rollout sees it. */
export interface LiveDroplet {
  readonly id: string;
  /** Its place in the fleet, from 0. */
  readonly slot: number;
  /** Fingerprint of what it was made from. */
  readonly template: string;
  readonly serving: boolean;
}

/** `GateArgs` once known. */
export interface Gate {
  readonly http?: { readonly port: number; readonly path?: string };
  readonly active?: boolean;
  readonly successes?: number;
  readonly intervalSeconds?: number;
  readonly deadlineSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly bakeSeconds?: number;
}

/** `RolloutArgs` once known. */
export interface Rollout {
  readonly maxSurge?: number;
  readonly maxUnavailable?: number;
  readonly maxFailures?: number;
  readonly drainSeconds?: number;
  readonly shutdownSeconds?: number;
}

export const fleetProperties = [
  "image",
  "region",
  "size",
  "count",
  "sshKeys",
  "name",
  "userData",
  "vpcUuid",
  "tags",
  "gate",
  "rollout",
  "fleetId",
  "droplets",
  "addresses",
  "fleetTag",
  "servingTag",
  "live",
  "template",
  "team",
] as const satisfies readonly (keyof Fleet)[];
