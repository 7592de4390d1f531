import * as pulumi from "@pulumi/pulumi";
import { ImageReplica } from "../provider/sdk";
import type { ImageImport } from "../provider/sdk";
import { refuse } from "./argumentError";
import type { CustomImage } from "./customImage";
import { shown } from "./shown";
import { copyFaults, waitedRegions } from "./waitFor";
import type { WaitFor } from "./waitFor";

/**
 * An image or snapshot of this account, present in every region of a list. All missing copies run at the same time.
 *
 * ```ts
 * const golden = new ImageReplication("golden", { image: "123456789", regions: ["nyc3", "ams3"] });
 * const fleet = new DropletFleet("web", { image: golden, region: "ams3", size: "s-1vcpu-1gb", count: 3, sshKeys });
 * ```
 */
export class ImageReplication extends pulumi.ComponentResource {
  /** The image's number, the same in all regions. It says nothing of where the image is: for a Droplet take `in(region)`. */
  readonly imageId: pulumi.Output<string>;
  /** Slugs of the regions that are waited for, known once the image is in all of them. */
  readonly regions: pulumi.Output<string[]>;
  readonly #name: string;
  readonly #waited: ReadonlyMap<string, ImageReplica>;

  constructor(name: string, args: ImageReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    const { image, regions, waitFor = "all" } = args;
    refuse(`ImageReplication "${name}"`, copyFaults(regions, waitFor));
    super("imagefleet:index:ImageReplication", name, {}, opts);

    const { imageId, owner } = sourceOf(image);
    const options = { parent: this, deletedWith: owner, customTimeouts: opts?.customTimeouts };
    const waited = new Set(waitedRegions(waitFor, regions));
    const replicas = new Map(
      regions.map((region) => {
        const replica = { imageId, region, siblingRegions: regions, wait: waited.has(region) };
        return [region, new ImageReplica(`${name}-${region}`, replica, options)];
      }),
    );

    this.#name = name;
    this.#waited = new Map([...replicas].filter(([region]) => waited.has(region)));
    this.imageId = imageId;
    this.regions = pulumi.all([...this.#waited.values()].map((replica) => replica.region));
    this.registerOutputs({ imageId: this.imageId, regions: this.regions });
  }

  /**
   * The image's number, known once the image is in that region, so that whatever takes it waits for its own region only.
   * Throws for a region that is not waited for.
   */
  in(region: string): pulumi.Output<string> {
    const replica = this.#waited.get(region);
    if (replica !== undefined) return replica.imageId;
    const waited = [...this.#waited.keys()].join(", ");
    throw new pulumi.RunError(
      `Image "${this.#name}" must be waited for in a region to be used there, which holds for ${waited}, got ${shown(region)}: ` +
        "add the region to `regions` and to `waitFor`.",
    );
  }
}

export interface ImageReplicationArgs {
  /**
   * The image: a `CustomImage` or an `ImageImport` of this program, whose copies then go when it goes, or the number of a custom image
   * or snapshot that was made elsewhere. A change copies the other image, and rolls what runs this one.
   */
  readonly image: CustomImage | ImageImport | pulumi.Input<string | number>;
  /**
   * Slugs of the regions, each once, at least one; a plain list, for it decides which resources exist. Adding a region copies the image
   * there. Taking one out forgets the copy and leaves it at the service, which cannot remove an image from a region.
   */
  readonly regions: readonly string[];
  /**
   * The copies that `up` waits for: `"all"`, `"home"` (the first of `regions`) or a list out of `regions`. The others are started, and
   * finish by themselves; `in(region)` does not offer them. Default: `"all"`. A change updates.
   */
  readonly waitFor?: WaitFor;
}

/** The image's number, and the resource that takes its copies with it when it goes. */
function sourceOf(image: ImageReplicationArgs["image"]): { imageId: pulumi.Output<string>; owner?: ImageImport } {
  if (!pulumi.Resource.isInstance(image)) return { imageId: pulumi.output(image).apply(String) };
  const owner = "imageImport" in image ? image.imageImport : image;
  return { imageId: owner.imageId, owner };
}
