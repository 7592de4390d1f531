import type { Call } from "../../host/resource";
import { fleetIdOf, fleetTag, programTag } from "../../rollout/fleetTags";
import type { FleetContext } from "./fleetContext";

/** Names the fleets that were made for the same resource, and that no state in this program knows: one list by their tag. */
export async function warnOfOtherFleets(fleetId: string, { api, namespace, knownFleets }: FleetContext, call: Call): Promise<void> {
  const counts = new Map<string, number>();
  for (const { tags } of await api.droplets.listByTag(programTag(namespace, call.urn), call.signal)) {
    const id = fleetIdOf(tags);
    if (id !== undefined && id !== fleetId && !knownFleets.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  for (const [id, count] of counts) {
    call.warn(
      `Fleet ${id} was made for this resource, too, and goes on beside the new one: ${count} ${count === 1 ? "Droplet carries" : "Droplets carry"} ` +
        `the tag \`${fleetTag(id)}\`. Unless this run replaces that fleet, or another stack has it by now, delete its Droplets by the tag.`,
    );
  }
}
