import { imageGigabytePrice } from "../imagePrice";
import type { DropletWire, ImageWire } from "../../provider/api/wire";
import {
  digestOf,
  isBegunTag,
  isOwnerTag,
  isRetiredTag,
  lineageOfMark,
  ownerNamed,
  ownersOf,
  ownTags,
} from "../../provider/resources/lineage/lineageTags";
import { isImporting } from "../../provider/watch/imageWatcher";

/** A state that owns an image. */
export interface Owner {
  /** `project/stack/resource`, as it was called when it came to the image; undefined where the mark is of 0.1.0. */
  readonly name: string | undefined;
  /** The tag on the image. */
  readonly mark: string;
}

/** An image that carries imagefleet's marks. */
export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly regions: readonly string[];
  readonly digest: string | undefined;
  /** The ids of the histories that it is in. */
  readonly histories: readonly string[];
  readonly owners: readonly Owner[];
  /** Whether a history keeps it as an earlier version. */
  readonly kept: boolean;
  /** Whether its import runs, or its create has not ended. */
  readonly begun: boolean;
  readonly droplets: number;
  /** Nobody owns, keeps, imports or runs it: `--delete-unowned` deletes it. */
  readonly unowned: boolean;
  /** What it costs a month in US dollars; undefined where its size isn't known yet. */
  readonly pricePerMonth: number | undefined;
}

/** The account's images that carry imagefleet's marks, those of one history together, the newest of it first. */
export function inventoryOf(images: readonly ImageWire[], droplets: readonly Pick<DropletWire, "image">[]): readonly Entry[] {
  const entries = images
    .filter((image) => ownTags(image).length > 0)
    .map((image) => entryOf(image, droplets.filter((droplet) => droplet.image.id === image.id).length))
    .sort((a, b) => Number(b.id) - Number(a.id));
  const first = (entry: Entry): number => entries.findIndex(({ histories }) => histories[0] === entry.histories[0]);
  return [...entries].sort((a, b) => first(a) - first(b));
}

export function entryOf(image: ImageWire, droplets: number): Entry {
  const tags = ownTags(image);
  const owners = ownersOf(image).map((mark) => ({ name: ownerNamed(mark), mark }));
  const kept = tags.some(isRetiredTag);
  const begun = isImporting(image) || tags.some(isBegunTag);
  const size = image.size_gigabytes ?? undefined;
  return {
    id: String(image.id),
    name: image.name,
    status: image.status ?? "available",
    regions: image.regions ?? [],
    digest: digestOf(image),
    histories: [...new Set(tags.filter((tag) => isOwnerTag(tag) || isRetiredTag(tag)).map(lineageOfMark))].map(idOf),
    owners,
    kept,
    begun,
    droplets,
    unowned: owners.length === 0 && !kept && !begun && droplets === 0,
    pricePerMonth: size === undefined ? undefined : Math.round(size * imageGigabytePrice * 100) / 100,
  };
}

/**
 * The owners that a person means by `stack/resource` or `project/stack/resource`, with their images. Throws where there is none, or
 * where they are of several projects.
 */
export function ownersCalled(name: string, entries: readonly Entry[]): readonly { readonly entry: Entry; readonly owner: Owner }[] {
  const all = entries.flatMap((entry) => entry.owners.map((owner) => ({ entry, owner })));
  const found = all.filter(({ owner }) => owner.name === name || owner.name?.endsWith(`/${name}`) === true);
  const names = [...new Set(found.map(({ owner }) => owner.name))];
  if (names.length === 1 && name.includes("/")) return found;
  const known = [...new Set(all.flatMap(({ owner }) => owner.name ?? []))].join(", ");
  const expected = names.length > 1 ? `be of one project: ${names.join(", ")}` : `name an owner: ${known === "" ? "there is none" : known}`;
  throw new Error(`\`--release\` must ${expected}, got \`${name}\`. Name it as the list does.`);
}

function idOf(lineage: string): string {
  return lineage.slice(lineage.lastIndexOf(":") + 1);
}
