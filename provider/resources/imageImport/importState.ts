import type { ImageWire } from "../../api/wire";
import type { Team } from "../../providerContext";

import { normalDistribution, sameDistribution } from "./distribution";
import { importOutputs, type ImageImportInputs, type ImageImportState, type StoredImageImport } from "./imageImportTable";
import { reservedPrefix } from "../../rules/tag";
import { userTags } from "../imageTags";
import { isOwnerTag } from "../lineage/lineageTags";
import { normalDigest, type Followed } from "./sourceIdentity";

/** What a state keeps of an image besides what the image itself tells. */
export interface Marks {
  readonly correlationTag?: string;
  readonly ownerTag?: string;
  readonly lineageTag?: string;
  readonly followed?: Followed;
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
export function marksAmong({ correlationTag, ownerTag, lineageTag, followed }: Omit<Marks, "team">): Omit<Marks, "team"> {
  return { correlationTag, ownerTag, lineageTag, followed };
}

/** The outputs of a state, without the inputs that are outputs too. */
export function outputsOf(state: StoredImageImport): StoredImageImport {
  return Object.fromEntries(Object.entries(state).filter(([name]) => name in importOutputs));
}

/** The marks that an image carries itself, for one that comes by `pulumi import`; another resource's lineage is left to that. */
export function marksOn({ tags }: ImageWire, lineageTag: string): Omit<Marks, "team"> {
  return {
    correlationTag: tags?.find((tag) => tag.startsWith(`${reservedPrefix}import:`)),
    ownerTag: tags?.find(isOwnerTag),
    lineageTag: tags?.find((tag) => tag === lineageTag),
  };
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
