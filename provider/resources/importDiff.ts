import { UNKNOWN, isKnown, type Effect, type WithUnknowns } from "../host/property";
import type { Call, Effects } from "../host/resource";
import type { Session } from "../session";
import { isImporting } from "../watch/imageWatcher";
import { sameDistribution } from "./distribution";
import type { ImageImportChange } from "./imageImportTables";
import { sameTags } from "./imageTags";
import { sourceChange, type Source } from "./sourceIdentity";

/** What the tables can't say: when a source is another one, and which spellings mean the same. */
export async function diffImport({ id, state, before, after, effects }: ImageImportChange, session: Session, call: Call): Promise<Effects> {
  if (!isKnown(after)) return effects;
  const { source, tags = [], distribution, description } = after;
  const corrected: Record<string, Effect> = { ...effects };
  if ("source" in effects) corrected.source = sourceEffect(before.source, source);
  if ("tags" in effects && isKnown(tags) && tags.every(isKnown) && sameTags(before.tags ?? [], tags)) corrected.tags = "none";
  if ("distribution" in effects && isKnown(distribution) && sameDistribution(before.distribution, distribution))
    corrected.distribution = "none";
  if ("description" in effects && isKnown(description) && (before.description ?? "") === (description ?? ""))
    corrected.description = "none";
  if (isImporting({ status: state.status })) {
    const image = await session.watchers.of(id).image(call.signal);
    // It can't become good any more, and an update can't give it another id.
    if (image === undefined || image.status === "deleted") corrected.status = "replace";
  }
  return corrected;
}

function sourceEffect(before: Source | undefined, after: WithUnknowns<Source> | undefined): Effect {
  if (before === undefined || after === undefined) return "update";
  if (!isKnown(after)) return "replace";
  const { url, sha256, generation } = after;
  if (generation === UNKNOWN || sha256 === UNKNOWN) return "replace";
  // Where digests decide, the URL needn't be known.
  return sourceChange(before, { url: isKnown(url) ? url : "", sha256, generation });
}
