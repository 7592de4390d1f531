import type { Api } from "../api/api";
import type { RegionWire, SizeWire } from "../api/wire";
import { hasTag } from "../rules/tag";
import { describeMissing, isDeleted } from "./imagePresence";

/** Where a template is to run; what isn't known yet is left out. */
export interface PreflightArgs {
  readonly region?: string;
  readonly size?: string;
  readonly image?: string;
  /** SSH keys by id or fingerprint. */
  readonly sshKeys?: readonly string[];
  readonly projectId?: string;
  /** Id of the gate's load balancer. */
  readonly loadBalancer?: string;
  /** The tags that a Droplet carries while it serves, as far as they are known. */
  readonly tags?: readonly string[];
}

/**
 * Every reason why Droplets of this kind can't be made there; spends nothing. Whether the image is in the region is not judged:
 * the copy may be made by the same run.
 */
export async function preflight(
  { region, size, image, sshKeys = [], projectId, loadBalancer, tags = [] }: PreflightArgs,
  api: Api,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const [regions, sizes] = await Promise.all([api.regions(signal), api.sizes(signal)]);
  const place = region === undefined ? undefined : regions.get(region);
  const kind = size === undefined ? undefined : sizes.get(size);
  return [
    ...(region === undefined ? [] : regionFaults(region, place, regions)),
    ...(size === undefined ? [] : sizeFaults(size, kind, place)),
    ...(image === undefined ? [] : await imageFaults(image, kind, api, signal)),
    ...(await keyFaults(sshKeys, api, signal)),
    ...(projectId === undefined ? [] : await projectFaults(projectId, api, signal)),
    ...(loadBalancer === undefined ? [] : await balancerFaults(loadBalancer, { region, tags }, api, signal)),
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

/** Ids only: the service makes them, so that an unknown one will never exist. A key with a known fingerprint may be added by the same run. */
async function keyFaults(sshKeys: readonly string[], api: Api, signal: AbortSignal): Promise<readonly string[]> {
  const ids = sshKeys.map((key, index) => ({ key, index })).filter(({ key }) => /^\d+$/.test(key));
  if (ids.length === 0) return [];
  const existing = new Set((await api.keys(signal)).map(({ id }) => String(id)));
  return ids
    .filter(({ key }) => !existing.has(key))
    .map(({ key, index }) => {
      return `\`sshKeys[${index}]\` must be the id of an SSH key of the account, got \`${key}\`; \`doctl compute ssh-key list\` shows them.`;
    });
}

async function projectFaults(id: string, api: Api, signal: AbortSignal): Promise<readonly string[]> {
  if (await api.projects.exists(id, signal)) return [];
  return [`\`projectId\` must be the id of a project that this token can see, got \`${id}\`; \`doctl projects list\` shows them.`];
}

async function balancerFaults(
  id: string,
  { region, tags = [] }: Pick<PreflightArgs, "region" | "tags">,
  api: Api,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = await api.loadBalancers.get(id, signal);
  if (found === undefined) {
    return [
      `\`gate.loadBalancer\` must be the id of a load balancer that this token can see, got \`${id}\`; \`doctl compute load-balancer list\` shows them.`,
    ];
  }
  const [name, where] = [
    `\`gate.loadBalancer\` must be in the fleet's region and select by a tag that its Droplets carry, but ${found.name}`,
    found.region.slug,
  ];
  if (region !== undefined && where !== region) return [`${name} is in ${where} and the fleet in ${region}; choose a load balancer there.`];
  if (hasTag(tags, found.tag)) return [];
  if (found.tag === "") return [`${name} selects Droplets by their ids; give it a tag that stands in \`servingTags\`.`];
  return [`${name} selects by \`${found.tag}\`; add it to \`servingTags\`.`];
}
