import * as pulumi from "@pulumi/pulumi";
import { Fleet } from "../provider/sdk";
import type { FleetArgs, FleetDroplet, FleetRolloutStatus, ImageImport, ImageReplica } from "../provider/sdk";
import { refuse } from "./argumentError";
import type { CustomImage } from "./customImage";
import type { ImageReplication } from "./imageReplication";
import { isDropletNamePrefix } from "../provider/rules/dropletNamePrefix";
import { regionFaults } from "./regions";
import { shown } from "./shown";

/**
 * Droplets in one region that run one image. A new image, size, key or user data rolls them over, one after the other, each new one
 * serving before an old one goes.
 *
 * ```ts
 * const fleet = new DropletFleet("web", { image, region: "ams3", size: "s-1vcpu-1gb", count: 3, sshKeys });
 * ```
 */
export class DropletFleet extends pulumi.ComponentResource {
  /** The Droplets that serve, in the order of their slots. */
  readonly droplets: pulumi.Output<FleetDroplet[]>;
  /** Public IPv4 addresses of the Droplets that serve, in the order of their slots. */
  readonly addresses: pulumi.Output<string[]>;
  /** The tag on every Droplet from its first moment to its last: let firewalls select by this one. */
  readonly fleetTag: pulumi.Output<string>;
  /** The tag on a Droplet only while it serves: let load balancers select by this one. */
  readonly servingTag: pulumi.Output<string>;
  /** Where a change stands that isn't complete. */
  readonly rollout: pulumi.Output<FleetRolloutStatus>;

  constructor(name: string, args: DropletFleetArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`DropletFleet "${name}"`, fleetFaults(name, args));
    const image = imageIn(args.region, args.image);
    super("imagefleet:index:DropletFleet", name, {}, opts);

    const fleet = new Fleet(name, { ...args, name: args.name ?? name, image }, { parent: this, customTimeouts: opts?.customTimeouts });

    this.droplets = fleet.droplets;
    this.addresses = fleet.addresses;
    this.fleetTag = fleet.fleetTag;
    this.servingTag = fleet.servingTag;
    this.rollout = fleet.rollout;
    const { droplets, addresses, fleetTag, servingTag, rollout } = this;
    this.registerOutputs({ droplets, addresses, fleetTag, servingTag, rollout });
  }
}

/** Where nothing else is said, as for `Fleet`; `name` defaults to the component's own name. */
export interface DropletFleetArgs extends Omit<FleetArgs, "image" | "name" | "region">, Partial<Pick<FleetArgs, "name">> {
  /**
   * Prefix of the Droplets' names, which are hostnames: letters, digits, `-` and `.`, at most 200. Default: the component's own name. A
   * change is for new Droplets; those that exist keep theirs.
   */
  readonly name?: pulumi.Input<string>;
  /**
   * What every Droplet runs: a `CustomImage` or `ImageReplication` that is waited for in `region`, an `ImageReplica` there, an
   * `ImageImport`, or the number of an image, also as an Output. Of a component it waits for its own region only; of a number it waits
   * for a copy on its way, and fails with the remedy where there is none. A change rolls.
   */
  readonly image: CustomImage | ImageReplication | ImageImport | ImageReplica | pulumi.Input<string | number>;
  /** Slug of the region, such as `ams3`; a plain value, for it chooses the copy to wait for. A change replaces the whole fleet. */
  readonly region: string;
}

/** What is wrong with the arguments, as far as plain values tell. */
export function fleetFaults(name: string, args: Pick<DropletFleetArgs, "region" | "name">): readonly string[] {
  return [...regionFaults("region", args.region), ...nameFaults(name, args.name)];
}

/** The default, which is the component's own name, may be no hostname. */
function nameFaults(own: string, given: DropletFleetArgs["name"]): readonly string[] {
  if (given !== undefined || isDropletNamePrefix(own)) return [];
  return [
    `\`name\` must be given, because the component's own name ${shown(own)} can't be the prefix of hostnames; ` +
      'use letters, digits, `-` and `.`, such as `name: "web-app"`.',
  ];
}

/** The image's number, known once the image can be used in that region, as far as what was given can tell. */
function imageIn(region: string, image: DropletFleetArgs["image"]): FleetArgs["image"] {
  if (!pulumi.Resource.isInstance(image)) return image;
  return "in" in image ? image.in(region) : image.imageId;
}
