/**
 * Behaviours of the service that are not documented, each as a switch: the values it can take, the default first.
 * The default is what was observed or what the documentation suggests, otherwise the stricter value.
 */
export const switches = {
  /** A custom image's Droplet without `ssh_keys`. */
  dropletWithoutSshKeys: ["refuse", "accept"],
  /** `monitoring: true` for a custom image's Droplet. */
  monitoringOnCustomImage: ["refuse", "accept"],
  /** DELETE of a Droplet with a pending event. */
  deleteOfLockedDroplet: ["refuse", "accept"],
  /** Transfer to a region that has the image already. */
  transferToSameRegion: ["refuse", "accept"],
  /** Transfer to a region while another transfer to it runs. */
  transferTwice: ["refuse", "accept"],
  /** DELETE of an image that is being imported or transferred. */
  deleteOfBusyImage: ["accept", "refuse"],
  /** GET of an image that a user deleted: 404, or 200 with status `deleted`. */
  readOfDeletedImage: ["notFound", "deleted"],
  /** A failed import in `GET /v2/images`. */
  failedImportInLists: ["hide", "show"],
  /** POST of a tag that exists. */
  tagTwice: ["accept", "refuse"],
  /** A redirect in answer to the importer's HEAD or GET. */
  sourceRedirect: ["follow", "refuse"],
  /** The image action `convert` on anything but a backup, for which alone it is documented. */
  convertOfImage: ["refuse", "accept"],
  /** `ipv6: true` for a Droplet of a snapshot of a custom image's Droplet. */
  ipv6OnSnapshotOfCustomImage: ["refuse", "accept"],
} as const;

/** One value for each switch. */
export type Switches = { readonly [Name in keyof typeof switches]: (typeof switches)[Name][number] };

/** How the emulated service behaves. Every field can be changed while it runs, by `POST /_emulator/options`. */
export interface EmulatorOptions extends Switches {
  /** Seconds from POST of an image to `available` or `deleted`; longer where reading the source takes longer. Default 0.5. */
  readonly importSeconds: number;
  /** Seconds that a transfer takes. Default 2. */
  readonly transferSeconds: number;
  /** Seconds that a transfer to a region takes where it differs, by region slug. Default none. */
  readonly transferSecondsByRegion: Readonly<Record<string, number>>;
  /** Seconds from POST of a Droplet to `active`, and that each of its actions takes. Default 1. */
  readonly dropletSeconds: number;
  /** Seconds until reads see what a POST or DELETE did. Default 0. */
  readonly lagSeconds: number;
  /** Requests a token may make in any 3,600 s. Default 5,000. */
  readonly requestsPerHour: number;
  /** Requests a token may make in any 60 s. Default 250. */
  readonly requestsPerMinute: number;
  /** Lists of SSH keys a token may ask for in any 60 s. Default 10. */
  readonly keyListsPerMinute: number;
  /** Droplets a team may have. Default 100. */
  readonly dropletLimit: number;
  /** Whether the request log keeps the answers' bodies too. Default false. */
  readonly keepAnswers: boolean;
  /** Slugs of regions in which no Droplet can be made for the moment. Default none. */
  readonly closedRegions: readonly string[];
}

const firstValues = Object.fromEntries(Object.entries(switches).map(([name, values]) => [name, values[0]]));

/** The default behaviour. */
export const defaultOptions: EmulatorOptions = {
  ...(firstValues as unknown as Switches),
  importSeconds: 0.5,
  transferSeconds: 2,
  transferSecondsByRegion: {},
  dropletSeconds: 1,
  lagSeconds: 0,
  requestsPerHour: 5_000,
  requestsPerMinute: 250,
  keyListsPerMinute: 10,
  dropletLimit: 100,
  keepAnswers: false,
  closedRegions: [],
};

/** Checks options from outside. Throws one sentence about the first invalid one. */
export function checkOptions(given: Readonly<Record<string, unknown>>): Partial<EmulatorOptions> {
  for (const [name, value] of Object.entries(given)) {
    const fault = name in defaultOptions ? optionFault(name as keyof EmulatorOptions, value) : "is not an option of the emulator";
    if (fault !== undefined) throw new Error(`\`${name}\` ${fault}, got ${JSON.stringify(value)}.`);
  }
  return given;
}

function optionFault(name: keyof EmulatorOptions, value: unknown): string | undefined {
  if (name in switches) {
    const values: readonly unknown[] = switches[name as keyof Switches];
    return values.includes(value) ? undefined : `must be one of ${values.map((one) => `\`${String(one)}\``).join(", ")}`;
  }
  if (name === "keepAnswers") return typeof value === "boolean" ? undefined : "must be true or false";
  if (name === "closedRegions") {
    const good = Array.isArray(value) && value.every((slug) => typeof slug === "string");
    return good ? undefined : "must be a list of region slugs";
  }
  if (name === "transferSecondsByRegion") {
    const good = typeof value === "object" && value !== null && Object.values(value).every(isAmount);
    return good ? undefined : "must give seconds by region slug";
  }
  return isAmount(value) ? undefined : "must be a number, 0 or more";
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
