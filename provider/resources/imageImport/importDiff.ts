import { unknownValue, isKnown, type Effect, type WithUnknowns } from "../../host/property";
import type { Call, Effects } from "../../host/resource";
import { hasUnknown } from "../../host/values";
import type { ProviderContext } from "../../providerContext";
import { isImporting } from "../../watch/imageWatcher";
import { sameDistribution } from "./distribution";
import { isSame, lookAt } from "./followedSource";
import type { ImageImportChange, StoredImageImport } from "./imageImportTable";
import { sameTags } from "../../rules/tag";
import { sourceChange, type Source } from "./sourceIdentity";

/** What the tables can't say: when a source is another one, and which spellings mean the same. */
export async function diffImport(
  { id, state, before, after, effects }: ImageImportChange,
  context: ProviderContext,
  call: Call,
): Promise<Effects> {
  context.standing.set(id, state);
  if (state.importSeconds !== undefined) context.watchers.importTimes.set(id, state.importSeconds * 1_000);
  if (state.lineageTag !== undefined) context.histories.set(call.urn, state.lineageTag);
  if (!isKnown(after)) return effects;
  const { source, tags = [], distribution, description } = after;
  const corrected: Record<string, Effect> = { ...effects };
  if ("source" in effects) corrected.source = sourceEffect(before.source, source);
  if ("tags" in effects && isKnown(tags) && tags.every(isKnown) && sameTags(before.tags ?? [], tags)) corrected.tags = "none";
  if ("distribution" in effects && isKnown(distribution) && sameDistribution(before.distribution, distribution))
    corrected.distribution = "none";
  if ("description" in effects && isKnown(description) && (before.description ?? "") === (description ?? ""))
    corrected.description = "none";
  const followed = await followedEffect(source, corrected.source, state, context, call);
  if (followed !== undefined) corrected.followed = followed;
  if (isImporting({ status: state.status })) {
    const image = await context.watchers.of(id).image(call.signal);
    // It can't become good any more, and an update can't give it another id.
    if (image === undefined || image.status === "deleted") corrected.status = "replace";
  }
  return corrected;
}

/** One HEAD, and only for a source that is followed and would not be replaced anyway. */
async function followedEffect(
  source: WithUnknowns<Source> | undefined,
  effect: Effect | undefined,
  { followed }: StoredImageImport,
  context: ProviderContext,
  call: Call,
): Promise<Effect | undefined> {
  if (source === undefined || !isKnown(source) || source.follow !== true || hasUnknown(source) || effect === "replace") return undefined;
  const seen = await lookAt(source as Source, context, call.signal);
  if (seen === undefined) {
    call.warn("`source` can't be reached, so whether it has changed isn't known. The image stays as it is.");
    return undefined;
  }
  if (followed === undefined) return "update";
  return isSame(seen, followed) ? undefined : "replace";
}

function sourceEffect(before: Source | undefined, after: WithUnknowns<Source> | undefined): Effect {
  if (before === undefined) return "none";
  if (after === undefined) return "update";
  if (!isKnown(after)) return "replace";
  const { url, sha256, generation, follow } = after;
  if (generation === unknownValue || sha256 === unknownValue || follow === unknownValue) return "replace";
  // Where digests decide, the URL needn't be known.
  return sourceChange(before, { url: isKnown(url) ? url : "", sha256, generation, follow });
}
