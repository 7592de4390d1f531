import type { Api } from "../api/api";
import type { ImageWire } from "../api/wire";
import type { Call } from "../host/resource";
import type { Clock } from "../world";
import { StatusLine } from "../waiting/statusLine";

/** Where a template is to run; what isn't known yet is left out. */
export interface PreflightArgs {
  readonly region?: string;
  readonly size?: string;
  readonly image?: string;
}

/** An image's way into a region. */
type Presence = "there" | "coming" | { readonly fault: string };

/** How often a running import or transfer is looked at, in milliseconds. */
const tick = 5_000;

/** Rejects with every reason why Droplets of this kind can't be made there; spends nothing. */
export async function preflight({ region, size, image }: PreflightArgs, api: Api, signal: AbortSignal): Promise<void> {
  const faults: string[] = [];
  const [regions, sizes] = await Promise.all([api.regions(signal), api.sizes(signal)]);
  const place = region === undefined ? undefined : regions.get(region);
  if (region !== undefined && place === undefined) {
    faults.push(
      `\`region\` must be a region slug that DigitalOcean has, got \`${region}\`; it has ${[...regions.keys()].sort().join(", ")}.`,
    );
  }
  if (place?.available === false)
    faults.push(`\`region\` must take new Droplets, but ${place.slug} takes none at the moment; try again later.`);
  const kind = size === undefined ? undefined : sizes.get(size);
  if (size !== undefined && kind === undefined) {
    faults.push(`\`size\` must be a size slug that DigitalOcean has, got \`${size}\`; \`doctl compute size list\` shows them.`);
  }
  if (kind !== undefined && place !== undefined && !(kind.available && kind.regions.includes(place.slug))) {
    const elsewhere = kind.regions.length === 0 ? "nowhere at the moment" : `in ${kind.regions.join(", ")}`;
    faults.push(`\`size\` must be offered in ${place.slug}, but \`${kind.slug}\` is offered ${elsewhere}; choose another size or region.`);
  }
  if (image !== undefined) {
    const found = await api.images.get(image, signal);
    const presence = await presenceOf(image, found, place?.slug, api, signal);
    if (typeof presence === "object") faults.push(presence.fault);
    const disk = found?.min_disk_size ?? 0;
    if (kind !== undefined && disk > kind.disk) {
      faults.push(
        `\`size\` must have a disk of at least ${disk} GB for image ${image}, but \`${kind.slug}\` has ${kind.disk} GB; choose a larger one.`,
      );
    }
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

/** Waits until an image that is on its way to the region has arrived; rejects where it is not. */
export async function awaitImage(image: string, region: string, api: Api, clock: Clock, call: Call): Promise<void> {
  const status = new StatusLine(call, clock);
  for (;;) {
    const presence = await presenceOf(image, await api.images.get(image, call.signal), region, api, call.signal);
    if (presence === "there") return;
    if (typeof presence === "object") throw new Error(presence.fault);
    status.say(`waits for image ${image} to arrive in ${region}`);
    await clock.sleep(tick, call.signal);
  }
}

async function presenceOf(
  image: string,
  found: ImageWire | undefined,
  region: string | undefined,
  api: Api,
  signal: AbortSignal,
): Promise<Presence> {
  const status = found?.status?.toLowerCase();
  if (found === undefined || status === "deleted") {
    return {
      fault: `\`image\` must be the number of an image that this token can see, got \`${image}\`; import it, or correct the number.`,
    };
  }
  if (status === "new" || status === "pending") return "coming";
  if (region === undefined || found.regions?.includes(region) === true) return "there";
  const actions = await api.images.actions(image, signal);
  const underWay = actions.some(
    ({ type, status: state, region_slug: to }) => type === "transfer" && state === "in-progress" && to === region,
  );
  if (underWay) return "coming";
  return {
    fault:
      `\`image\` must be in ${region}, but image ${image} is only in ${found.regions?.join(", ") ?? "no region"} and no transfer runs; ` +
      "copy it with an `ImageReplication`, or give the fleet the `CustomImage` and its `regions` this one.",
  };
}
