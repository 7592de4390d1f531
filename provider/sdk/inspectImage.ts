import * as pulumi from "@pulumi/pulumi";
import { invocation } from "./declaration";

/**
 * What an image is, and what stands between it and a Droplet: format, sizes, how it boots, and findings. Reads as little as possible (of a
 * URL at most 4 MiB) and changes nothing. Rejects where the image can't be read at all.
 */
export function inspectImage(args: InspectImageArgs, opts?: pulumi.InvokeOptions): Promise<ImageInspection> {
  return pulumi.runtime.invoke(token, args, invocation(opts)) as Promise<ImageInspection>;
}

/** The same, of arguments that may be outputs. */
export function inspectImageOutput(
  args: { readonly [K in keyof InspectImageArgs]: pulumi.Input<InspectImageArgs[K]> },
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<ImageInspection> {
  return pulumi.runtime.invokeOutput(token, args, invocation(opts));
}

const token = "imagefleet:index:inspectImage";

/** One of both. */
export interface InspectImageArgs {
  /** An http or https URL of an image. May be secret. */
  readonly url?: string;
  /** A local image file, relative to the program's working folder. */
  readonly path?: string;
}

export interface ImageInspection {
  /** Whether no finding is an error. */
  readonly acceptable: boolean;
  /** Of the disk inside the compression: `raw`, `qcow2`, `vmdk`, `vhdx`, `vdi`, `vhd`, `iso`, `tar`, `ova` or `zip`; absent where unreadable. */
  readonly format?: string;
  /** `gzip`, `bzip2`, `xz` or `zstd`; absent where there is none. */
  readonly compression?: string;
  /** Bytes of the disk as a Droplet sees it; absent where only reading everything would tell. */
  readonly virtualSizeBytes?: number;
  /** `none`, `mbr` or `gpt`; absent where unreadable. */
  readonly partitionTable?: string;
  /** `bios`, `uefi-only` or `unknown`. Droplets boot by BIOS. */
  readonly bootMode: string;
  /** File systems in the order of the partitions, as blkid calls them. */
  readonly filesystems: readonly string[];
  /** What the root file system holds; looked for in uncompressed local images only. */
  readonly contents: { readonly cloudInit?: boolean; readonly sshd?: boolean };
  /** What is to be said about the image, errors first. */
  readonly findings: readonly ImageFinding[];
}

export interface ImageFinding {
  /** Its stable name: `uefi-only`. */
  readonly code: string;
  /** `error`: import or boot will fail; `warning`: it is likely to; `note`: good to know. */
  readonly severity: string;
  /** What was found, in one sentence. */
  readonly message: string;
  readonly remedy: string;
  /** Where the rule comes from. */
  readonly source: string;
}
