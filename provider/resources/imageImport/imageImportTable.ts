import type { PropertyTable, Rule } from "../../host/property";
import type { ResourceChange, StoredState, State } from "../../host/resource";
import type { ValuesOf } from "../../host/property";
import { isDistribution } from "./distribution";
import { areTags } from "../imageTags";

/** The form of a region slug; whether there is such a region, DigitalOcean knows. */
export const isRegionSlug: Rule = {
  expectation: "must be a region slug such as `ams3`",
  holds: (value: string) => /^[a-z]{2,8}[0-9]{1,2}$/.test(value),
};

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
          doc: "Where DigitalOcean fetches the image from: an http, https or ftp URL that answers HEAD too. Raw, qcow2, VHDX, VDI or VMDK, plain or in gzip or bzip2, less than 100 GB uncompressed; xz and zstd too, through Spaces. May be secret. Exclusive with `path`.",
          rules: [
            {
              expectation: "must be an http, https or ftp URL such as `https://images.example.com/web.qcow2.gz`",
              holds: (value: string) => URL.canParse(value) && ["http:", "https:", "ftp:"].includes(new URL(value).protocol),
            },
          ],
        },
        path: {
          shape: "string",
          doc: "A local image file, absolute or relative to the program's working folder as those of `pulumi.asset.FileAsset` are, in the same formats; it reaches DigitalOcean through Spaces. Its digest says which bits these are, so another path to the same bits replaces nothing. Exclusive with `url`.",
          rules: [{ expectation: "must not be empty", holds: (value: string) => value !== "" }],
        },
        sha256: {
          shape: "string",
          doc: "SHA-256 of the file, or of what the URL serves, 64 hexadecimal digits. Where it is declared, it says which bits these are: a new URL with the same digest replaces nothing, a new digest replaces. DigitalOcean doesn't verify it, see `verify`. Default: computed for a `path`, none for a `url`.",
          rules: [{ expectation: "must be 64 hexadecimal digits", holds: (value: string) => /^[0-9a-f]{64}$/i.test(value) }],
        },
        generation: {
          shape: "integer",
          doc: "A number whose change forces a new import from the same source. Default: 0.",
        },
        follow: {
          shape: "boolean",
          doc: "Whether each preview and `up` asks the URL, by one HEAD, if what it serves has changed, and replaces the image when ETag or length have: for a URL that always serves the latest. When it can't be reached, an image that exists stays as it is. Exclusive with `sha256`. Default: false.",
        },
        headers: {
          shape: { mapOf: "string" },
          secret: true,
          doc: "Headers that the URL wants, such as `Authorization`, by name. They are sent from here, and to the URL's own server only, so the image passes through Spaces. A change is recorded. Default: none.",
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
          doc: "`declared` takes your word for `sha256`: DigitalOcean tells nobody what it fetched. `stage` downloads the image here, compares it with `sha256` and has the verified copy imported from Spaces. A change is recorded. Default: `declared`.",
          rules: [oneOf("declared", "stage")],
        },
        recompress: {
          shape: "string",
          doc: "`auto` packs with gzip, on the way through Spaces, what DigitalOcean doesn't take (xz, zstd), and raw disks, local ones where they get a good deal smaller. `never` sends every image as it is. A change is recorded. Default: `auto`.",
          rules: [oneOf("auto", "never")],
        },
        accept: {
          shape: { listOf: "string" },
          doc: "Codes of findings, such as `file-system-not-ext`, that are to be warnings where they would be errors: DigitalOcean's documentation is stricter than its importer in places. A change is recorded. Default: none.",
        },
      },
    },
    doc: "Where the image's bits come from. Required, except for an image that `pulumi import` brought in. A change of digest, or of the URL where no digest is known on both sides, replaces the image.",
  },
  region: {
    shape: "string",
    required: true,
    change: "none",
    doc: "The region slug that the import goes to. A change says where the next import goes, and never replaces an image that exists.",
    rules: [isRegionSlug],
  },
  name: {
    shape: "string",
    required: true,
    doc: "The image's name at DigitalOcean. A change updates it.",
    rules: [{ expectation: "must not be empty", holds: (value: string) => value.trim() !== "" }],
  },
  description: { shape: "string", doc: "What the image is, in free text. A change updates it. Default: empty." },
  distribution: {
    shape: "string",
    doc: "The operating system's distribution as DigitalOcean names it. A change updates it. Default: `Unknown`, which the API reads back as `Unknown OS`.",
    rules: [isDistribution],
  },
  tags: {
    shape: { listOf: "string" },
    doc: "Tags of the image, in any order; such that don't exist are made. A change updates them. Default: none.",
    rules: areTags,
  },
  retain: {
    shape: "integer",
    doc: "How many earlier versions, 0 to 100, are kept when a new source replaces the image; going back to the source of one takes it back without an import. Kept versions are deleted with the resource. Each is billed as any image. A change updates; a lower number deletes what is more. Default: 0.",
    rules: [{ expectation: "must be a whole number from 0 to 100", holds: (value: number) => value >= 0 && value <= 100 }],
  },
  forceDelete: {
    shape: "boolean",
    doc: "Whether an image is deleted though Droplets still run it, which go on running. Otherwise it stays, tagged, until a later create or delete of this resource finds it unused. A change is recorded. Default: false.",
  },
} as const satisfies PropertyTable;

export const importOutputs = {
  imageId: { shape: "string", required: true, doc: "The image's number, the same in all regions." },
  regions: { shape: { listOf: "string" }, required: true, doc: "Slugs of the regions where the image is." },
  digest: { shape: "string", doc: "The SHA-256 of the source, declared or of a local file, in lower case." },
  minDiskSize: { shape: "integer", doc: "The smallest disk that a Droplet of this image may have, in GB." },
  sizeGigabytes: { shape: "number", doc: "The size of the image as stored, in GB." },
  status: { shape: "string", required: true, doc: "`available`, or `NEW` or `pending` while the import runs." },
  createdAt: { shape: "string", doc: "When the import began, as an RFC 3339 time." },
  correlationTag: {
    shape: "string",
    doc: "The tag that says which bits the image is made of: by it an interrupted import is found again, and an earlier version.",
  },
  lineageTag: { shape: "string", doc: "The tag that all versions of this resource's image carry." },
  followed: {
    shape: {
      object: {
        etag: { shape: "string", doc: "Its ETag, where it gave one." },
        bytes: { shape: "integer", doc: "Its length, where it gave one." },
      },
    },
    doc: "What a URL that is followed said of its bits when the image was made of them.",
  },
  ownerTag: { shape: "string", doc: "The tag that marks the image as this resource's." },
  team: { shape: { object: teamTable }, required: true, doc: "The DigitalOcean team that owns the image." },
} as const satisfies PropertyTable;

type Inputs = typeof importInputs;
type Outputs = typeof importOutputs;
export type ImageImportInputs = ValuesOf<Inputs>;
export type ImageImportState = State<Inputs, Outputs>;
export type StoredImageImport = StoredState<Inputs, Outputs>;
export type ImageImportChange = ResourceChange<Inputs, Outputs>;
