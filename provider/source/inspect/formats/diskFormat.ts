import type { FormatName } from "../../accepted";
import type { ByteSource } from "../../bytes/byteSource";

/** What a format can do that keeps an image from being imported from one file. */
export type FormatTrait = "backing-file" | "external-data" | "encrypted" | "descriptor-only" | "split-extents";

/** A file that holds a disk, or is taken for one. */
export interface Disk {
  readonly format: FormatName;
  /** Bytes that the guest sees. */
  readonly virtualSizeBytes: number | undefined;
  readonly traits: readonly FormatTrait[];
  /** The disk as the guest sees it; undefined where this file alone does not hold it. */
  readonly guest: ByteSource | undefined;
  /** Throws `Unreadable` where the format's own maps show that the end of the file is missing. */
  readonly verify?: () => Promise<void>;
}

/** One format, recognised by content. */
export interface DiskFormat {
  readonly name: FormatName;
  /** `head`: the first 64 KiB; `tail`: the last 512 bytes, empty where they are out of reach. */
  readonly matches: (head: Buffer, tail: Buffer) => boolean;
  /** Throws `Unreadable` where the header makes no sense. */
  readonly open: (file: ByteSource) => Promise<Disk>;
}
