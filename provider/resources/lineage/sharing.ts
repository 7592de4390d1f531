import type { ImageWire } from "../../api/wire";
import type { ProviderContext } from "../../providerContext";
import { mark } from "./lineage";
import { isLeaving } from "./lineageTags";

/** By which tags an image says that others of its namespace may share it. */
export interface Share {
  readonly digest: string;
  /** Of bits that were compared with the digest on their way. */
  readonly verified: string;
  /** Of bits that the same URL claims to serve; undefined where there is no URL, or the claim isn't enough. */
  readonly claimed?: string;
}

/** The images among these that a create of this source may join: verified ones first, the oldest of them first. */
export function joinable(images: readonly ImageWire[], { verified, claimed }: Share): readonly ImageWire[] {
  const carries = (image: ImageWire, tag: string | undefined): boolean => tag !== undefined && (image.tags?.includes(tag) ?? false);
  const found = images.filter((image) => (carries(image, verified) || carries(image, claimed)) && !isLeaving(image));
  return found.sort((a, b) => Number(carries(b, verified)) - Number(carries(a, verified)) || a.id - b.id);
}

/**
 * Marks an image and then looks at it by its number. Answers the image as it is then; undefined where it is gone, has failed or is being
 * deleted, so that nothing can be joined. A deleter does both in the same order, so at least one of the two sees the other.
 */
export async function join(
  image: ImageWire,
  marks: readonly string[],
  context: ProviderContext,
  signal: AbortSignal,
): Promise<ImageWire | undefined> {
  const { images } = context.api;
  try {
    await mark(image, marks, context, signal);
  } catch (error) {
    // DigitalOcean refuses a tag on an image that is gone.
    if ((await images.get(String(image.id), signal)) !== undefined) throw error;
  }
  const live = await images.get(String(image.id), signal);
  const joined = live !== undefined && live.status !== "deleted" && !isLeaving(live) && marks.every((tag) => live.tags?.includes(tag));
  return joined ? live : undefined;
}
