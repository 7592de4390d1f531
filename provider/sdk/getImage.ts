// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.
import * as pulumi from "@pulumi/pulumi";
import { invocation } from "./declaration";

/**
 * Finds one available image of the account, custom image or snapshot, by exactly one of id, exact name, tag and declared digest. Fails
 * where there is none, and where there are several and `mostRecent` isn't set: the error lists them. Of several with one digest, which hold
 * the same bits, it takes that of the own namespace, then one whose bits were verified, then the oldest.
 */
export function getImage(args: GetImageArgs, opts?: pulumi.InvokeOptions): Promise<GetImageResult> {
  return pulumi.runtime.invoke(token, args, invocation(opts)) as Promise<GetImageResult>;
}

/** The same, of arguments that may be outputs. */
export function getImageOutput(
  args: { readonly [K in keyof GetImageArgs]: pulumi.Input<GetImageArgs[K]> },
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetImageResult> {
  return pulumi.runtime.invokeOutput(token, args, invocation(opts));
}

/** The arguments of `getImage`. */
export interface GetImageArgs {
  /** The image's number, such as `38413969`. Excludes the other three. */
  readonly id?: string | number;
  /** The image's exact name. */
  readonly name?: string;
  /** A tag that the image carries. */
  readonly tag?: string;
  /** The SHA-256 that was declared for the image's source, 64 hexadecimal digits; of an image that imagefleet imported. */
  readonly digest?: string;
  /** Whether the newest of several is meant. Default: false, several are an error, except of a digest. */
  readonly mostRecent?: boolean;
}

/** What `getImage` finds. */
export interface GetImageResult {
  /** The image's number, the same in all regions. */
  readonly imageId: string;
  /** The image's name. */
  readonly name: string;
  /** Slugs of the regions where the image is. */
  readonly regions: string[];
  /** The operating system's distribution as DigitalOcean names it. */
  readonly distribution: string;
  /** Free text about the image; may be empty. */
  readonly description: string;
  /** Tags of the image, without imagefleet's own. */
  readonly tags: string[];
  /** The SHA-256 that was declared for its source, where imagefleet imported it with one. */
  readonly digest?: string;
  /** Smallest disk of a Droplet that can run the image, in GB. */
  readonly minDiskSize?: number;
  /** Size as stored, in GB. */
  readonly sizeGigabytes?: number;
  /** When the image was made, as an RFC 3339 time. */
  readonly createdAt?: string;
}

const token = "imagefleet:index:getImage";
