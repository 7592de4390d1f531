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
  /** The team that owns the Droplets. */
  declare readonly team: pulumi.Output<Team>;

  /** A fleet that another program manages, by its id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Fleet {
    return new Fleet(name, undefined, { ...opts, id });
  }

  constructor(name: string, args: FleetArgs | undefined, opts?: pulumi.CustomResourceOptions) {
    super("imagefleet:index:Fleet", name, propertiesOf(FLEET_PROPERTIES, args), versioned(opts));
  }
}

export interface FleetArgs {
  /** Number of the image that every Droplet runs; it must be in `region`, or on its way there. A change rolls. */
  readonly image: pulumi.Input<string>;
  /** Slug of the region, such as `ams3`. A change replaces the whole fleet. */
  readonly region: pulumi.Input<string>;
  /** Slug of the Droplets' size, such as `s-1vcpu-1gb`; its disk must hold the image's `minDiskSize`. A change rolls. */
  readonly size: pulumi.Input<string>;
  /** How many Droplets serve, 0 to 100. A change updates: it adds Droplets, or takes away those of the highest slots. */
  readonly count: pulumi.Input<number>;
  /**
   * SSH keys by id or fingerprint, at least one: without a key nobody can reach a Droplet that was made from a custom image.
   * A change rolls, for keys are put on a Droplet only when it is made.
   */
  readonly sshKeys: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** What the Droplets' names begin with, in the letters of a host name. */
  readonly name: pulumi.Input<string>;
  /** Handed to cloud-init on first boot, at most 64 KiB. May be secret. Default: none. A change rolls. */
  readonly userData?: pulumi.Input<string | undefined>;
  /** UUID of a VPC in `region`. Default: the service's own, the region's default VPC. A change replaces the Droplets. */
  readonly vpcUuid?: pulumi.Input<string | undefined>;
  /**
   * Your tags on every Droplet, each at most 255 letters, digits, `_`, `-` and `:`; those that start with `imagefleet:` are reserved.
   * Default: none. A change updates the Droplets in place.
   */
  readonly tags?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * What a new Droplet must pass before it serves and an old one may go. Default: `{ active: true }`, which trusts the service's word
   * that the machine runs and probes nothing. A change updates.
   *
   * ```ts
   * gate: { http: { port: 8080, path: "/healthy" } }
   * ```
   */
  readonly gate?: pulumi.Input<GateArgs | undefined>;
  /** How many Droplets a rollout may add and do without. A change updates. */
  readonly rollout?: pulumi.Input<RolloutArgs | undefined>;
}

/** Either `http` or `active`. */
export interface GateArgs {
  /** `GET http://<public IPv4>:<port><path>` answers with a status of 200 to 399. */
  readonly http?: pulumi.Input<HttpGateArgs | undefined>;
  /** The service says that the Droplet is active; nothing is probed. */
  readonly active?: pulumi.Input<boolean | undefined>;
  /** How many probes in a row must pass. */
  readonly successes?: pulumi.Input<number | undefined>;
  /** Seconds from one probe to the next. */
  readonly intervalSeconds?: pulumi.Input<number | undefined>;
  /** Seconds a Droplet has from being active to passing; after that the rollout goes back. */
  readonly deadlineSeconds?: pulumi.Input<number | undefined>;
}

export interface HttpGateArgs {
  /** TCP port, 1 to 65535. */
  readonly port: pulumi.Input<number>;
  /** Path that begins with `/`. */
  readonly path: pulumi.Input<string>;
}

export interface RolloutArgs {
  /** How many Droplets may exist beyond `count` while it rolls. Default: 1. */
  readonly maxSurge?: pulumi.Input<number | undefined>;
  /** How many of `count` may be missing while it rolls. Default: 0. Not both this and `maxSurge` can be 0. */
  readonly maxUnavailable?: pulumi.Input<number | undefined>;
  /** Seconds from losing the serving tag to being shut down. */
  readonly drainSeconds?: pulumi.Input<number | undefined>;
  /** Seconds a Droplet has to shut down before its power is cut. */
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

/** `GateArgs` once known. */
export interface Gate {
  readonly http?: { readonly port: number; readonly path: string };
  readonly active?: boolean;
  readonly successes?: number;
  readonly intervalSeconds?: number;
  readonly deadlineSeconds?: number;
}

/** `RolloutArgs` once known. */
export interface Rollout {
  readonly maxSurge?: number;
  readonly maxUnavailable?: number;
  readonly drainSeconds?: number;
  readonly shutdownSeconds?: number;
}

export const FLEET_PROPERTIES = [
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
  "team",
] as const satisfies readonly (keyof Fleet)[];
