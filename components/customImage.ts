import * as pulumi from "@pulumi/pulumi";
import { ImageImport } from "../provider/sdk";
import type { ImageImportArgs } from "../provider/sdk";
import { refuse } from "./argumentError";
import { ImageReplication } from "./imageReplication";
import type { ImageReplicationArgs } from "./imageReplication";
import { copyFaults } from "./waitFor";

/**
 * A custom image: imported once, to the first of `regions`, and copied to all the others at the same time.
 *
 * ```ts
 * const image = new CustomImage("web", {
 *   source: { url: "https://images.example.com/web-1.4.2.qcow2.gz" },
 *   regions: ["nyc3", "ams3"],
 * });
 * ```
 */
export class CustomImage extends pulumi.ComponentResource {
  /** The image's number, the same in all regions. It says nothing of where the image is: for a Droplet take `in(region)`. */
  readonly imageId: pulumi.Output<string>;
  /** Slugs of the regions that are waited for, known once the image is in all of them. */
  readonly regions: pulumi.Output<string[]>;
  /** SHA-256 of the source, where it is declared or that of a local file. */
  readonly digest: pulumi.Output<string | undefined>;
  /** Smallest disk of a Droplet that can run the image, in GB. */
  readonly minDiskSize: pulumi.Output<number | undefined>;
  /** Size as stored, in GB: what the service bills once, however many regions. */
  readonly sizeGigabytes: pulumi.Output<number | undefined>;
  /** The import that all copies are copies of. */
  readonly imageImport: ImageImport;
  readonly #replication: ImageReplication;

  constructor(name: string, args: CustomImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const { regions, waitFor = "all", importId, ...image } = args;
    refuse(`CustomImage "${name}"`, copyFaults(regions, waitFor));
    super("imagefleet:index:CustomImage", name, {}, opts);

    // Arguments that are not known here go along, so that the import's check names them instead of their being dropped unseen.
    const children = { parent: this, customTimeouts: opts?.customTimeouts };
    const wanted = { ...image, name: image.name ?? name, region: regions[0] as string };
    this.imageImport = new ImageImport(name, wanted, { ...children, import: importId?.toString() });
    this.#replication = new ImageReplication(name, { image: this.imageImport, regions, waitFor }, children);

    this.imageId = this.imageImport.imageId;
    this.regions = this.#replication.regions;
    this.digest = this.imageImport.digest;
    this.minDiskSize = this.imageImport.minDiskSize;
    this.sizeGigabytes = this.imageImport.sizeGigabytes;
    const { imageId, digest, minDiskSize, sizeGigabytes } = this;
    this.registerOutputs({ imageId, regions: this.regions, digest, minDiskSize, sizeGigabytes });
  }

  /**
   * The image's number, known once the image is in that region, so that whatever takes it waits for its own region only.
   * Throws for a region that is not waited for.
   */
  in(region: string): pulumi.Output<string> {
    return this.#replication.in(region);
  }
}

/** Where nothing else is said, as for `ImageImport` and `ImageReplication`; `name` defaults to the component's own name. */
export interface CustomImageArgs
  extends
    Required<Pick<ImageImportArgs, "source">>,
    Partial<Pick<ImageImportArgs, "name">>,
    Pick<ImageImportArgs, "description" | "distribution" | "tags" | "retain" | "forceDelete">,
    Omit<ImageReplicationArgs, "image" | "regions"> {
  /**
   * Slugs of the regions the image is wanted in, each once, at least one; a plain list, for it decides which resources exist. The next
   * import goes to the first one: for an image that exists the order means nothing, and no change here replaces it. Adding a region
   * copies the image there. Taking one out leaves that copy at DigitalOcean, which can't remove an image from one region.
   */
  readonly regions: readonly string[];
  /**
   * Number of an image that exists, to be managed by this component instead of importing one: name, description, distribution and tags
   * are changed to what is declared here, and the source is recorded. A plain value; it may be taken out again after that `up`.
   * Default: none.
   */
  readonly importId?: string | number;
}
