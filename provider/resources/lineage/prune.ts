import type { ImageWire } from "../../api/wire";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { isBegun, isWantedBeside, placeOf } from "./lineageTags";
import { discard, retire, type Lineage } from "./lineage";

/** What becomes of a lineage's versions that no state stands for any more. */
export interface Pruning {
  readonly lineage: Lineage;
  /** Hash of the resource's name: its idle marks go with the last version. */
  readonly place: string;
  /** These versions, the one in use last first. */
  readonly past: readonly ImageWire[];
  /** How many of them are kept. */
  readonly retain: number;
  /** Whether one that Droplets run is deleted all the same. */
  readonly forceDelete: boolean;
  /** The image whose delete this is, which nobody need be told of. */
  readonly besides?: string;
}

/**
 * Retires the versions that are kept and deletes the others, the oldest first; one whose create has not ended is not kept. One that
 * Droplets still run stays, retired, until a later create or delete of the lineage comes by. Each step may be the last of a killed run: the
 * next pruning ends what it began.
 */
export async function prune(
  { lineage, place, past, retain, forceDelete, besides }: Pruning,
  context: ProviderContext,
  call: Call,
): Promise<void> {
  const { signal } = call;
  // As they are now: a tag that one has just been given is not taken off with another's.
  const versions = new Map([...lineage.versions, ...past].map((version) => [version.id, version]));
  const keep = async (version: ImageWire): Promise<void> => {
    versions.set(version.id, await retire(version, lineage.tag, [], context, signal));
  };
  const kept = past.filter((version) => !isBegun(version, lineage.tag)).slice(0, retain);
  for (const version of kept) await keep(version);
  const surplus = past.filter((version) => !kept.includes(version)).reverse();
  if (surplus.length === 0) return;
  const others = surplus.filter(({ id }) => String(id) !== besides);
  if (others.length > 0) call.info(pruned(retain, "deleted", others));
  const running = forceDelete ? new Map<number, readonly string[]>() : await dropletsByImage(context, signal);
  for (const version of surplus) {
    const droplets = running.get(version.id);
    if (droplets !== undefined && !isWantedBeside(version, lineage.tag)) {
      await keep(version);
      call.warn(stays(version.id, droplets));
      continue;
    }
    const outcome = await discard(version, { tag: lineage.tag, versions: [...versions.values()] }, place, context, signal);
    if (outcome === "left") call.info(`Image ${version.id} stays: other resources want it, too.`);
    versions.delete(version.id);
  }
}

/** Prunes beside something that has succeeded: what fails here is left to a later run, and said. */
export async function pruneAlong(
  lineage: Lineage,
  versions: readonly ImageWire[],
  retain = 0,
  context: ProviderContext,
  call: Call,
): Promise<void> {
  try {
    const place = placeOf(context.namespace, call.urn);
    await prune({ lineage, place, past: versions, retain, forceDelete: false }, context, call);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    call.warn(`Earlier versions of the image were not all deleted; a later create or delete of this resource goes on with it: ${reason}`);
  }
}

/** Names of the account's Droplets by the image that they were made from. */
async function dropletsByImage(context: ProviderContext, signal: AbortSignal): Promise<ReadonlyMap<number, readonly string[]>> {
  const names = new Map<number, string[]>();
  for (const { image, name } of await context.api.droplets.list(signal)) names.set(image.id, [...(names.get(image.id) ?? []), name]);
  return names;
}

/** How many Droplets a message names. */
const shown = 3;

function stays(id: number, droplets: readonly string[]): string {
  const more = droplets.length > shown ? ` and ${droplets.length - shown} more` : "";
  return (
    `Image ${id} stays, for Droplets still run it: ${droplets.slice(0, shown).join(", ")}${more}. ` +
    "The next create or delete of this resource deletes it once none does; with `forceDelete: true` it is deleted all the same."
  );
}

/** One line that names the versions which are not kept. */
export function pruned(retain: number, deleted: "deleted" | "to be deleted", surplus: readonly ImageWire[]): string {
  const images = surplus.map(({ id, name }) => `image ${id} (${name})`).join(", ");
  const kept = retain === 0 ? "No earlier version is" : retain === 1 ? "1 earlier version is" : `${retain} earlier versions are`;
  return `${kept} kept; ${deleted}, unless Droplets run it: ${images}.`;
}
