import { createHash } from "node:crypto";
import type { ImageWire } from "../../api/wire";
import { ownPrefix } from "../imageTags";
import { normalDigest } from "../import/sourceIdentity";

/**
 * The tags by which imagefleet knows its images again. A lineage is all images that were ever made for one resource, its versions.
 *
 * | tag, after `imagefleet:` | on | says |
 * |---|---|---|
 * | `lineage:<hash of namespace and URN>` | every version | whose version it is |
 * | `import:<hash of namespace, URN and the source's identity>` | every version | which bits it is made of: by this one an import that a killed run began is found again, and a version that was kept |
 * | `owner:<turn>-<name>` | a version that a resource state stands for | which state. Each create takes a turn higher than all before it in the lineage, so of two states the later one is the one that counts, and the delete of a state takes no image that carries another's mark |
 * | `begun:<turn>-<name>` | a version whose create has not ended | that maybe no state stands for it: the run may have been killed |
 * | `retired:<turn>-<name>` | a version that no state stands for, unless it has an owner again | when it was last in use |
 * | `retain:<n>:<hash of namespace and URN>` | a version whose state wants earlier ones kept | how many |
 * | `sha256:<digest>` | every image whose digest is declared | by which digest `getImage` finds it |
 *
 * The name, 16 random characters, stays with the image: who takes it over again after a kill asks for the same mark, and leaves none unused.
 */
type Kind = "lineage" | "import" | "owner" | "begun" | "retired" | "retain" | "sha256";

function named(kind: Kind, value: string): string {
  return `${ownPrefix}${kind}:${value}`;
}

export function lineageTag(namespace: string, urn: string): string {
  return named("lineage", hash([namespace, urn]));
}

/** The same for every run that wants the same bits for the same resource, another as soon as the image would be replaced. */
export function importTag(namespace: string, urn: string, identity: string): string {
  return named("import", hash([namespace, urn, identity]));
}

/** The digest that was declared for the image. */
export function digestOf({ tags }: ImageWire): string | undefined {
  return tags?.find(isDigestTag)?.slice(named("sha256", "").length);
}

export function digestTag(sha256: string): string {
  return named("sha256", normalDigest(sha256));
}

/** Undefined for none, the default. */
export function retainTag(lineage: string, retain: number | undefined): string | undefined {
  return retain === undefined || retain === 0 ? undefined : named("retain", `${retain}:${lineage.slice(named("lineage", "").length)}`);
}

/** The mark of a new image's state. */
export function newOwnerTag(turn: number, random: () => number): string {
  const characters = Array.from({ length: 16 }, () => Math.floor(random() * 36).toString(36));
  return named("owner", `${turn}-${characters.join("")}`);
}

/** The mark of another state of an image. */
export function ownerTagOn(image: ImageWire, turn: number): string {
  return named("owner", `${turn}-${nameOf(image)}`);
}

/** Goes along with an owner's mark until the create has ended. */
export function begunTag(ownerTag: string): string {
  return named("begun", ownerTag.slice(named("owner", "").length));
}

/** The mark of an image that is retired. */
export function retiredTagOn(image: ImageWire): string {
  const turns = marksOf(image).filter((tag) => !isBegunTag(tag));
  return named("retired", `${Math.max(0, ...turns.map(turnOf))}-${nameOf(image)}`);
}

export function isOwnerTag(tag: string): boolean {
  return tag.startsWith(named("owner", ""));
}

/** A mark that only one image carries. */
export function isMark(tag: string): boolean {
  return isOwnerTag(tag) || isRetiredTag(tag) || isBegunTag(tag);
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
  if (tags?.some(isBegunTag) ?? false) return 0;
  return Math.max(0, ...(tags ?? []).filter(isMark).map(turnOf));
}

/** What the marks of an image end in; one that was brought in by `pulumi import` may have none, and goes by its number. */
function nameOf(image: ImageWire): string {
  return /-(\w+)$/.exec(marksOf(image)[0] ?? "")?.[1] ?? String(image.id);
}

function marksOf({ tags }: ImageWire): readonly string[] {
  return (tags ?? []).filter(isMark);
}

/** How many earlier versions the image's state wants kept. */
export function retainOf({ tags }: ImageWire): number {
  const said = (tags ?? []).filter(isRetainTag).map((tag) => Number(tag.split(":")[2]));
  return Math.max(0, ...said);
}

/** imagefleet's own tags among an image's. */
export function ownTags({ tags }: Pick<ImageWire, "tags">): readonly string[] {
  return (tags ?? []).filter((tag) => tag.startsWith(ownPrefix));
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
