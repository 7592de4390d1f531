import type { Api } from "../api/api";
import type { ImageWire } from "../api/wire";
import type { Call } from "../host/resource";
import type { Clock } from "../world";
import { StatusLine } from "../waiting/statusLine";

/** How often a running import or transfer is looked at, in milliseconds. */
const tick = 5_000;
/** How long a transfer may take to begin, in milliseconds: the copy may be made by the same run. */
const beginning = 30_000;

/** Waits until the image is in the region; rejects where it doesn't exist, or where no transfer brings it there. */
export async function awaitImage(image: string, region: string, api: Api, clock: Clock, call: Call): Promise<void> {
  const status = new StatusLine(call, clock);
  const since = clock.now();
  for (;;) {
    const found = await api.images.get(image, call.signal);
    if (found === undefined || isDeleted(found)) throw new Error(describeMissing(image));
    const isImporting = ["new", "pending"].includes(found.status?.toLowerCase() ?? "");
    if (!isImporting && found.regions?.includes(region) === true) return;
    const comes = isImporting || (await isUnderWay(image, region, api, call.signal));
    if (!comes && clock.now() - since >= beginning) throw new Error(describeAbsent(found, region));
    status.say(
      comes ? `waiting for image ${image} to arrive in ${region}` : `waiting for a transfer of image ${image} to ${region} to start`,
    );
    await clock.sleep(tick, call.signal);
  }
}

export function isDeleted({ status }: ImageWire): boolean {
  return status?.toLowerCase() === "deleted";
}

export function describeMissing(image: string): string {
  return `\`image\` must be the number of an image that this token can see, got \`${image}\`; import it, or correct the number.`;
}

async function isUnderWay(image: string, region: string, api: Api, signal: AbortSignal): Promise<boolean> {
  const actions = await api.images.actions(image, signal);
  return actions.some(({ type, status, region_slug: to }) => type === "transfer" && status === "in-progress" && to === region);
}

function describeAbsent({ id, regions }: ImageWire, region: string): string {
  return (
    `\`image\` must be in ${region}, but image ${id} is only in ${regions?.join(", ") ?? "no region"} and no transfer runs; ` +
    "copy it with an `ImageReplication`, or give the fleet the `CustomImage` and its `regions` this one."
  );
}
