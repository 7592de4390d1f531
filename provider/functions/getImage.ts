import type { ImageWire } from "../api/wire";
import type { FunctionType } from "../host/function";
import type { PropertyTable, ValuesOf } from "../host/property";
import { normalDistribution } from "../resources/imageImport/distribution";
import { userTags } from "../resources/imageTags";
import { digestOf, digestTag, isInNamespace, isVerified } from "../resources/lineage/lineageTags";
import type { ProviderContext } from "../providerContext";

const inputs = {
  id: { shape: "id", doc: "The image's number, such as `38413969`. Excludes the other three." },
  name: { shape: "string", doc: "The image's exact name." },
  tag: { shape: "string", doc: "A tag that the image carries." },
  digest: {
    shape: "string",
    doc: "The SHA-256 that was declared for the image's source, 64 hexadecimal digits; of an image that imagefleet imported.",
    rules: [{ expectation: "must be 64 hexadecimal digits", holds: (value: string) => /^[0-9a-f]{64}$/i.test(value) }],
  },
  mostRecent: {
    shape: "boolean",
    doc: "Whether the newest of several is meant. Default: false, several are an error, except of a digest.",
  },
} as const satisfies PropertyTable;

const outputs = {
  imageId: { shape: "string", required: true, doc: "The image's number, the same in all regions." },
  name: { shape: "string", required: true, doc: "The image's name." },
  regions: { shape: { listOf: "string" }, required: true, doc: "Slugs of the regions where the image is." },
  distribution: { shape: "string", required: true, doc: "The operating system's distribution as DigitalOcean names it." },
  description: { shape: "string", required: true, doc: "Free text about the image; may be empty." },
  tags: { shape: { listOf: "string" }, required: true, doc: "Tags of the image, without imagefleet's own." },
  digest: { shape: "string", doc: "The SHA-256 that was declared for its source, where imagefleet imported it with one." },
  minDiskSize: { shape: "integer", doc: "Smallest disk of a Droplet that can run the image, in GB." },
  sizeGigabytes: { shape: "number", doc: "Size as stored, in GB." },
  createdAt: { shape: "string", doc: "When the image was made, as an RFC 3339 time." },
} as const satisfies PropertyTable;

type Wanted = ValuesOf<typeof inputs>;

/** Finds one image of the account by exactly one property, and refuses to guess among several. */
export const getImage: FunctionType<ProviderContext, typeof inputs, typeof outputs> = {
  token: "imagefleet:index:getImage",
  doc: "Finds one available image of the account, custom image or snapshot, by exactly one of id, exact name, tag and declared digest. Fails where there is none, and where there are several and `mostRecent` isn't set: the error lists them. Of several with one digest, which hold the same bits, it takes that of the own namespace, then one whose bits were verified, then the oldest.",
  inputs,
  outputs,
  async invoke(wanted, context, signal) {
    const { property, value } = theOne(wanted);
    const found = await candidates(property, value, context, signal);
    const isPreferred = property === "digest" && wanted.mostRecent !== true;
    const order = isPreferred ? preferredFirst(context.namespace) : newestFirst;
    const images = found.filter(({ status }) => status === undefined || status === "available").sort(order);
    const [image, ...others] = images;
    if (image === undefined) {
      const almost = found.length === 0 ? "" : ` (image ${found.map(({ id, status }) => `${id} is ${status ?? ""}`).join(", ")})`;
      throw new Error(
        `\`${property}\` must be that of an available image of the account, got \`${value}\`${almost}. Correct it, or import the image first.`,
      );
    }
    if (others.length > 0 && wanted.mostRecent !== true && !isPreferred) {
      const list = images.map(({ id, name, created_at }) => `${id} (${name}, ${created_at ?? "of unknown age"})`).join(", ");
      throw new Error(
        `\`${property}\` must be that of one image, but \`${value}\` is that of ${images.length}: ${list}. Name one by \`id\`, or set \`mostRecent: true\`.`,
      );
    }
    return shown(image);
  },
};

type Criterion = "id" | "name" | "tag" | "digest";

function theOne(wanted: Wanted): { readonly property: Criterion; readonly value: string } {
  const properties = (["id", "name", "tag", "digest"] as const).filter((property) => wanted[property] !== undefined);
  const [property] = properties;
  const value = property && wanted[property];
  if (property !== undefined && value !== undefined && properties.length === 1) return { property, value };
  const given = properties.length === 0 ? "none" : properties.map((name) => `\`${name}\``).join(" and ");
  throw new Error(`\`getImage\` must be given exactly one of \`id\`, \`name\`, \`tag\` and \`digest\`, got ${given}. Give one.`);
}

async function candidates(
  property: Criterion,
  value: string,
  { api }: ProviderContext,
  signal: AbortSignal,
): Promise<readonly ImageWire[]> {
  switch (property) {
    case "id": {
      if (!/^\d+$/.test(value))
        throw new Error(`\`id\` must be an image's number, such as \`38413969\`, got \`${value}\`. Use \`name\` for a name.`);
      const image = await api.images.get(value, signal);
      return image === undefined ? [] : [image];
    }
    case "name":
      return (await api.images.list(signal)).filter(({ name }) => name === value);
    case "tag":
      return api.images.listByTag(value, signal);
    case "digest":
      return api.images.listByTag(digestTag(value), signal);
  }
}

/** Images of one digest hold the same bits: that of the own namespace comes first, then one whose bits were verified, then the oldest. */
function preferredFirst(namespace: string): (a: ImageWire, b: ImageWire) => number {
  const rank = (image: ImageWire): number => Number(isInNamespace(image, namespace)) * 2 + Number(isVerified(image));
  return (a, b) => rank(b) - rank(a) || a.id - b.id;
}

function newestFirst(a: ImageWire, b: ImageWire): number {
  return Date.parse(b.created_at ?? "") - Date.parse(a.created_at ?? "") || b.id - a.id;
}

function shown(image: ImageWire): ValuesOf<typeof outputs> {
  return {
    imageId: String(image.id),
    name: image.name,
    regions: image.regions ?? [],
    distribution: normalDistribution(image.distribution ?? "Unknown"),
    description: image.description ?? "",
    tags: userTags(image.tags),
    digest: digestOf(image),
    minDiskSize: image.min_disk_size ?? undefined,
    sizeGigabytes: image.size_gigabytes ?? undefined,
    createdAt: image.created_at,
  };
}
