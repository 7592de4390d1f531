import { isRegionSlug, regionSlugExpectation } from "../provider/rules/regionSlug";
import { shown } from "./shown";

/** What is wrong with one region slug; which slugs exist is the service's to say, in the preview. */
export function regionFaults(property: string, region: unknown): readonly string[] {
  if (typeof region === "string" && isRegionSlug(region)) return [];
  return [`\`${property}\` ${regionSlugExpectation}, got ${shown(region)}.`];
}

/** What is wrong with a list of regions: it says which children exist, so it is plain, not empty, and names each region once. */
export function regionListFaults(property: string, regions: unknown): readonly string[] {
  if (!Array.isArray(regions)) {
    return [`\`${property}\` must be a plain list of region slugs, for it decides which resources exist, got ${shown(regions)}.`];
  }
  if (regions.length === 0) return [`\`${property}\` must name at least one region, such as \`["nyc3"]\`, got an empty list.`];
  return regions.flatMap((region: unknown, index) => {
    const path = `${property}[${index}]`;
    const first = regions.indexOf(region);
    if (first < index) return [`\`${path}\` must be a region not named before, but ${shown(region)} is \`${property}[${first}]\` already.`];
    return regionFaults(path, region);
  });
}
