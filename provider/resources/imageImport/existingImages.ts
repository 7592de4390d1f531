import type { ImageWire } from "../../api/wire";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { findLineage, type Lineage, versionOf } from "../lineage/lineage";
import {
  type Author,
  formerImportTag,
  freshLineage,
  importTag,
  isBegunTag,
  isOfLineage,
  isOfPlace,
  lineageOfMark,
  markOf,
  ownTags,
  placeOf,
} from "../lineage/lineageTags";
import { joinable, type Share } from "../lineage/sharing";
import { shareOf, sourceIdentity, type Followed, type Source } from "./sourceIdentity";

/** What is there already of the image that a create wants. */
export interface ExistingImages {
  readonly author: Author;
  readonly lineage: Lineage;
  /** Whether a state can know the lineage: a Diff has told it. */
  readonly hasHistory: boolean;
  readonly share: Share | undefined;
  /** A version of the resource's own history that is made of these bits. */
  readonly kept: ImageWire | undefined;
  /** What a run of the same resource began to import from this source, before any state told of it. */
  readonly begun: ImageWire | undefined;
  /** What else killed runs of the same resource have begun to import, or to join. */
  readonly strays: readonly Begun[];
  /** Images of others that can be joined. */
  readonly candidates: readonly ImageWire[];
}

/** An image that still carries `begun` of a lineage. */
export interface Begun {
  readonly image: ImageWire;
  readonly lineage: string;
}

/**
 * One request for a history, one for a digest, and one in all for what earlier processes began. The history is that which a Diff of the
 * same URN told in this process. By its URN alone a resource finds only what carries `begun` of it, and that no state can know yet: a
 * name that was given up belongs to nobody.
 */
export async function findImages(
  source: Source | undefined,
  followed: Followed | undefined,
  context: ProviderContext,
  { urn, signal }: Pick<Call, "urn" | "signal">,
): Promise<ExistingImages> {
  const { api, namespace, world, histories } = context;
  const identity = source === undefined ? "" : sourceIdentity(source, followed);
  const author = { namespace, urn, identity };
  const share = source && shareOf(source, context);
  const history = histories.get(urn);
  const known = history === undefined ? undefined : await findLineage(history, context, signal);
  const kept = known && versionOf(known, [importTag(known.tag, identity), formerImportTag(known.tag, identity)]);
  const unended = await findBegun(history, placeOf(namespace, urn), context, signal);
  const isWanted = ({ image, lineage }: Begun): boolean => ownTags(image).includes(lineage) && markOf(image, author) !== undefined;
  const begun = history === undefined ? unended.find(isWanted) : undefined;
  const strays = unended.filter((one) => one !== begun);
  const isNew = kept === undefined && begun === undefined;
  const candidates = isNew && share !== undefined ? joinable(await api.images.listByTag(share.digest, signal), share) : [];
  const own = begun && (await findLineage(begun.lineage, context, signal));
  const lineage = known ?? own ?? { tag: freshLineage(world.random), versions: [] };
  return { author, lineage, hasHistory: history !== undefined, share, kept, begun: begun?.image, strays, candidates };
}

/**
 * What killed runs of a resource have begun to import, or to join: by its place what no state can know, and by its history what a state
 * could have known but doesn't.
 */
export async function findBegun(
  history: string | undefined,
  place: string | undefined,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<readonly Begun[]> {
  const begun: Begun[] = [];
  const marks = (await context.tagNames(signal)).filter(isBegunTag);
  for (const mark of marks) {
    const isOurs = (place !== undefined && isOfPlace(mark, place)) || (history !== undefined && isOfLineage(mark, history));
    if (!isOurs) continue;
    const images = await context.api.images.listByTag(mark, signal);
    const lineage = lineageOfMark(mark);
    const unknown = images.filter(({ id }) => context.standing.get(String(id))?.lineageTag !== lineage);
    begun.push(...unknown.map((image) => ({ image, lineage })));
  }
  return begun;
}
