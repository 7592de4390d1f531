/**
 * Behaviours of the service that are not documented, each as a switch: the values it can take, the default first.
 * The default is what was observed or what the documentation suggests, otherwise the stricter value.
 */
export const switches = {
  dropletWithoutSshKeys: { about: "A custom image's Droplet without `ssh_keys`.", values: ["refuse", "accept"] },
  monitoringOnCustomImage: { about: "`monitoring: true` for a custom image's Droplet.", values: ["refuse", "accept"] },
  deleteOfLockedDroplet: { about: "DELETE of a Droplet with a pending event.", values: ["refuse", "accept"] },
  transferToSameRegion: { about: "Transfer to a region that has the image already.", values: ["refuse", "accept"] },
  transferTwice: { about: "Transfer to a region while another transfer to it runs.", values: ["refuse", "accept"] },
  deleteOfBusyImage: { about: "DELETE of an image that is being imported or transferred.", values: ["accept", "refuse"] },
  readOfDeletedImage: { about: "GET of an image that a user deleted: 404, or 200 with status `deleted`.", values: ["notFound", "deleted"] },
  failedImportInLists: { about: "A failed import in `GET /v2/images`.", values: ["hide", "show"] },
  tagTwice: { about: "POST of a tag that exists.", values: ["accept", "refuse"] },
  sourceRedirect: { about: "A redirect in answer to the importer's HEAD or GET.", values: ["follow", "refuse"] },
  convertOfImage: {
    about: "The image action `convert` on anything but a backup, for which alone it is documented.",
    values: ["refuse", "accept"],
  },
  ipv6OnSnapshotOfCustomImage: {
    about: "`ipv6: true` for a Droplet of a snapshot of a custom image's Droplet.",
    values: ["refuse", "accept"],
  },
  restartOfStoppedDroplet: {
    about: "`reboot` or `power_cycle` of a Droplet that is off. Accepted, it completes and the Droplet stays off.",
    values: ["refuse", "accept"],
  },
} as const;

/** One value for each switch. */
export type Switches = { readonly [Name in keyof typeof switches]: (typeof switches)[Name]["values"][number] };

/** Durations, limits and the like, each with its default. */
export const settings = {
  importSeconds: {
    about: "Seconds from POST of an image to `available` or `deleted`; longer where reading the source takes longer.",
    value: 0.5,
  },
  transferSeconds: { about: "Seconds that a transfer takes.", value: 2 },
  transferSecondsByRegion: {
    about: "Seconds that a transfer to a region takes where it differs, by region slug.",
    value: {} as Readonly<Record<string, number>>,
  },
  dropletSeconds: { about: "Seconds from POST of a Droplet to `active`, and that each of its actions takes.", value: 1 },
  lagSeconds: {
    about: "Seconds until reads see what a POST or DELETE did: until then the new id answers 404 and the deleted one 200.",
    value: 0,
  },
  listLagSeconds: { about: "Seconds more until lists show or drop what a POST or DELETE made or deleted.", value: 0 },
  requestsPerHour: { about: "Requests a token may make in any 3,600 s.", value: 5_000 },
  requestsPerMinute: { about: "Requests a token may make in any 60 s.", value: 250 },
  keyListsPerMinute: { about: "Lists of SSH keys a token may ask for in any 60 s.", value: 10 },
  dropletLimit: { about: "Droplets a team may have.", value: 100 },
  firewallSeconds: { about: "Seconds until a change of a firewall is in force.", value: 1 },
  loadBalancerSeconds: { about: "Seconds from POST of a load balancer to `active`.", value: 2 },
  loadBalancerLagSeconds: {
    about: "Seconds between two looks of a load balancer at the tags: how late it notices a change at most.",
    value: 5,
  },
  certificateSeconds: { about: "Seconds until a certificate of Let's Encrypt is `verified`.", value: 1 },
  reservedIpSeconds: { about: "Seconds that it takes to assign or unassign a Reserved IP.", value: 1 },
  reservedIpLimit: { about: "Reserved IPs a team may have.", value: 3 },
  keepAnswers: { about: "Whether the request log keeps the answers' bodies too.", value: false },
  closedRegions: { about: "Slugs of regions in which no Droplet can be made for the moment.", value: [] as readonly string[] },
};

type Settings = { readonly [Name in keyof typeof settings]: (typeof settings)[Name]["value"] };

/** How the emulated service behaves. Every field can be changed while it runs, by `POST /_emulator/options`. */
export type EmulatorOptions = Switches & Settings;

/** The default behaviour. */
export const defaultOptions = Object.fromEntries([
  ...Object.entries(switches).map(([name, { values }]) => [name, values[0]]),
  ...Object.entries(settings).map(([name, { value }]) => [name, value]),
]) as unknown as EmulatorOptions;

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
    const values: readonly unknown[] = switches[name as keyof Switches].values;
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
