import * as pulumi from "@pulumi/pulumi";
import { propertiesOf, versioned } from "./declaration";
import { handedOver, type ImageSource, type ImageSourceArgs } from "./imageSource";
import type { Team } from "./team";

/** One custom image brought to its home region. Its id is the image's number, the same in all regions. */
export class ImageImport extends pulumi.CustomResource {
  declare readonly source: pulumi.Output<ImageSource | undefined>;
  declare readonly region: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly distribution: pulumi.Output<string | undefined>;
  declare readonly tags: pulumi.Output<string[] | undefined>;
  declare readonly retain: pulumi.Output<number | undefined>;
  declare readonly forceDelete: pulumi.Output<boolean | undefined>;
  /** The image's number, known once the image is available in its home region. */
  declare readonly imageId: pulumi.Output<string>;
  /** Slugs of the regions the image was in when it was last looked at. */
  declare readonly regions: pulumi.Output<string[]>;
  /** The SHA-256 of the source, declared or of a local file, in lower case. */
  declare readonly digest: pulumi.Output<string | undefined>;
  /** Smallest disk of a Droplet that can run it, in GB. */
  declare readonly minDiskSize: pulumi.Output<number>;
  /** Size as stored, in GB: what the service bills once, however many regions. */
  declare readonly sizeGigabytes: pulumi.Output<number>;
  /** The service's word for where the import stands: `NEW`, `pending`, `available`. */
  declare readonly status: pulumi.Output<string>;
  /** When the service took the import, RFC 3339. */
  declare readonly createdAt: pulumi.Output<string>;
  /** The tag that says which bits the image is made of: by it an interrupted import is found again, and an earlier version. */
  declare readonly correlationTag: pulumi.Output<string>;
  /** The tag that all versions of this resource's image carry. */
  declare readonly lineageTag: pulumi.Output<string>;
  /** What a URL that is followed said of its bits when the image was made of them. */
  declare readonly followed: pulumi.Output<FollowedSource | undefined>;
  /** The tag that marks the image as this resource's. */
  declare readonly ownerTag: pulumi.Output<string>;
  /** The team that owns the image. */
  declare readonly team: pulumi.Output<Team>;

  /** An image that another program manages, by its number. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ImageImport {
    return new ImageImport(name, undefined, { ...opts, id });
  }

  constructor(name: string, args: ImageImportArgs | undefined, opts?: pulumi.CustomResourceOptions) {
    const inputs = args === undefined ? undefined : { ...args, source: handedOver(args.source) };
    super("imagefleet:index:ImageImport", name, propertiesOf(imageImportProperties, inputs), versioned(opts));
  }
}

export interface ImageImportArgs {
  /** Where the bits come from. Optional only for an image that was brought in by `pulumi import`. */
  readonly source?: pulumi.Input<ImageSourceArgs | undefined>;
  /** Slug of the region the next import goes to, such as `nyc3`. A change of it alone moves nothing and never replaces. */
  readonly region: pulumi.Input<string>;
  /** Name of the image in the account, at most 255 characters. A change updates. */
  readonly name: pulumi.Input<string>;
  /** Free text beside the image. Default: none, the service's own is empty. A change updates; removing it clears the text. */
  readonly description?: pulumi.Input<string | undefined>;
  /**
   * The system on the image, in DigitalOcean's spelling: `Arch Linux`, `CentOS`, `CoreOS`, `Debian`, `Fedora`, `Fedora Atomic`,
   * `FreeBSD`, `Gentoo`, `openSUSE`, `RancherOS`, `Rocky Linux`, `Ubuntu` or `Unknown`. Default: the service's own, `Unknown`.
   * A change updates.
   */
  readonly distribution?: pulumi.Input<string | undefined>;
  /**
   * Tags on the image, each at most 255 letters, digits, `_`, `-` and `:`; those that start with `imagefleet:` are reserved.
   * Default: none. Order has no meaning. A change updates.
   */
  readonly tags?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * How many earlier versions, 0 to 100, are kept when a new source replaces the image; going back to the source of one takes it back
   * without an import. They are deleted with the resource, and billed until then. Default: 0. A change updates; a lower number deletes
   * what is more.
   */
  readonly retain?: pulumi.Input<number | undefined>;
  /**
   * Whether an image is deleted though Droplets still run it, which go on running. Default: false, it stays, tagged, until a later create
   * or delete of this resource finds it unused. A change is recorded.
   */
  readonly forceDelete?: pulumi.Input<boolean | undefined>;
}

/** What the URL's server said of what it served. */
export interface FollowedSource {
  readonly etag?: string;
  readonly bytes?: number;
}

export const imageImportProperties = [
  "source",
  "region",
  "name",
  "description",
  "distribution",
  "tags",
  "retain",
  "forceDelete",
  "imageId",
  "regions",
  "digest",
  "minDiskSize",
  "sizeGigabytes",
  "status",
  "createdAt",
  "correlationTag",
  "lineageTag",
  "followed",
  "ownerTag",
  "team",
] as const satisfies readonly (keyof ImageImport)[];
