import { isKnown, type WithUnknowns } from "../../host/property";
import { hasUnknown } from "../../host/values";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { isImporting } from "../../watch/imageWatcher";
import { lookAt } from "./followedSource";
import type { ImageImportInputs, ImageImportState, StoredImageImport } from "./imageImportTable";
import { inspectSource } from "./importInspection";
import { marksAmong, outputsOf } from "./importState";
import { without } from "../lineage/lineage";
import { isWantedBeside, ownerNamed, ownersOf } from "../lineage/lineageTags";
import { pruned } from "../lineage/prune";
import { requireImageRegion } from "../regionCheck";
import { findImages } from "./existingImages";
import { normalDigest } from "../../rules/digest";
import type { Source } from "./sourceIdentity";

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
  const followed = source.follow === true ? await lookAt(source, context, call.signal) : undefined;
  const { lineage, kept, begun, candidates } = await findImages(source, followed, context, call);
  const [shared] = candidates;
  const existing = kept ?? begun;
  if (existing !== undefined) call.info(`Image ${existing.id} is already made of this source and will be taken over, without an import.`);
  else if (shared !== undefined) {
    const owners = ownersOf(shared).flatMap((mark) => ownerNamed(mark) ?? []);
    const whose = owners.length === 0 ? "" : `, which belongs to ${owners.join(" and ")}`;
    call.info(`Image ${shared.id}${whose}, is already made of this source and will be shared, without an import.`);
  } else await inspectSource(source, region, "preview", context, call);
  if (retain !== undefined && !isKnown(retain)) return;
  const surplus = without(lineage, existing?.id)
    .filter((version) => !isWantedBeside(version, lineage.tag))
    .slice(retain ?? 0);
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
