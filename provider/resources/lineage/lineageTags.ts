import { createHash } from "node:crypto";
import type { ImageWire } from "../../api/wire";
import { reservedPrefix } from "../../rules/tag";
import { normalDigest } from "../imageImport/sourceIdentity";

/**
 * The tags by which imagefleet knows its images again. A lineage is all images that were ever made for one resource, its versions.
 *
 * | tag, after `imagefleet:` | on | says |
 * |---|---|---|
 * | `lineage:<hash of namespace and URN>` | every version | whose version it is |
 * | `import:<hash of lineage and source>` | every version | which bits it is made of: by this one an import that a killed run began is found again, and a version that was kept |
 * | `owner:<turn>-<name>` | a version that a resource state stands for | which state. Each create takes a turn higher than all before it in the lineage, so of two states the later one is the one that counts, and the delete of a state takes no image that carries another's mark |
 * | `begun:<turn>-<name>` | a version whose create has not ended | that maybe no state stands for it: the run may have been killed |
 * | `retired:<turn>-<name>` | a version that no state stands for, unless it has an owner again | when it was last in use |
 * | `retain:<n>` | a version whose state wants earlier ones kept | how many |
 * | `sha256:<digest>` | every image whose digest is declared | by which digest `getImage` finds it |
 *
 * All but the last end in the lineage's hash, by which what is left of them is found when the last version is gone. The name comes from
 * the import tag: who asks again after a kill asks for the same mark, and leaves none unused. So an import that was asked for twice, because
 * nobody could see the first, carries the mark of a state that stands for the other image.
 */
type Kind = "lineage" | "import" | "owner" | "begun" | "retired" | "retain" | "sha256";

function named(kind: Kind, value: string): string {
  return `${reservedPrefix}${kind}:${value}`;
}

/** What stands after the kind. */
function valueOf(tag: string): string {
  return tag.slice(tag.indexOf(":", reservedPrefix.length) + 1);
}

export function lineageTag(namespace: string, urn: string): string {
  return named("lineage", hash([namespace, urn]));
}

/** Whether a tag, other than the lineage's own, can be only on images of the lineage. */
export function isOfLineage(tag: string, lineage: string): boolean {
  return tag.startsWith(reservedPrefix) && tag.endsWith(`:${valueOf(lineage)}`) && tag !== lineage;
}

/** The same for every run that wants the same bits for the same resource, another as soon as the image would be replaced. */
export function importTag(lineage: string, identity: string): string {
  return named("import", `${hash([lineage, identity])}:${valueOf(lineage)}`);
}

/** The digest that was declared for the image. */
export function digestOf({ tags }: ImageWire): string | undefined {
  const tag = tags?.find(isDigestTag);
  return tag && valueOf(tag);
}

export function digestTag(sha256: string): string {
  return named("sha256", normalDigest(sha256));
}

/** Undefined for none, the default. */
export function retainTag(lineage: string, retain: number | undefined): string | undefined {
  return retain === undefined || retain === 0 ? undefined : named("retain", `${retain}:${valueOf(lineage)}`);
}

export function ownerTag(turn: number, importTag: string): string {
  const [bits = "", lineage = ""] = valueOf(importTag).split(":");
  return named("owner", `${turn}-${bits.slice(0, 16)}:${lineage}`);
}

/** Goes along with an owner's mark until the create has ended. */
export function begunTag(ownerTag: string): string {
  return named("begun", valueOf(ownerTag));
}

/** The mark of an image that is retired. One that was brought in by `pulumi import` may have had no owner's, and goes by its number. */
export function retiredTagOn({ id, tags }: ImageWire, lineage: string): string {
  const [last] = (tags ?? []).filter((tag) => isMark(tag) && !isBegunTag(tag)).sort((a, b) => turnOf(b) - turnOf(a));
  return named("retired", last === undefined ? `0-${id}:${valueOf(lineage)}` : valueOf(last));
}

export function isOwnerTag(tag: string): boolean {
  return tag.startsWith(named("owner", ""));
}

/** A mark that only one image carries. */
export function isMark(tag: string): boolean {
  return isOwnerTag(tag) || isRetiredTag(tag) || isBegunTag(tag);
}

/** Whether the create that began the image has not ended. */
export function isBegun({ tags }: Pick<ImageWire, "tags">): boolean {
  return tags?.some(isBegunTag) ?? false;
}

/** Whether the create that made or took back the image has perhaps not ended, so that maybe no state stands for it. */
export function isUnsettled({ tags }: ImageWire): boolean {
  return isBegun({ tags }) || [isOwnerTag, isRetiredTag].every((isKind) => tags?.some(isKind));
}

export function isBegunTag(tag: string): boolean {
  return tag.startsWith(named("begun", ""));
}

export function isRetiredTag(tag: string): boolean {
  return tag.startsWith(named("retired", ""));
}

export function isRetainTag(tag: string): boolean {
  return tag.startsWith(named("retain", ""));
}

export function isDigestTag(tag: string): boolean {
  return tag.startsWith(named("sha256", ""));
}

/** The turn of the mark; 0 for none. */
export function turnOf(mark: string | undefined): number {
  return Number(/:(\d+)-/.exec(mark ?? "")?.[1] ?? 0);
}

/** The turn of the state that stands for the image; undefined where none does. */
export function ownersTurn({ tags }: ImageWire): number | undefined {
  const owners = (tags ?? []).filter(isOwnerTag);
  return owners.length === 0 ? undefined : Math.max(...owners.map(turnOf));
}

/** When a state last stood for the image, as a turn; 0 for never, as far as is known. */
export function lastTurn({ tags }: ImageWire): number {
  return isBegun({ tags }) ? 0 : Math.max(0, ...(tags ?? []).filter(isMark).map(turnOf));
}

/** How many earlier versions the image's state wants kept. */
export function retainOf({ tags }: ImageWire): number {
  const said = (tags ?? []).filter(isRetainTag).map((tag) => Number(tag.split(":")[2]));
  return Math.max(0, ...said);
}

/** imagefleet's own tags among an image's. */
export function ownTags({ tags }: Pick<ImageWire, "tags">): readonly string[] {
  return (tags ?? []).filter((tag) => tag.startsWith(reservedPrefix));
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
