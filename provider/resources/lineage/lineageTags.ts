import { createHash } from "node:crypto";
import type { ImageWire } from "../../api/wire";
import { reservedPrefix } from "../../rules/tag";
import { normalDigest } from "../../rules/digest";

/**
 * The tags by which imagefleet knows its images again. A lineage is the history of one resource: all images that it has run. Its id is
 * drawn once and kept in the state, so that it survives every rename.
 *
 * | tag, after `imagefleet:` | on | says |
 * |---|---|---|
 * | `lineage:<id>` | versions that the resource imported or keeps | whose history it is in |
 * | `import:<hash of source>:<lineage>` | the same | which bits it is made of: by this one a version that was kept is found again |
 * | `owner:<turn>-<key>:<project>:<stack>:<name>:<place>:<lineage>` | an image that a resource state stands for | which state. Each create takes a later turn, so of two states of a lineage the later one counts, and of all owners of an image the earliest describes it |
 * | `begun:<lineage>` | an image whose create, or whose joining, has not ended | for which lineage, so that the run after a kill takes it over, or off |
 * | `begun:<place>:<lineage>` | the same, where no state can know the lineage yet | for which resource |
 * | `retired:<turn>-…:<lineage>` | a version that its lineage keeps | when it was last in use |
 * | `retain:<n>:<lineage>` | a version whose state wants earlier ones kept | how many |
 * | `sha256:<digest>` | every image whose digest is declared | by which digest `getImage` finds it |
 * | `verified:<namespace>-<hash>`, `claimed:<namespace>-<hash>` | the same | which namespace, digest and generation may share it: of bits that were compared with the digest on their way, or of the same URL |
 * | `deleting:<number>` | an image that someone is about to delete | that nobody may join it |
 *
 * `place` is the hash of namespace and URN, `key` that of namespace, URN and source. By the place what a killed run made but gave to no
 * image is found at the end. Marks of 0.1.0 (`owner:<turn>-<name>:<lineage>`, `begun:` likewise) are read as these.
 */
type Kind = "lineage" | "import" | "owner" | "begun" | "retired" | "retain" | "sha256" | "verified" | "claimed" | "deleting";

function named(kind: Kind, value: string): string {
  return `${reservedPrefix}${kind}:${value}`;
}

/** What stands after the kind. */
function valueOf(tag: string): string {
  return tag.slice(tag.indexOf(":", reservedPrefix.length) + 1);
}

/** The tag of the lineage that 0.1.0 computed, and by which what a resource has in Spaces is found. */
export function lineageTag(namespace: string, urn: string): string {
  return named("lineage", placeOf(namespace, urn));
}

/** A lineage that nobody else has. */
export function freshLineage(random: () => number): string {
  const words = Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  );
  return named("lineage", words.join(""));
}

/** Whether a tag, other than the lineage's own, can be only on images of the lineage. */
export function isOfLineage(tag: string, lineage: string): boolean {
  return tag.startsWith(reservedPrefix) && tag.endsWith(`:${valueOf(lineage)}`) && tag !== lineage;
}

/** Whether runs of the resource that an owner's mark names have begun something for a lineage that no state can know. */
export function isBegunByOwner(begun: string, owner: string): boolean {
  const [, , place, lineage] = begun.split(":");
  return isBegunTag(begun) && place !== undefined && lineage !== undefined && isOfPlace(owner, place);
}

/** Whether a state can know for which lineage the mark's create or joining has not ended. */
export function isBegunOfHistory(begun: string): boolean {
  return isBegunTag(begun) && !valueOf(begun).includes(":");
}

/** Whether an image is in the lineage, or carries a mark of it. */
export function isVersion(image: ImageWire, lineage: string): boolean {
  return ownTags(image).some((tag) => tag === lineage || isOfLineage(tag, lineage));
}

/** Whether a mark was made by runs of that resource, whatever lineage they gave it. */
export function isOfPlace(tag: string, place: string): boolean {
  return (isOwnerTag(tag) || isBegunTag(tag)) && tag.split(":").includes(place);
}

export function lineageOfMark(mark: string): string {
  return named("lineage", mark.slice(mark.lastIndexOf(":") + 1));
}

/** Hash of the resource's name for the engine. */
export function placeOf(namespace: string, urn: string): string {
  return hash([namespace, urn]);
}

/** The same for every run that wants the same bits for the same lineage, another as soon as the image would be replaced. */
export function importTag(lineage: string, identity: string): string {
  return named("import", `${hash([identity])}:${valueOf(lineage)}`);
}

/** The same of 0.1.0. */
export function formerImportTag(lineage: string, identity: string): string {
  return named("import", `${hash([lineage, identity])}:${valueOf(lineage)}`);
}

/** An import tag, as that of another lineage. */
export function asOf(lineage: string, importTag: string): string {
  return `${importTag.slice(0, importTag.lastIndexOf(":"))}:${valueOf(lineage)}`;
}

export function isImportTag(tag: string): boolean {
  return tag.startsWith(named("import", ""));
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

/** Who makes a mark, and of what source. */
export interface Author {
  readonly namespace: string;
  readonly urn: string;
  readonly identity: string;
}

export function ownerTag(turn: number, lineage: string, { namespace, urn, identity }: Author): string {
  const [stack = "", project = "", , name = ""] = urn.split("::").map((part, index) => (index === 0 ? (part.split(":")[2] ?? "") : part));
  const label = [project, stack, name].map(encoded).join(":");
  const key = keyOf({ namespace, urn, identity }).slice(0, keyLength);
  return named("owner", `${turn}-${key}:${label}:${placeOf(namespace, urn)}:${valueOf(lineage)}`);
}

/**
 * Goes along with an owner's mark until the create has ended. Where no state can know the lineage yet, it tells the place, too: by that
 * alone the run after a kill can find it.
 */
export function begunTag(lineage: string, place?: string): string {
  return named("begun", [...(place === undefined ? [] : [place]), valueOf(lineage)].join(":"));
}

/** The begun marks of a lineage on an image. */
export function begunTagsOf({ tags }: Pick<ImageWire, "tags">, lineage: string | undefined): readonly string[] {
  return lineage === undefined ? [] : [...new Set(tags)].filter((tag) => isBegunTag(tag) && isOfLineage(tag, lineage));
}

/** The owner's mark that an earlier run of the same author left on an image that still carries `begun`. */
export function markOf({ tags }: ImageWire, author: Author): string | undefined {
  const own = (tags ?? []).filter((tag) => isOwnerTag(tag) && tag.includes(`-${keyOf(author).slice(0, keyLength)}:`));
  return own.sort((a, b) => turnOf(b) - turnOf(a))[0];
}

/** The owner of a mark as a person names it; undefined for a mark of 0.1.0. */
export function ownerNamed(mark: string): string | undefined {
  const parts = valueOf(mark).split(":");
  return parts.length < 6 ? undefined : parts.slice(1, 4).map(decoded).join("/");
}

const keyLength = 16;

function keyOf({ namespace, urn, identity }: Author): string {
  return hash([namespace, urn, identity]);
}

/** A name in the letters that a tag may have, cut where it is long. */
function encoded(name: string): string {
  const hex = (letter: string): string => [...Buffer.from(letter)].map((byte) => `_${byte.toString(16).padStart(2, "0")}`).join("");
  const letters = Array.from(name, (letter) => (/[a-z0-9-]/.test(letter) ? letter : hex(letter)));
  let text = "";
  for (const letter of letters) if (text.length + letter.length <= 36) text += letter;
  return text;
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll("_", "%"));
}

export function deletingTag(id: number): string {
  return named("deleting", String(id));
}

/** Whether somebody is about to delete the image, so that nobody may join it. */
export function isLeaving({ id, tags }: ImageWire): boolean {
  return tags?.includes(deletingTag(id)) ?? false;
}

export function isDeletingTag(tag: string): boolean {
  return tag.startsWith(named("deleting", ""));
}

/** The number of the image that the mark is about. */
export function imageOfDeleting(tag: string): string {
  return valueOf(tag);
}

export function verifiedTag(namespace: string, sha256: string, generation: number): string {
  return named("verified", `${shortOf(namespace)}-${hash([namespace, normalDigest(sha256), String(generation)])}`);
}

export function claimedTag(namespace: string, sha256: string, generation: number, url: string): string {
  return named("claimed", `${shortOf(namespace)}-${hash([namespace, normalDigest(sha256), String(generation), new URL(url).href])}`);
}

export function isVerified({ tags }: ImageWire): boolean {
  return tags?.some((tag) => tag.startsWith(named("verified", ""))) ?? false;
}

/** Whether an image was imported within the namespace, with a digest. */
export function isInNamespace({ tags }: ImageWire, namespace: string): boolean {
  const prefixes = [named("verified", `${shortOf(namespace)}-`), named("claimed", `${shortOf(namespace)}-`)];
  return tags?.some((tag) => prefixes.some((prefix) => tag.startsWith(prefix))) ?? false;
}

function shortOf(namespace: string): string {
  return hash([namespace]).slice(0, 8);
}

/** Whether another lineage has a stake in the image: a state, or one that keeps it. */
export function isWantedBeside({ tags }: ImageWire, lineage: string): boolean {
  return (tags ?? []).some((tag) => (isOwnerTag(tag) || isRetiredTag(tag)) && !isOfLineage(tag, lineage));
}

/** The image's owner's marks, the one that describes it first. */
export function ownersOf({ tags }: Pick<ImageWire, "tags">): readonly string[] {
  return (tags ?? []).filter(isOwnerTag).sort((a, b) => turnOf(a) - turnOf(b));
}

/** The mark of an image that is retired. One that was brought in by `pulumi import` may have had no owner's, and goes by its number. */
export function retiredTagOn(image: ImageWire, lineage: string): string {
  const [last] = marksOfLineage(image, lineage).sort((a, b) => turnOf(b) - turnOf(a));
  return named("retired", last === undefined ? `0-${image.id}:${valueOf(lineage)}` : valueOf(last));
}

function marksOfLineage({ tags }: Pick<ImageWire, "tags">, lineage: string): string[] {
  return (tags ?? []).filter((tag) => (isOwnerTag(tag) || isRetiredTag(tag)) && isOfLineage(tag, lineage));
}

export function isOwnerTag(tag: string): boolean {
  return tag.startsWith(named("owner", ""));
}

/** A mark that only one image carries. */
export function isMark(tag: string): boolean {
  return isOwnerTag(tag) || isRetiredTag(tag) || isBegunTag(tag);
}

/** Whether the lineage's create that began the image, or joined it, has not ended. */
export function isBegun(image: Pick<ImageWire, "tags">, lineage: string): boolean {
  return begunTagsOf(image, lineage).length > 0;
}

/** Whether the create that made or took back the image has perhaps not ended, so that maybe no state stands for it. */
export function isUnsettled(image: ImageWire, lineage: string): boolean {
  const marks = marksOfLineage(image, lineage);
  return isBegun(image, lineage) || [isOwnerTag, isRetiredTag].every((isKind) => marks.some(isKind));
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

/** The turn of the lineage's state that stands for the image; undefined where none does. */
export function ownersTurn(image: Pick<ImageWire, "tags">, lineage: string): number | undefined {
  const owners = marksOfLineage(image, lineage).filter(isOwnerTag);
  return owners.length === 0 ? undefined : Math.max(...owners.map(turnOf));
}

/** When a state of the lineage last stood for the image, as a turn; 0 for never, as far as is known. */
export function lastTurn(image: ImageWire, lineage: string): number {
  return isBegun(image, lineage) ? 0 : Math.max(0, ...marksOfLineage(image, lineage).map(turnOf));
}

/** How many earlier versions the image's state wants kept. */
export function retainOf({ tags }: ImageWire, lineage: string): number {
  const said = (tags ?? []).filter((tag) => isRetainTag(tag) && isOfLineage(tag, lineage)).map((tag) => Number(tag.split(":")[2]));
  return Math.max(0, ...said);
}

/** imagefleet's own tags among an image's. */
export function ownTags({ tags }: Pick<ImageWire, "tags">): readonly string[] {
  return (tags ?? []).filter((tag) => tag.startsWith(reservedPrefix));
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
