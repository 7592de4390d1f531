import type { RegionWire } from "../api/wire";
import type { ProviderContext } from "../providerContext";

/** Throws where DigitalOcean has no such region, or one that takes no images. */
export async function requireImageRegion(region: string, context: ProviderContext, signal: AbortSignal): Promise<void> {
  const regions = await context.api.regions(signal);
  if (takesImages(regions.get(region))) return;
  const slugs = [...regions.values()].filter(takesImages).map(({ slug }) => slug);
  throw new Error(`\`region\` must be a region that takes custom images, got \`${region}\`. ${suggestion(region, slugs.sort())}`);
}

function takesImages(region: RegionWire | undefined): boolean {
  return region?.features.includes("image_transfer") ?? false;
}

/** Regions of the same city first: `nyc9` is meant to be one of `nyc1`, `nyc2`, `nyc3`. */
function suggestion(region: string, slugs: readonly string[]): string {
  const city = region.toLowerCase().replace(/\d+$/, "");
  const close = slugs.filter((slug) => slug.replace(/\d+$/, "") === city);
  return `Take one of ${(close.length > 0 ? close : slugs).join(", ")}.`;
}
