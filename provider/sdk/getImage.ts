import * as pulumi from "@pulumi/pulumi";
import { invocation } from "./declaration";

/**
 * Finds one available image of the account, custom image or snapshot, by exactly one of id, exact name, tag and declared digest. Rejects
 * where there is none, and where there are several and `mostRecent` isn't set: the error lists them.
 */
export function getImage(args: GetImageArgs, opts?: pulumi.InvokeOptions): Promise<FoundImage> {
  return pulumi.runtime.invoke(token, args, invocation(opts)) as Promise<FoundImage>;
}

/** The same, of arguments that may be outputs. */
export function getImageOutput(
  args: { readonly [K in keyof GetImageArgs]: pulumi.Input<GetImageArgs[K]> },
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<FoundImage> {
  return pulumi.runtime.invokeOutput(token, args, invocation(opts));
}

const token = "imagefleet:index:getImage";

/** Exactly one of the first four. */
export interface GetImageArgs {
  /** The image's number, such as `38413969`. */
  readonly id?: string;
  /** Its exact name. */
  readonly name?: string;
  /** A tag that it carries. */
  readonly tag?: string;
  /** The SHA-256 that was declared for its source, 64 hexadecimal digits; of an image that imagefleet imported. */
  readonly digest?: string;
  /** Whether the newest of several is meant. Default: false, several are an error. */
  readonly mostRecent?: boolean;
}

export interface FoundImage {
  /** The image's number, the same in all regions. */
  readonly imageId: string;
  readonly name: string;
  /** Slugs of the regions where the image is. */
  readonly regions: readonly string[];
  readonly distribution: string;
  /** Free text, may be empty. */
  readonly description: string;
  /** Without imagefleet's own. */
  readonly tags: readonly string[];
  /** The SHA-256 that was declared for its source, where imagefleet imported it with one. */
  readonly digest?: string;
  /** Smallest disk of a Droplet that can run it, in GB. */
  readonly minDiskSize?: number;
  /** Size as stored, in GB. */
  readonly sizeGigabytes?: number;
  /** RFC 3339. */
  readonly createdAt?: string;
}
