/** A region as the API shows it. */
export interface RegionWire {
  readonly name: string;
  readonly slug: string;
  readonly features: readonly string[];
  readonly available: boolean;
  readonly sizes: readonly string[];
}

/** A Droplet size as the API shows it: memory in megabytes, disk in gigabytes, transfer in terabytes, prices in US dollars. */
export interface SizeWire {
  readonly slug: string;
  readonly memory: number;
  readonly vcpus: number;
  readonly disk: number;
  readonly transfer: number;
  readonly price_monthly: number;
  readonly price_hourly: number;
  readonly regions: readonly string[];
  readonly available: boolean;
  readonly description: string;
  readonly disk_info: readonly { type: "local"; size: { amount: number; unit: "gib" } }[];
}

const regionNames: Readonly<Record<string, string>> = {
  ams2: "Amsterdam 2",
  ams3: "Amsterdam 3",
  atl1: "Atlanta 1",
  blr1: "Bangalore 1",
  fra1: "Frankfurt 1",
  lon1: "London 1",
  nyc1: "New York 1",
  nyc2: "New York 2",
  nyc3: "New York 3",
  ric1: "Richmond 1",
  sfo1: "San Francisco 1",
  sfo2: "San Francisco 2",
  sfo3: "San Francisco 3",
  sgp1: "Singapore 1",
  syd1: "Sydney 1",
  tor1: "Toronto 1",
};

/** Slugs of all regions. */
export const regionSlugs = Object.keys(regionNames);

/** Regions that keep images but start no new Droplets. */
const legacyRegions = ["ams2", "nyc2", "sfo1"];

const openRegions = regionSlugs.filter((slug) => !legacyRegions.includes(slug));

const features = ["backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"];

/** Slug, class, memory (MB), vCPUs, disk (GB), transfer (TB), US dollars a month. */
const sizeRows: readonly (readonly [string, string, number, number, number, number, number])[] = [
  ["s-1vcpu-512mb-10gb", "Basic", 512, 1, 10, 0.5, 4],
  ["s-1vcpu-1gb", "Basic", 1024, 1, 25, 1, 6],
  ["s-1vcpu-1gb-amd", "Basic AMD", 1024, 1, 25, 1, 7],
  ["s-1vcpu-1gb-intel", "Basic Intel", 1024, 1, 25, 1, 7],
  ["s-1vcpu-2gb", "Basic", 2048, 1, 50, 2, 12],
  ["s-1vcpu-2gb-amd", "Basic AMD", 2048, 1, 50, 2, 14],
  ["s-1vcpu-2gb-intel", "Basic Intel", 2048, 1, 50, 2, 14],
  ["s-2vcpu-2gb", "Basic", 2048, 2, 60, 3, 18],
  ["s-2vcpu-2gb-amd", "Basic AMD", 2048, 2, 60, 3, 21],
  ["s-2vcpu-4gb", "Basic", 4096, 2, 80, 4, 24],
  ["s-2vcpu-4gb-amd", "Basic AMD", 4096, 2, 80, 4, 28],
  ["s-4vcpu-8gb", "Basic", 8192, 4, 160, 5, 48],
  ["s-4vcpu-8gb-amd", "Basic AMD", 8192, 4, 160, 5, 56],
  ["s-8vcpu-16gb", "Basic", 16384, 8, 320, 6, 96],
  ["c-2", "CPU-Optimized", 4096, 2, 25, 4, 42],
  ["c-4", "CPU-Optimized", 8192, 4, 50, 5, 84],
  ["c-8", "CPU-Optimized", 16384, 8, 100, 6, 168],
  ["g-2vcpu-8gb", "General Purpose", 8192, 2, 25, 4, 63],
  ["g-4vcpu-16gb", "General Purpose", 16384, 4, 50, 5, 126],
  ["g-8vcpu-32gb", "General Purpose", 32768, 8, 100, 6, 252],
  ["m-2vcpu-16gb", "Memory-Optimized", 16384, 2, 50, 4, 84],
  ["m-4vcpu-32gb", "Memory-Optimized", 32768, 4, 100, 6, 168],
  ["so-2vcpu-16gb", "Storage-Optimized", 16384, 2, 300, 4, 131],
];

/** The newest region lacks the larger classes, so that a size can be missing somewhere. */
const basicOnlyRegions = ["ric1"];

/** All sizes. */
export const sizes: readonly SizeWire[] = sizeRows.map(([slug, description, memory, vcpus, disk, transfer, monthly]) => ({
  slug,
  memory,
  vcpus,
  disk,
  transfer,
  price_monthly: monthly,
  price_hourly: Math.round((monthly / 672) * 100_000) / 100_000,
  regions: openRegions.filter((region) => slug.startsWith("s-") || !basicOnlyRegions.includes(region)),
  available: true,
  description,
  disk_info: [{ type: "local", size: { amount: disk, unit: "gib" } }],
}));

const sizesByRegion = new Map(
  regionSlugs.map((slug) => [slug, sizes.filter((size) => size.regions.includes(slug)).map((size) => size.slug)]),
);

/** A region by its slug, closed for new Droplets where it is legacy or listed in `closed`. */
export function region(slug: string, closed: readonly string[]): RegionWire | undefined {
  const name = regionNames[slug];
  if (name === undefined) return undefined;
  const available = !legacyRegions.includes(slug) && !closed.includes(slug);
  return { name, slug, features, available, sizes: sizesByRegion.get(slug) ?? [] };
}

/** What sets the public images apart from each other. */
export const publicImages = [
  { id: 195_932_981, name: "24.04 (LTS) x64", distribution: "Ubuntu", slug: "ubuntu-24-04-x64", min_disk_size: 7, size_gigabytes: 2.36 },
  { id: 195_933_014, name: "13 x64", distribution: "Debian", slug: "debian-13-x64", min_disk_size: 7, size_gigabytes: 1.43 },
] as const;
