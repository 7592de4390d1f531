import type { PropertyTable, Rule } from "../../host/property";
import type { ResourceChange, StoredState, State } from "../../host/resource";
import type { ValuesOf } from "../../host/property";
import { isRegionSlug, regionSlugExpectation } from "../../rules/regionSlug";
import { distributionNames, isDistribution } from "./distribution";
import { areTags } from "../imageTags";

/** The form of a region slug; whether there is such a region, DigitalOcean knows. */
export const regionSlugRule: Rule = { expectation: regionSlugExpectation, holds: isRegionSlug };

function oneOf(...words: readonly string[]): Rule {
  return { expectation: `must be ${words.map((word) => `\`${word}\``).join(" or ")}`, holds: (value: string) => words.includes(value) };
}

export const teamTable = {
  uuid: { shape: "string", doc: "The team's UUID.", required: true },
  name: { shape: "string", doc: "The team's name.", required: true },
} as const satisfies PropertyTable;

export const importInputs = {
  source: {
    shape: {
      object: {
        url: {
          shape: "string",
          doc: "Where DigitalOcean fetches the image: an http, https or ftp URL that answers `HEAD`, too. Raw, qcow2, VHDX, VDI or VMDK, plain or compressed with gzip or bzip2, less than 100 GB uncompressed, booting by BIOS; xz and zstd, too, through Spaces. May be secret. A new URL replaces the image, unless `sha256` is declared and stays the same. A URL that can no longer be reached doesn't affect an image that exists. Excludes `path`.",
          rules: [
            {
              expectation: "must be an http, https or ftp URL such as `https://images.example.com/web.qcow2.gz`",
              holds: (value: string) => URL.canParse(value) && ["http:", "https:", "ftp:"].includes(new URL(value).protocol),
            },
          ],
        },
        path: {
          shape: "path",
          doc: "A local image file of the same formats, absolute or relative to the program's working folder. It reaches DigitalOcean through Spaces. Other bits replace the image; another path to the same bits is only recorded. Excludes `url`.",
          rules: [{ expectation: "must not be empty", holds: (value: string) => value !== "" }],
        },
        sha256: {
          shape: "string",
          doc: "SHA-256 of the file, or of what the URL serves, 64 hexadecimal digits. Where it is declared, it is the image's identity: a new URL with the same digest replaces nothing, a new digest replaces the image, and declaring the digest of an image that exists only records it. DigitalOcean doesn't verify it, see `verify`. Default: computed for a `path`; none for a `url`, so the URL is the identity.",
          rules: [{ expectation: "must be 64 hexadecimal digits", holds: (value: string) => /^[0-9a-f]{64}$/i.test(value) }],
        },
        generation: {
          shape: "integer",
          doc: "A whole number. A change of it imports the image again and replaces it, for other bits behind the same URL. Default: 0.",
        },
        follow: {
          shape: "boolean",
          doc: "Whether each preview and `up` asks the URL, by one `HEAD`, if what it serves has changed: another ETag or length replaces the image. For a URL that always serves the latest. While it can't be reached, an image that exists stays as it is. Excludes `sha256`. Default: false. A change is only recorded.",
        },
        headers: {
          shape: { mapOf: "string" },
          secret: true,
          doc: "Headers that the URL needs, such as `Authorization`, by name. Always kept secret. They are sent from here, and to the URL's own server only, so the image passes through Spaces. Default: none. A change is only recorded.",
          rules: [
            {
              expectation: "must hold names and values as HTTP has them",
              holds: (headers: Readonly<Record<string, string>>) =>
                Object.entries(headers).every(
                  ([name, value]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value),
                ),
            },
          ],
        },
        verify: {
          shape: "string",
          doc: "Who compares the image with `sha256`. `declared`: nobody, DigitalOcean fetches the URL itself and doesn't say what it got. `stage`: the image is downloaded here, compared, and imported from Spaces. Default: `declared`. A change is only recorded.",
          rules: [oneOf("declared", "stage")],
        },
        recompress: {
          shape: "string",
          doc: "Whether what passes through Spaces is compressed with gzip on the way. `auto`: what DigitalOcean doesn't take (xz, zstd), and raw disks, local ones where they get much smaller. `never`: every image is sent as it is. Default: `auto`. A change is only recorded.",
          rules: [oneOf("auto", "never")],
        },
        accept: {
          shape: { listOf: "string" },
          doc: "Codes of findings, such as `file-system-not-ext`, that are to be warnings where they would be errors: DigitalOcean's documentation is stricter than its importer in places. A change is recorded. Default: none.",
        },
      },
    },
    doc: "Where the image's bits come from: either `url` or `path`. Required, except for an image that `pulumi import` brought in. A change of digest, or of the URL where no digest is known on both sides, replaces the image.",
    example: 'source: { url: "https://images.example.com/web-1.4.2.qcow2.gz" }',
  },
  region: {
    shape: "string",
    required: true,
    change: "none",
    doc: "Slug of the region that the next import goes to, such as `nyc3`. A change never moves or replaces an image that exists.",
    rules: [regionSlugRule],
  },
  name: {
    shape: "string",
    required: true,
    doc: "Name of the image in the account, at most 255 characters. A change updates it.",
    rules: [{ expectation: "must not be empty", holds: (value: string) => value.trim() !== "" }],
  },
  description: { shape: "string", doc: "Free text about the image. Default: empty. A change updates it; taking it out clears the text." },
  distribution: {
    shape: "string",
    doc: `The operating system's distribution, in DigitalOcean's spelling: ${distributionNames}. Default: \`Unknown\`. A change updates it.`,
    rules: [isDistribution],
  },
  tags: {
    shape: { listOf: "string" },
    doc: "Your tags on the image, each at most 255 letters, digits, `_`, `-` and `:`. Tags that start with `imagefleet:` are reserved. Their order doesn't matter. Default: none. A change updates them.",
    rules: areTags,
  },
  retain: {
    shape: "integer",
    doc: "How many earlier versions, 0 to 100, are kept when a new source replaces the image. Going back to the source of a kept version reuses it in seconds, without an import. Kept versions are deleted with the resource, and billed until then. Default: 0. A change updates; lowering it deletes the oldest versions beyond the new number.",
    rules: [{ expectation: "must be a whole number from 0 to 100", holds: (value: number) => value >= 0 && value <= 100 }],
  },
  forceDelete: {
    shape: "boolean",
    doc: "Whether an image is deleted even while Droplets run it; these go on running. Otherwise it stays, tagged, until a later create or delete of this resource finds it unused. Default: false. A change is only recorded.",
  },
} as const satisfies PropertyTable;

export const importOutputs = {
  imageId: {
    shape: "string",
    required: true,
    doc: "The image's number, the same in all regions. Known once the image is available in its home region.",
  },
  regions: { shape: { listOf: "string" }, required: true, doc: "Slugs of the regions that the image was in when it was last read." },
  digest: { shape: "string", doc: "The SHA-256 of the source, declared or of a local file, in lower case." },
  minDiskSize: { shape: "integer", doc: "Smallest disk of a Droplet that can run the image, in GB." },
  sizeGigabytes: { shape: "number", doc: "Size as stored, in GB: what DigitalOcean bills once, however many regions." },
  status: { shape: "string", required: true, doc: "`available`, or `NEW` or `pending` while the import runs." },
  createdAt: { shape: "string", doc: "When DigitalOcean accepted the import, as an RFC 3339 time." },
  importSeconds: {
    shape: "integer",
    doc: "Seconds from then until the image was available, where a run saw the import end: what the next import is expected to take.",
  },
  correlationTag: {
    shape: "string",
    doc: "The tag that says which bits the image is made of. By it an interrupted import is found again, and an earlier version.",
  },
  lineageTag: {
    shape: "string",
    doc: "The tag that the versions of this resource's image carry. It stays the same when the resource, its stack or its project is renamed.",
  },
  stagingPrefix: { shape: "string", doc: "By what the resource's copies in Spaces are told from others." },
  followed: {
    shape: {
      object: {
        etag: { shape: "string", doc: "Its ETag, where it gave one." },
        bytes: { shape: "integer", doc: "Its length, where it gave one." },
      },
    },
    doc: "What the server of a followed URL said about the bits that the image is made of.",
  },
  ownerTag: { shape: "string", doc: "The tag that marks the image as this resource's." },
  team: { shape: { object: teamTable, named: "Team" }, required: true, doc: "The DigitalOcean team that owns the image." },
} as const satisfies PropertyTable;

type Inputs = typeof importInputs;
type Outputs = typeof importOutputs;
export type ImageImportInputs = ValuesOf<Inputs>;
export type ImageImportState = State<Inputs, Outputs>;
export type StoredImageImport = StoredState<Inputs, Outputs>;
export type ImageImportChange = ResourceChange<Inputs, Outputs>;
