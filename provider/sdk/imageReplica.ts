// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.
import * as pulumi from "@pulumi/pulumi";
import { propertiesOf, versioned, withoutFrames } from "./declaration";
import type { Team } from "./team";

/**
 * An image present in one region, the home region included. Its id is `<imageId>/<region>`. The copies of one image run at the same time,
 * and a copy that runs already is taken over. Deleting a replica makes no request: DigitalOcean can't remove an image from a region.
 */
export class ImageReplica extends pulumi.CustomResource {
  /** Number of the image: a custom image or snapshot of this account, made here or elsewhere. */
  declare readonly imageId: pulumi.Output<string>;
  /** Slug of the region that the image must be in, such as `ams3`. */
  declare readonly region: pulumi.Output<string>;
  /**
   * Slugs of the regions of all replicas of the image: the first replica to be created starts every missing copy, so that they run at the
   * same time.
   */
  declare readonly siblingRegions: pulumi.Output<string[] | undefined>;
  /** Whether `pulumi up` waits until the copy is there. */
  declare readonly wait: pulumi.Output<boolean>;
  /** `available`, or `pending` while the image isn't in the region yet. */
  declare readonly status: pulumi.Output<string>;
  /** The DigitalOcean team that owns the image. */
  declare readonly team: pulumi.Output<Team>;

  /** One that another program manages, by its id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ImageReplica {
    return new ImageReplica(name, undefined, { ...opts, id });
  }

  constructor(name: string, args: ImageReplicaArgs | undefined, opts?: pulumi.CustomResourceOptions) {
    const construction = withoutFrames(ImageReplica);
    try {
      super("imagefleet:index:ImageReplica", name, propertiesOf(properties, args), versioned(opts));
    } catch (error) {
      throw construction.failed(error);
    } finally {
      construction.end();
    }
  }
}

/** The arguments of `ImageReplica`. */
export interface ImageReplicaArgs {
  /** Number of the image: a custom image or snapshot of this account, made here or elsewhere. A change replaces the replica. */
  readonly imageId: pulumi.Input<string | number>;
  /**
   * Slug of the region that the image must be in, such as `ams3`. A change replaces the replica; the copy in the old region stays, since
   * DigitalOcean can't remove an image from one region.
   */
  readonly region: pulumi.Input<string>;
  /**
   * Slugs of the regions of all replicas of the image: the first replica to be created starts every missing copy, so that they run at the
   * same time. Default: its own region. A change is only recorded.
   */
  readonly siblingRegions?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * Whether `pulumi up` waits until the copy is there. Otherwise it is started and stored as `pending`. Default: true. A change updates.
   */
  readonly wait?: pulumi.Input<boolean | undefined>;
}

const properties = ["imageId", "region", "siblingRegions", "wait", "status", "team"];
