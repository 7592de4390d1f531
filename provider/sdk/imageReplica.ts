import * as pulumi from "@pulumi/pulumi";
import { propertiesOf, versioned } from "./declaration";
import type { Team } from "./team";

/** One image present in one region, the home region included. Its id is `<imageId>/<region>`. */
export class ImageReplica extends pulumi.CustomResource {
  /** The image's number, known once the image is in this region: what a Droplet of this region waits for. */
  declare readonly imageId: pulumi.Output<string>;
  declare readonly region: pulumi.Output<string>;
  declare readonly siblingRegions: pulumi.Output<string[]>;
  declare readonly wait: pulumi.Output<boolean>;
  /** `available`, or `pending` while the copy is not there and nobody waits for it. */
  declare readonly status: pulumi.Output<string>;
  /** The team that owns the image. */
  declare readonly team: pulumi.Output<Team>;

  /** A copy that another program manages, by `<imageId>/<region>`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ImageReplica {
    return new ImageReplica(name, undefined, { ...opts, id });
  }

  constructor(name: string, args: ImageReplicaArgs | undefined, opts?: pulumi.CustomResourceOptions) {
    super("imagefleet:index:ImageReplica", name, propertiesOf(imageReplicaProperties, args), versioned(opts));
  }
}

export interface ImageReplicaArgs {
  /** Number of a custom image or snapshot of this account. A change replaces: it is a copy of another image. */
  readonly imageId: pulumi.Input<string>;
  /** Slug of the region it must be in, such as `ams3`. A change replaces; the old copy stays, for the service cannot remove it. */
  readonly region: pulumi.Input<string>;
  /**
   * Slugs of all regions that are wanted, so that the first replica to be created asks for every missing copy at once.
   * Default: its own region alone. A change is recorded and does nothing.
   */
  readonly siblingRegions?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /** Whether `up` waits until the copy is there. Default: true. A change updates. */
  readonly wait?: pulumi.Input<boolean | undefined>;
}

export const imageReplicaProperties = [
  "imageId",
  "region",
  "siblingRegions",
  "wait",
  "status",
  "team",
] as const satisfies readonly (keyof ImageReplica)[];
