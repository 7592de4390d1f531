import { invalid, page } from "../answers";
import { region, regionSlugs, type RegionWire } from "../catalog";
import type { Cloud } from "../cloud";
import type { Route } from "../route";

/** The region with this slug, as it is now. */
export function findRegion(cloud: Cloud, slug: string): RegionWire | undefined {
  return region(slug, cloud.options.closedRegions);
}

/** The region with this slug for something that must lie in one. */
export function requireRegion(cloud: Cloud, slug: string): RegionWire {
  const found = findRegion(cloud, slug);
  if (found === undefined) throw invalid("Region is not available");
  return found;
}

export const regionRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/regions",
    scope: "regions:read",
    handle: (call) => page(call, "regions", regionSlugs, (slug) => findRegion(call.cloud, slug)),
  },
];
