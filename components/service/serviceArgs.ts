import type * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";
import type { CustomImage, CustomImageArgs } from "../customImage";
import type { FleetGateArgs } from "../../provider/sdk";
import type { DropletFleetArgs } from "../dropletFleet";
import type { ImageReplication } from "../imageReplication";

/** What an `ImageService` is made of. What is not asked for is left out. */
export interface ImageServiceArgs extends Partial<Pick<CustomImageArgs, "source" | "retain">> {
  /**
   * An image that is there, in the place of `source`: a `CustomImage` or `ImageReplication` that is waited for in all `regions`, or the
   * number of an image. A change rolls.
   */
  readonly image?: CustomImage | ImageReplication | pulumi.Input<string | number>;
  /**
   * Slugs of the regions that serve, each once, at least one; a plain list, for it decides which resources exist. Taking one out deletes
   * what is there, but for the copy of the image. Example: `regions: ["ams3", "fra1", "nyc3"]`.
   */
  readonly regions: readonly string[];
  /**
   * Regions in the order in which they change, each of `regions` once: a wave starts when every fleet of the one before has changed and
   * baked, and is held while one of them waits for its approval. Plain. Default: all at once. Example: `waves: [["ams3"], ["fra1", "nyc3"]]`.
   */
  readonly waves?: readonly (readonly string[])[];
  /** The fleet of each region. Example: `fleet: { size: "s-1vcpu-1gb", count: 3, gate: { http: { port: 8080 } } }`. */
  readonly fleet: ServiceFleetArgs;
  /** What differs from `fleet`, by region; plain but for the values. Example: `overrides: { nyc3: { count: 6 } }`. */
  readonly overrides?: Readonly<Record<string, Partial<ServiceFleetArgs>>>;
  /**
   * SSH keys of the account by id or fingerprint, or the public half of one, which is then made. A change rolls. Example:
   * `sshKeys: { publicKey: "ssh-ed25519 …" }`.
   */
  readonly sshKeys: DropletFleetArgs["sshKeys"] | ServiceSshKeyArgs;
  /**
   * Prefix of the names of all that is made. A change renames, and replaces the VPCs with all that is in them. Default:
   * `<project>-<stack>-<name of the component>`.
   */
  readonly name?: string;
  /**
   * A VPC a region: `{}` makes them, `{ ipRanges: { ams3: "10.10.0.0/20" } }` says where, `{ uuids: { ams3: "…" } }` gives those that are
   * there. Default: each region's default VPC. A change replaces the region's Droplets and load balancer.
   */
  readonly vpc?: ServiceVpcArgs;
  /** A firewall around all Droplets: closed but for its own rules and the load balancers. Default: none. */
  readonly firewall?: ServiceFirewallArgs;
  /** A load balancer a region, to the Droplets that serve; its verdict is the fleets' gate. Default: none. */
  readonly loadBalancer?: ServiceLoadBalancerArgs;
  /**
   * How many Droplets of each region have an address that stays, at most `count`; a plain whole number. It moves to its
   * slot's new Droplet when that begins to serve, and is never without one. Default: 0. Example: `reservedIps: 1`.
   */
  readonly reservedIps?: number;
  /** A name for what keeps its address: the load balancers, else the reserved addresses. Default: none. */
  readonly dns?: ServiceDnsArgs;
  /** The project that all of it is in: the id of one that is there, or what one is to be called, which is then made. Default: none. */
  readonly project?: pulumi.Input<string> | ServiceProjectArgs;
}

/** A fleet of a service; each argument is one of `DropletFleet`. */
export interface ServiceFleetArgs extends Omit<
  DropletFleetArgs,
  "image" | "region" | "sshKeys" | "vpcUuid" | "name" | "servingTags" | "heldBy" | "projectId" | "reservedIps" | "gate"
> {
  /**
   * What a new Droplet must show before it serves, as `DropletFleet` has it; which probes there are is plain. With `loadBalancer`, that
   * one's verdict is a gate, too.
   */
  readonly gate?: FleetGateArgs;
}

export interface ServiceSshKeyArgs {
  /** The public key, one line as in `id_ed25519.pub`. An account takes a key once. */
  readonly publicKey: pulumi.Input<string>;
}

export interface ServiceVpcArgs {
  /** Ranges of those that are made, by region, from /16 to /28. Default: the service's choice. */
  readonly ipRanges?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Those that are there, by region, for every region. Default: they are made. */
  readonly uuids?: Readonly<Record<string, pulumi.Input<string>>>;
}

export interface ServiceFirewallArgs {
  /** What may come in beside the load balancers. Default: nothing. */
  readonly inboundRules?: pulumi.Input<pulumi.Input<digitalocean.types.input.FirewallInboundRule>[]>;
  /** What may go out. Default: everything. */
  readonly outboundRules?: pulumi.Input<pulumi.Input<digitalocean.types.input.FirewallOutboundRule>[]>;
  /**
   * Addresses and ranges of where `pulumi up` runs: it may ask the port of `fleet.gate`. Needed where such a gate is to reach through the
   * firewall. Example: `gateFrom: ["198.51.100.7/32"]`. Default: none.
   */
  readonly gateFrom?: pulumi.Input<pulumi.Input<string>[]>;
}

/** The port and path are all it takes; every other argument is one of `digitalocean.LoadBalancer`. */
export interface ServiceLoadBalancerArgs extends Partial<
  Omit<digitalocean.LoadBalancerArgs, "name" | "region" | "vpcUuid" | "dropletTag" | "dropletIds" | "projectId" | "healthcheck">
> {
  /** TCP port that the Droplets serve on. */
  readonly port: pulumi.Input<number>;
  /** Path that a healthy Droplet answers. Default: `/`. */
  readonly path?: pulumi.Input<string>;
  /** How it asks; which of it there is is plain. Default: a `GET` of `path` on `port`, and otherwise as the service does it. */
  readonly healthcheck?: Partial<digitalocean.types.input.LoadBalancerHealthcheck>;
}

export interface ServiceDnsArgs {
  /** A domain of the account. Example: `domain: "example.com"`, or the `name` of a `digitalocean.Domain`. */
  readonly domain: pulumi.Input<string>;
  /** The name in it. Default: `@`, the domain itself. */
  readonly name?: pulumi.Input<string>;
  /** Seconds that resolvers may keep it, at least 30. Default: 60. */
  readonly ttl?: pulumi.Input<number>;
}

export interface ServiceProjectArgs extends Omit<digitalocean.ProjectArgs, "name" | "resources" | "isDefault"> {
  /** Default: that of all that is made. */
  readonly name?: pulumi.Input<string>;
}
