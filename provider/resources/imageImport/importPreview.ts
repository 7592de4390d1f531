import { isKnown, type WithUnknowns } from "../../host/property";
import { hasUnknown } from "../../host/values";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { isImporting } from "../../watch/imageWatcher";
import { lookAt } from "./followedSource";
import type { ImageImportInputs, ImageImportState, StoredImageImport } from "./imageImportTable";
import { inspectSource } from "./importInspection";
import { marksAmong, outputsOf } from "./importState";
import { findLineage, versionOf, without } from "../lineage/lineage";
import { importTag, lineageTag } from "../lineage/lineageTags";
import { pruned } from "../lineage/prune";
import { requireImageRegion } from "../regionCheck";
import { normalDigest, sourceIdentity, type Source } from "./sourceIdentity";

/** What `up` would do, by reads alone: region and source are checked, and what a new image means for earlier versions is said. */
export async function previewImport(
  inputs: WithUnknowns<ImageImportInputs>,
  state: StoredImageImport | undefined,
  context: ProviderContext,
  call: Call,
): Promise<WithUnknowns<Partial<ImageImportState>>> {
  if (!isKnown(inputs)) return {};
  const digest = knownDigest(inputs);
  if (state === undefined) {
    if (isKnown(inputs.region)) await requireImageRegion(inputs.region, context, call.signal);
    const source = knownSource(inputs);
    if (source !== undefined && isKnown(inputs.region)) await previewSource(source, inputs.region, inputs.retain, context, call);
    return { ...inputs, ...digest };
  }
  const outputs = outputsOf(state);
  const settled = isImporting({ status: outputs.status }) ? {} : outputs;
  return { ...marksAmong(outputs), imageId: outputs.imageId, team: outputs.team, ...settled, ...inputs, ...digest };
}

async function previewSource(
  source: Source,
  region: string,
  retain: WithUnknowns<number> | undefined,
  context: ProviderContext,
  call: Call,
): Promise<void> {
  const { namespace } = context;
  const followed = source.follow === true ? await lookAt(source, context, call.signal) : undefined;
  const lineage = await findLineage(lineageTag(namespace, call.urn), context, call.signal);
  const kept = versionOf(lineage, importTag(lineage.tag, sourceIdentity(source, followed)));
  if (kept === undefined) await inspectSource(source, region, "preview", context, call);
  else call.info(`Image ${kept.id} is already made of this source and will be taken over, without an import.`);
  if (retain !== undefined && !isKnown(retain)) return;
  const surplus = without(lineage, kept?.id).slice(retain ?? 0);
  if (surplus.length > 0) call.info(pruned(retain ?? 0, "to be deleted", surplus));
}

type PartlyKnownInputs = Exclude<WithUnknowns<ImageImportInputs>, symbol>;

function knownSource({ source }: PartlyKnownInputs): Source | undefined {
  return hasUnknown(source) ? undefined : (source as Source | undefined);
}

function knownDigest({ source }: PartlyKnownInputs): { digest?: string } {
  if (source === undefined || !isKnown(source) || source.sha256 === undefined || !isKnown(source.sha256)) return {};
  return { digest: normalDigest(source.sha256) };
}
