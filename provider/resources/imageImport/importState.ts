import type { ImageWire } from "../../api/wire";
import type { Team } from "../../providerContext";

import { normalDistribution, sameDistribution } from "./distribution";
import { importOutputs, type ImageImportInputs, type ImageImportState, type StoredImageImport } from "./imageImportTable";
import { tagsWithout } from "../../rules/tag";
import { userTags } from "../imageTags";
import { isLeaving, ownersOf } from "../lineage/lineageTags";
import { normalDigest } from "../../rules/digest";
import type { Followed } from "./sourceIdentity";

/** What a state keeps of an image besides what the image itself tells. */
export interface Marks {
  readonly correlationTag?: string;
  readonly ownerTag?: string;
  readonly lineageTag?: string;
  readonly stagingPrefix?: string;
  readonly followed?: Followed;
  readonly importSeconds?: number;
  readonly team: Team;
}

export function stateOf(image: ImageWire, inputs: Partial<ImageImportInputs>, marks: Marks): ImageImportState {
  return {
    region: image.regions?.[0] ?? "",
    name: image.name,
    ...inputs,
    imageId: String(image.id),
    regions: image.regions ?? [],
    digest: inputs.source?.sha256 === undefined ? undefined : normalDigest(inputs.source.sha256),
    minDiskSize: image.min_disk_size ?? undefined,
    sizeGigabytes: image.size_gigabytes ?? undefined,
    status: image.status ?? "available",
    createdAt: image.created_at,
    ...marksAmong(marks),
    team: marks.team,
  };
}

/** The marks among what a state keeps. */
export function marksAmong(marks: Omit<Marks, "team">): Omit<Marks, "team"> {
  const { correlationTag, ownerTag, lineageTag, stagingPrefix, followed, importSeconds } = marks;
  return { correlationTag, ownerTag, lineageTag, stagingPrefix, followed, importSeconds };
}

/** The outputs of a state, without the inputs that are outputs too. */
export function outputsOf(state: StoredImageImport): StoredImageImport {
  return Object.fromEntries(Object.entries(state).filter(([name]) => name in importOutputs));
}

/** Whether a delete that was killed has begun to take off the image what says that it is this state's. */
export function isGivenUp(image: ImageWire, { ownerTag }: StoredImageImport): boolean {
  return ownerTag !== undefined && (image.tags?.includes(ownerTag) !== true || isLeaving(image));
}

/** Whether the image has other owners, and whether it is described by one of them: by the earliest. */
export function othersOn(image: ImageWire, ownerTag: string | undefined): { readonly shared: boolean; readonly describedByOther: boolean } {
  const owners = ownersOf(image);
  const shared = ownerTag !== undefined && owners.includes(ownerTag) && owners.length > 1;
  return { shared, describedByOther: shared && owners[0] !== ownerTag };
}

/** The inputs that would lead to the live image which others own, too: what they have declared on it is no drift. */
export function sharedInputs(
  image: ImageWire,
  known: Partial<ImageImportInputs>,
  ownerTag: string | undefined,
): Partial<ImageImportInputs> {
  const live = liveInputs(image, known);
  const { shared, describedByOther } = othersOn(image, ownerTag);
  if (!shared) return live;
  const tags = known.tags === undefined ? {} : { tags: known.tags.filter((tag) => tagsWithout([tag], image.tags ?? []).length === 0) };
  return { ...(describedByOther ? known : live), ...tags };
}

/**
 * The inputs that would lead to the live image. What the program doesn't set isn't watched; without `known` (`pulumi import`)
 * everything is told that differs from the service's own default.
 */
export function liveInputs(image: ImageWire, known: Partial<ImageImportInputs> | undefined): Partial<ImageImportInputs> {
  const description = image.description ?? "";
  const distribution = normalDistribution(image.distribution ?? "Unknown");
  const tags = userTags(image.tags, known?.tags);
  if (known === undefined) {
    return {
      name: image.name,
      region: image.regions?.[0],
      ...(description === "" ? {} : { description }),
      distribution,
      ...(tags.length === 0 ? {} : { tags }),
    };
  }
  return {
    ...known,
    name: image.name,
    ...(known.description === undefined ? {} : { description }),
    ...(known.distribution === undefined || sameDistribution(known.distribution, distribution) ? {} : { distribution }),
    ...(known.tags === undefined ? {} : { tags }),
  };
}
