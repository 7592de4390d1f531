import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** Where an image's bits come from: either `url` or `path`. */
export interface ImageSourceArgs {
  /**
   * Where DigitalOcean fetches the image: HTTP, HTTPS or FTP, answering `HEAD`, ending in the file's extension. Raw, qcow2, VHDX, VDI or
   * VMDK, plain or by gzip or bzip2, under 100 GB unpacked, booting by BIOS; by xz or zstd too, through Spaces. May be secret. A new URL
   * replaces the image, unless `sha256` is declared and stays the same. A URL that has become unreachable is no fault of an image that exists.
   */
  readonly url?: pulumi.Input<string | undefined>;
  /**
   * A local image file of the same formats, absolute or relative to the program's working folder; it reaches DigitalOcean through Spaces.
   * Other bits replace the image; another path to the same bits is only recorded.
   */
  readonly path?: pulumi.Input<string | undefined>;
  /**
   * SHA-256 of the file, 64 hexadecimal digits: the image's identity where it is declared. Default: computed for a `path`; none for a `url`,
   * so the URL is the identity. A new digest replaces; declaring the digest of an image that exists only records it.
   */
  readonly sha256?: pulumi.Input<string | undefined>;
  /** A whole number; a change of it imports anew and replaces, for other bits behind the same URL. Default: 0. */
  readonly generation?: pulumi.Input<number | undefined>;
  /**
   * Whether each preview and `up` asks the URL, by one HEAD, if what it serves has changed: another ETag or length replaces. For a URL that
   * always serves the latest; exclusive with `sha256`. Default: false. A change is recorded.
   */
  readonly follow?: pulumi.Input<boolean | undefined>;
  /**
   * Headers that the URL wants, such as `Authorization`, by name; always kept secret. They are sent to the URL's own server only, and the
   * image passes through Spaces. Default: none. A change is recorded.
   */
  readonly headers?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /**
   * `declared`: DigitalOcean fetches the URL by itself, and nobody compares the bits with `sha256`. `stage`: they are downloaded here,
   * compared, and imported from Spaces. Default: `declared`. A change is recorded.
   */
  readonly verify?: pulumi.Input<string | undefined>;
  /**
   * `auto`: what passes through Spaces is packed with gzip where DigitalOcean takes it no other way (xz, zstd) or where it is a raw disk, of
   * local ones those that get a good deal smaller. `never`: it is sent as it is. Default: `auto`. A change is recorded.
   */
  readonly recompress?: pulumi.Input<string | undefined>;
  /**
   * Codes of findings, such as `file-system-not-ext`, that are to be warnings where they would be errors: DigitalOcean's documentation is
   * stricter than its importer in places. Default: none. A change is recorded.
   */
  readonly accept?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
}

/** `ImageSourceArgs` once known. */
export interface ImageSource {
  readonly url?: string;
  readonly path?: string;
  readonly sha256?: string;
  readonly generation?: number;
  readonly follow?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly verify?: string;
  readonly recompress?: string;
  readonly accept?: readonly string[];
}

/** The same source for whoever runs elsewhere: the plugin's working folder need not be the program's, and headers are secret from here on. */
export function handedOver(source: pulumi.Input<ImageSourceArgs | undefined>): pulumi.Input<ImageSourceArgs | undefined> {
  if (source === undefined) return undefined;
  if (pulumi.Output.isInstance(source) || source instanceof Promise) {
    // An output's type keeps the wrapping of what it held, which is gone by then.
    return pulumi.output(source).apply((known) => pulumi.output(handedOver(known as ImageSourceArgs | undefined)));
  }
  // What is no source at all is for the check to name.
  if (typeof source !== "object") return source;
  const { path, headers } = source;
  return {
    ...source,
    ...(path !== undefined && { path: pulumi.output(path).apply((known) => (known === undefined ? known : resolve(known))) }),
    ...(headers !== undefined && { headers: pulumi.secret(headers) }),
  };
}
