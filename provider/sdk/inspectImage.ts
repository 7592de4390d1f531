// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.
import * as pulumi from "@pulumi/pulumi";
import { invocation } from "./declaration";
import { handedOver } from "./handedOver";

/**
 * Says what an image is, and what stands between it and a Droplet: format, sizes, how it boots, and findings. Reads as little as possible
 * (of a URL at most 4 MiB) and changes nothing. Fails where the image can't be read at all. `./bin/imagefleet inspect` prints the same.
 */
export function inspectImage(args: InspectImageArgs, opts?: pulumi.InvokeOptions): Promise<InspectImageResult> {
  return pulumi.runtime.invoke(token, handedOver(args, handling), invocation(opts)) as Promise<InspectImageResult>;
}

/** The same, of arguments that may be outputs. */
export function inspectImageOutput(
  args: { readonly [K in keyof InspectImageArgs]: pulumi.Input<InspectImageArgs[K]> },
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<InspectImageResult> {
  return pulumi.runtime.invokeOutput(token, handedOver(args, handling), invocation(opts));
}

/** The arguments of `inspectImage`. */
export interface InspectImageArgs {
  /** An http or https URL of an image. May be secret. Excludes `path`. */
  readonly url?: string;
  /** A local image file, relative to the program's working folder. Excludes `url`. */
  readonly path?: string;
}

/** What `inspectImage` finds. */
export interface InspectImageResult {
  /** Whether no finding is an error. */
  readonly acceptable: boolean;
  /**
   * Format of the disk inside the compression: `raw`, `qcow2`, `vmdk`, `vhdx`, `vdi`, `vhd`, `iso`, `tar`, `ova`, `zip`, `text` or `html`.
   * Absent where it can't be read.
   */
  readonly format?: string;
  /** `gzip`, `bzip2`, `xz` or `zstd`. Absent where there is none. */
  readonly compression?: string;
  /** Bytes of the disk as a Droplet sees it. Absent where only reading everything would tell. */
  readonly virtualSizeBytes?: number;
  /** `none`, `mbr` or `gpt`. Absent where it can't be read. */
  readonly partitionTable?: string;
  /** `bios`, `uefi-only` or `unknown`. Droplets boot by BIOS. */
  readonly bootMode: string;
  /** File systems in the order of the partitions, as blkid calls them. */
  readonly filesystems: string[];
  /** What the root file system holds. Looked for in uncompressed local images only, and absent where it can't be told. */
  readonly contents: InspectImageContents;
  /** What there is to say about the image, errors first. */
  readonly findings: InspectImageFinding[];
}

/** What the root file system holds. */
export interface InspectImageContents {
  /** Whether cloud-init or another accepted first-boot agent is there. */
  readonly cloudInit?: boolean;
  /** Whether an SSH server is there. */
  readonly sshd?: boolean;
}

/** What there is to say about the image, errors first. */
export interface InspectImageFinding {
  /** The finding's stable name: `uefi-only`. */
  readonly code: string;
  /** `error`: import or boot will fail; `warning`: it is likely to; `note`: good to know. */
  readonly severity: string;
  /** What was found, in one sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Where the rule comes from. */
  readonly source: string;
}

const token = "imagefleet:index:inspectImage";

const handling = { path: "absolute" } as const;
