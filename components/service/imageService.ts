import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../argumentError";
import { CustomImage } from "../customImage";
import { DropletFleet } from "../dropletFleet";
import { byRegion, mapped } from "./byRegion";
import type { ByRegion } from "./byRegion";
import { fleetOf } from "./fleetOf";
import { makeRecords, urlOf } from "./names";
import type { ImageServiceArgs } from "./serviceArgs";
import { serviceFaults } from "./serviceFaults";
import { makeSurroundings } from "./surroundings";
import type { Surroundings } from "./surroundings";
import { inWaves } from "./waves";
import type * as digitalocean from "@pulumi/digitalocean";

/**
 * A service in several regions, from one image: a fleet a region, and what is asked for around them, made with `@pulumi/digitalocean`.
 *
 * ```ts
 * const service = new ImageService("web", {
 *   source: { url: "https://images.example.com/web-1.4.2.qcow2.gz" },
 *   regions: ["ams3", "fra1", "nyc3"],
 *   waves: [["ams3"], ["fra1", "nyc3"]],
 *   fleet: { size: "s-1vcpu-1gb", count: 3 },
 *   sshKeys,
 *   vpc: {},
 *   firewall: {},
 *   loadBalancer: { port: 8080, path: "/healthy" },
 * });
 * export const url = service.url;
 * ```
 */
export class ImageService extends pulumi.ComponentResource {
  /** Where it answers: the DNS name, else the first region's load balancer, else nothing that stays. */
  readonly url: pulumi.Output<string | undefined>;
  /** Public IPv4 addresses of the Droplets that serve, by region. */
  readonly addresses: pulumi.Output<ByRegion<string[]>>;
  /** Public IPv4 addresses of the load balancers, by region. */
  readonly loadBalancers: pulumi.Output<ByRegion<string>>;
  /** The image's number, the same in all regions; where the service made the image, known once it is in all of them. */
  readonly imageId: pulumi.Output<string>;
  /** The fleets, by region. */
  readonly fleets: ByRegion<DropletFleet>;
  /** What the service made around the fleets; what was given or left out is not among it. */
  readonly made: ServiceParts;

  constructor(name: string, args: ImageServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`ImageService "${name}"`, serviceFaults(args));
    super("imagefleet:index:ImageService", name, {}, opts);
    const { regions, source, retain, waves = [regions] } = args;
    const customTimeouts = opts?.customTimeouts;
    const house = { parent: this, logicalName: name, name: args.name ?? nameOf(name) };

    const around = makeSurroundings(house, args);
    const customImage =
      source === undefined
        ? undefined
        : new CustomImage(name, { source, retain, regions, name: house.name }, { parent: this, customTimeouts });
    const image = (args.image ?? customImage) as NonNullable<ImageServiceArgs["image"]>;
    const firewall = around.firewall === undefined ? [] : [around.firewall];
    this.fleets = inWaves(waves, (region, { before, heldBy }) => {
      const wanted = { ...fleetOf(region, args, around), image, name: `${house.name}-${region}`, heldBy };
      return new DropletFleet(`${name}-${region}`, wanted, { parent: this, customTimeouts, dependsOn: [...before, ...firewall] });
    });
    const dnsRecords = makeRecords(house, args.dns, around);
    this.made = { ...around, customImage, dnsRecords };

    this.url = urlOf(args, around, dnsRecords);
    this.addresses = pulumi.output(byRegion(regions, (region) => this.fleets[region]?.addresses as pulumi.Output<string[]>));
    this.loadBalancers = pulumi.output(mapped(around.loadBalancers, ({ ip }) => ip));
    this.imageId = customImage === undefined ? idOf(image) : pulumi.all([customImage.imageId, customImage.regions]).apply(([id]) => id);
    const { url, addresses, loadBalancers, imageId } = this;
    this.registerOutputs({ url, addresses, loadBalancers, imageId });
  }
}

/** What a service made itself. */
export interface ServiceParts extends Surroundings {
  readonly customImage?: CustomImage;
  readonly dnsRecords: readonly digitalocean.DnsRecord[];
}

/** Names at DigitalOcean are of the whole account. */
function nameOf(logicalName: string): string {
  return [pulumi.getProject(), pulumi.getStack(), logicalName].join("-").replaceAll(/[^a-zA-Z0-9]+/g, "-");
}

function idOf(image: NonNullable<ImageServiceArgs["image"]>): pulumi.Output<string> {
  return pulumi.Resource.isInstance(image) ? image.imageId : pulumi.output(image).apply(String);
}
