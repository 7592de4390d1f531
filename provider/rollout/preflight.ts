import type { Api } from "../api/api";
import type { RegionWire, SizeWire } from "../api/wire";
import { describeMissing, isDeleted } from "./imagePresence";

/** Where a template is to run; what isn't known yet is left out. */
export interface PreflightArgs {
  readonly region?: string;
  readonly size?: string;
  readonly image?: string;
}

/**
 * Every reason why Droplets of this kind can't be made there; spends nothing. Whether the image is in the region is not judged:
 * the copy may be made by the same run.
 */
export async function preflight({ region, size, image }: PreflightArgs, api: Api, signal: AbortSignal): Promise<readonly string[]> {
  const [regions, sizes] = await Promise.all([api.regions(signal), api.sizes(signal)]);
  const place = region === undefined ? undefined : regions.get(region);
  const kind = size === undefined ? undefined : sizes.get(size);
  return [
    ...(region === undefined ? [] : regionFaults(region, place, regions)),
    ...(size === undefined ? [] : sizeFaults(size, kind, place)),
    ...(image === undefined ? [] : await imageFaults(image, kind, api, signal)),
  ];
}

function regionFaults(region: string, place: RegionWire | undefined, regions: ReadonlyMap<string, RegionWire>): readonly string[] {
  if (place === undefined) {
    return [`\`region\` must be a region slug that DigitalOcean has, got \`${region}\`; it has ${[...regions.keys()].sort().join(", ")}.`];
  }
  return place.available ? [] : [`\`region\` must accept new Droplets, but ${place.slug} accepts none at the moment; try again later.`];
}

function sizeFaults(size: string, kind: SizeWire | undefined, place: RegionWire | undefined): readonly string[] {
  if (kind === undefined) {
    return [`\`size\` must be a size slug that DigitalOcean has, got \`${size}\`; \`doctl compute size list\` shows them.`];
  }
  if (place === undefined || (kind.available && kind.regions.includes(place.slug))) return [];
  const elsewhere = kind.regions.length === 0 ? "nowhere at the moment" : `in ${kind.regions.join(", ")}`;
  return [`\`size\` must be offered in ${place.slug}, but \`${kind.slug}\` is offered ${elsewhere}; choose another size or region.`];
}

async function imageFaults(image: string, kind: SizeWire | undefined, api: Api, signal: AbortSignal): Promise<readonly string[]> {
  const found = await api.images.get(image, signal);
  if (found === undefined || isDeleted(found)) return [describeMissing(image)];
  const disk = found.min_disk_size ?? 0;
  if (kind === undefined || disk <= kind.disk) return [];
  return [
    `\`size\` must have a disk of at least ${disk} GB for image ${image}, but \`${kind.slug}\` has ${kind.disk} GB; choose a larger one.`,
  ];
}
