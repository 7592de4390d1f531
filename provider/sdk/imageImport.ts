// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.
import * as pulumi from "@pulumi/pulumi";
import { propertiesOf, versioned, withoutFrames } from "./declaration";
import { handedOver } from "./handedOver";
import type { Team } from "./team";

/**
 * One custom image, brought to its home region from a URL or a local file. Its id is the image's number, the same in all regions. An import
 * that was interrupted is found again and waited for, never started twice. While an import is unfinished, a diff asks whether it can still
 * succeed.
 */
export class ImageImport extends pulumi.CustomResource {
  /** Where the image's bits come from: either `url` or `path`. */
  declare readonly source: pulumi.Output<ImageImportSource | undefined>;
  /** Slug of the region that the next import goes to, such as `nyc3`. */
  declare readonly region: pulumi.Output<string>;
  /** Name of the image in the account, at most 255 characters. */
  declare readonly name: pulumi.Output<string>;
  /** Free text about the image. */
  declare readonly description: pulumi.Output<string | undefined>;
  /**
   * The operating system's distribution, in DigitalOcean's spelling: `Arch Linux`, `CentOS`, `CoreOS`, `Debian`, `Fedora`, `Fedora Atomic`,
   * `FreeBSD`, `Gentoo`, `openSUSE`, `RancherOS`, `Rocky Linux`, `Ubuntu`, `Unknown`.
   */
  declare readonly distribution: pulumi.Output<string | undefined>;
  /** Your tags on the image, each at most 255 letters, digits, `_`, `-` and `:`. */
  declare readonly tags: pulumi.Output<string[] | undefined>;
  /** How many earlier versions, 0 to 100, are kept when a new source replaces the image. */
  declare readonly retain: pulumi.Output<number | undefined>;
  /** Whether an image is deleted even while Droplets run it; these go on running. */
  declare readonly forceDelete: pulumi.Output<boolean | undefined>;
  /** The image's number, the same in all regions. Known once the image is available in its home region. */
  declare readonly imageId: pulumi.Output<string>;
  /** Slugs of the regions that the image was in when it was last read. */
  declare readonly regions: pulumi.Output<string[]>;
  /** The SHA-256 of the source, declared or of a local file, in lower case. */
  declare readonly digest: pulumi.Output<string | undefined>;
  /** Smallest disk of a Droplet that can run the image, in GB. */
  declare readonly minDiskSize: pulumi.Output<number | undefined>;
  /** Size as stored, in GB: what DigitalOcean bills once, however many regions. */
  declare readonly sizeGigabytes: pulumi.Output<number | undefined>;
  /** `available`, or `NEW` or `pending` while the import runs. */
  declare readonly status: pulumi.Output<string>;
  /** When DigitalOcean accepted the import, as an RFC 3339 time. */
  declare readonly createdAt: pulumi.Output<string | undefined>;
  /** Seconds from then until the image was available, where a run saw the import end: what the next import is expected to take. */
  declare readonly importSeconds: pulumi.Output<number | undefined>;
  /** The tag that says which bits the image is made of. By it an interrupted import is found again, and an earlier version. */
  declare readonly correlationTag: pulumi.Output<string | undefined>;
  /** The tag that the versions of this resource's image carry. It stays the same when the resource, its stack or its project is renamed. */
  declare readonly lineageTag: pulumi.Output<string | undefined>;
  /** By what the resource's copies in Spaces are told from others. */
  declare readonly stagingPrefix: pulumi.Output<string | undefined>;
  /** What the server of a followed URL said about the bits that the image is made of. */
  declare readonly followed: pulumi.Output<ImageImportFollowed | undefined>;
  /** The tag that marks the image as this resource's. */
  declare readonly ownerTag: pulumi.Output<string | undefined>;
  /** The DigitalOcean team that owns the image. */
  declare readonly team: pulumi.Output<Team>;

  /** One that another program manages, by its id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ImageImport {
    return new ImageImport(name, undefined, { ...opts, id });
  }

  constructor(name: string, args: ImageImportArgs | undefined, opts?: pulumi.CustomResourceOptions) {
    const construction = withoutFrames(ImageImport);
    try {
      super("imagefleet:index:ImageImport", name, propertiesOf(properties, handedOver(args, handling)), versioned(opts));
    } catch (error) {
      throw construction.failed(error);
    } finally {
      construction.end();
    }
  }
}

/** The arguments of `ImageImport`. */
export interface ImageImportArgs {
  /**
   * Where the image's bits come from: either `url` or `path`. Required, except for an image that `pulumi import` brought in. A change of
   * digest, or of the URL where no digest is known on both sides, replaces the image.
   *
   * ```ts
   * source: { url: "https://images.example.com/web-1.4.2.qcow2.gz" }
   * ```
   */
  readonly source?: pulumi.Input<ImageImportSourceArgs | undefined>;
  /** Slug of the region that the next import goes to, such as `nyc3`. A change never moves or replaces an image that exists. */
  readonly region: pulumi.Input<string>;
  /** Name of the image in the account, at most 255 characters. A change updates it. */
  readonly name: pulumi.Input<string>;
  /** Free text about the image. Default: empty. A change updates it; taking it out clears the text. */
  readonly description?: pulumi.Input<string | undefined>;
  /**
   * The operating system's distribution, in DigitalOcean's spelling: `Arch Linux`, `CentOS`, `CoreOS`, `Debian`, `Fedora`, `Fedora Atomic`,
   * `FreeBSD`, `Gentoo`, `openSUSE`, `RancherOS`, `Rocky Linux`, `Ubuntu`, `Unknown`. Default: `Unknown`. A change updates it.
   */
  readonly distribution?: pulumi.Input<string | undefined>;
  /**
   * Your tags on the image, each at most 255 letters, digits, `_`, `-` and `:`. Tags that start with `imagefleet:` are reserved. Their
   * order doesn't matter. Default: none. A change updates them.
   */
  readonly tags?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /**
   * How many earlier versions, 0 to 100, are kept when a new source replaces the image. Going back to the source of a kept version reuses
   * it in seconds, without an import. Kept versions are deleted with the resource, and billed until then. Default: 0. A change updates;
   * lowering it deletes the oldest versions beyond the new number.
   */
  readonly retain?: pulumi.Input<number | undefined>;
  /**
   * Whether an image is deleted even while Droplets run it; these go on running. Otherwise it stays, tagged, until a later create or delete
   * of this resource finds it unused. Default: false. A change is only recorded.
   */
  readonly forceDelete?: pulumi.Input<boolean | undefined>;
}

/** Where the image's bits come from: either `url` or `path`. */
export interface ImageImportSourceArgs {
  /**
   * Where DigitalOcean fetches the image: an http, https or ftp URL that answers `HEAD`, too. Raw, qcow2, VHDX, VDI or VMDK, plain or
   * compressed with gzip or bzip2, less than 100 GB uncompressed, booting by BIOS; xz and zstd, too, through Spaces. May be secret. A new
   * URL replaces the image, unless `sha256` is declared and stays the same. A URL that can no longer be reached doesn't affect an image
   * that exists. Excludes `path`.
   */
  readonly url?: pulumi.Input<string | undefined>;
  /**
   * A local image file of the same formats, absolute or relative to the program's working folder. It reaches DigitalOcean through Spaces.
   * Other bits replace the image; another path to the same bits is only recorded. Excludes `url`.
   */
  readonly path?: pulumi.Input<string | undefined>;
  /**
   * SHA-256 of the file, or of what the URL serves, 64 hexadecimal digits. Where it is declared, it is the image's identity: a new URL with
   * the same digest replaces nothing, a new digest replaces the image, and declaring the digest of an image that exists only records it.
   * DigitalOcean doesn't verify it, see `verify`. Default: computed for a `path`; none for a `url`, so the URL is the identity.
   */
  readonly sha256?: pulumi.Input<string | undefined>;
  /** A whole number. A change of it imports the image again and replaces it, for other bits behind the same URL. Default: 0. */
  readonly generation?: pulumi.Input<number | undefined>;
  /**
   * Whether each preview and `up` asks the URL, by one `HEAD`, if what it serves has changed: another ETag or length replaces the image.
   * For a URL that always serves the latest. While it can't be reached, an image that exists stays as it is. Excludes `sha256`. Default:
   * false. A change is only recorded.
   */
  readonly follow?: pulumi.Input<boolean | undefined>;
  /**
   * Headers that the URL needs, such as `Authorization`, by name. Always kept secret. They are sent from here, and to the URL's own server
   * only, so the image passes through Spaces. Default: none. A change is only recorded.
   */
  readonly headers?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /**
   * Who compares the image with `sha256`. `declared`: nobody, DigitalOcean fetches the URL itself and doesn't say what it got. `stage`: the
   * image is downloaded here, compared, and imported from Spaces. Default: `declared`. A change is only recorded.
   */
  readonly verify?: pulumi.Input<string | undefined>;
  /**
   * Whether what passes through Spaces is compressed with gzip on the way. `auto`: what DigitalOcean doesn't take (xz, zstd), and raw
   * disks, local ones where they get much smaller. `never`: every image is sent as it is. Default: `auto`. A change is only recorded.
   */
  readonly recompress?: pulumi.Input<string | undefined>;
  /**
   * Codes of findings, such as `file-system-not-ext`, that are to be warnings where they would be errors: DigitalOcean's documentation is
   * stricter than its importer in places. A change is recorded. Default: none.
   */
  readonly accept?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
}

/** `ImageImportSourceArgs` once known. */
export interface ImageImportSource {
  /** Where DigitalOcean fetches the image: an http, https or ftp URL that answers `HEAD`, too. */
  readonly url?: string;
  /** A local image file of the same formats, absolute or relative to the program's working folder. */
  readonly path?: string;
  /** SHA-256 of the file, or of what the URL serves, 64 hexadecimal digits. */
  readonly sha256?: string;
  /** A whole number. */
  readonly generation?: number;
  /**
   * Whether each preview and `up` asks the URL, by one `HEAD`, if what it serves has changed: another ETag or length replaces the image.
   */
  readonly follow?: boolean;
  /** Headers that the URL needs, such as `Authorization`, by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Who compares the image with `sha256`. */
  readonly verify?: string;
  /** Whether what passes through Spaces is compressed with gzip on the way. */
  readonly recompress?: string;
  /**
   * Codes of findings, such as `file-system-not-ext`, that are to be warnings where they would be errors: DigitalOcean's documentation is
   * stricter than its importer in places.
   */
  readonly accept?: string[];
}

/** What the server of a followed URL said about the bits that the image is made of. */
export interface ImageImportFollowed {
  /** Its ETag, where it gave one. */
  readonly etag?: string;
  /** Its length, where it gave one. */
  readonly bytes?: number;
}

const properties = [
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
  "importSeconds",
  "correlationTag",
  "lineageTag",
  "stagingPrefix",
  "followed",
  "ownerTag",
  "team",
];

const handling = { source: { path: "absolute", headers: "secret" } } as const;
