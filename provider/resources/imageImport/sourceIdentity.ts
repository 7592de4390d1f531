import type { Effect } from "../../host/property";
import type { ProviderContext } from "../../providerContext";
import { normalDigest } from "../../rules/digest";
import { claimedTag, digestTag, verifiedTag } from "../lineage/lineageTags";
import type { Share } from "../lineage/sharing";
import type { ImageImportInputs } from "./imageImportTable";

/** Where an image's bits come from. */
export type Source = NonNullable<ImageImportInputs["source"]>;

/** What a URL that is followed said of its bits. */
export interface Followed {
  readonly etag?: string;
  readonly bytes?: number;
}

/**
 * What makes a source the same set of bits: its digest where it is declared, as that of a local file always is, else its URL with what that said where it is followed; and
 * the generation that forces an import.
 */
export function sourceIdentity({ url, sha256, generation }: Source, followed?: Followed): string {
  return JSON.stringify([sha256 === undefined ? { url, ...followed } : { sha256: normalDigest(sha256) }, generation ?? 0]);
}

/** Undefined where the source says nothing by which it could be shared: it has no digest, or follows its URL. */
export function shareOf({ url, sha256, generation = 0, follow, verify }: Source, { namespace }: ProviderContext): Share | undefined {
  if (sha256 === undefined || follow === true) return undefined;
  const verified = verifiedTag(namespace, sha256, generation);
  if (url === undefined || verify === "stage") return { digest: digestTag(sha256), verified };
  return { digest: digestTag(sha256), verified, claimed: claimedTag(namespace, sha256, generation, url) };
}

/** What a change of the source does to the image that was made from it. */
export function sourceChange(before: Source | undefined, after: Source | undefined): Effect {
  // An image that was brought in by `pulumi import` says nothing of its source: the first one declared is recorded, with the inputs.
  if (before === undefined) return "none";
  if (after === undefined) return "update";
  if ((before.generation ?? 0) !== (after.generation ?? 0)) return "replace";
  if (before.sha256 !== undefined && after.sha256 !== undefined) {
    if (normalDigest(before.sha256) !== normalDigest(after.sha256)) return "replace";
    return before.sha256 === after.sha256 ? "none" : "update";
  }
  if (normalUrl(before.url) !== normalUrl(after.url)) return "replace";
  return before.url === after.url && before.sha256 === after.sha256 && (before.follow ?? false) === (after.follow ?? false)
    ? "none"
    : "update";
}

/** The URL as every request holds it: encoded as the WHATWG says. The identity is of the URL as it was declared, so this changes none. */
export function normalUrl(url: string): string;
export function normalUrl(url: string | undefined): string | undefined;
export function normalUrl(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).href : url;
}
