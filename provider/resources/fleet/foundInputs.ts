import type { Api } from "../../api/api";
import { dropletUrn } from "../../rollout/dropletUrn";
import type { FleetObservation } from "../../rollout/observation";
import type { ObservedDroplet } from "../../rollout/observedDroplet";
import { hasBackups } from "../../rollout/upkeep";
import { hasTag } from "../../rules/tag";
import type { FleetInputs } from "./fleetState";

/** The inputs as they are found on the Droplets: what somebody changed by hand differs from what is stored, so that it is put right. */
export async function foundInputs(
  stored: Partial<FleetInputs>,
  observation: FleetObservation,
  api: Api,
  signal: AbortSignal,
): Promise<Partial<FleetInputs>> {
  const { droplets } = observation;
  const serving = droplets.filter((droplet) => observation.serves(droplet));
  const { tags, servingTags, projectId, backups = false, reservedIps } = stored;
  return {
    ...stored,
    ...(tags === undefined ? {} : { tags: onAll(tags, droplets) }),
    ...(servingTags === undefined ? {} : { servingTags: onAll(servingTags, serving) }),
    ...(projectId === undefined ? {} : { projectId: await projectOf(droplets, projectId, api, signal) }),
    ...(reservedIps === undefined ? {} : { reservedIps: await leadingRight(reservedIps, serving, api, signal) }),
    ...(droplets.every(({ wire }) => hasBackups(wire) === backups) ? {} : { backups: !backups }),
  };
}

function onAll(tags: readonly string[], droplets: readonly ObservedDroplet[]): readonly string[] {
  return tags.filter((tag) => droplets.every(({ wire }) => hasTag(wire.tags, tag)));
}

/** The addresses that lead to their slot's Droplet. */
async function leadingRight(
  ips: readonly string[],
  serving: readonly ObservedDroplet[],
  api: Api,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const listed = ips.length === 0 ? [] : await api.reservedIps.list(signal);
  const holders = new Map(listed.map(({ ip, droplet }) => [ip, droplet?.id]));
  return ips.filter((ip, slot) => serving.some((droplet) => droplet.slot === slot && droplet.wire.id === holders.get(ip)));
}

/** The project, unless one of them isn't in it. */
async function projectOf(droplets: readonly ObservedDroplet[], id: string, api: Api, signal: AbortSignal): Promise<string | undefined> {
  const urns = new Set(droplets.length === 0 ? [] : await api.projects.urns(id, signal));
  return droplets.every(({ wire }) => urns.has(dropletUrn(wire))) ? id : undefined;
}
