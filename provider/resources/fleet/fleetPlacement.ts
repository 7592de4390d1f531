import { isKnown, known, type PartlyKnown, unknownValue, type WithUnknowns } from "../../host/property";
import type { Call } from "../../host/resource";
import { fleetTag, servingTag } from "../../rollout/fleetTags";
import { awaitImage } from "../../rollout/imagePresence";
import { preflight } from "../../rollout/preflight";
import { awaitReferences, type References } from "../../rollout/references";
import { sameTags } from "../../rules/tag";
import type { FleetContext } from "./fleetContext";
import type { FleetInputs, FleetState, StoredFleet } from "./fleetState";

/** Waits until Droplets can be made of the inputs, and says what one costs; rejects where they can't. */
export async function place(
  inputs: FleetInputs,
  fleetId: string | undefined,
  { api, world }: FleetContext,
  call: Call,
): Promise<Pick<FleetState, "priceMonthly">> {
  if (inputs.count === 0) return {};
  await awaitImage(inputs.image, inputs.region, api, world.clock, call);
  const faults = await preflight(inputs, api, call.signal);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  await awaitReferences(referencesOf(inputs, fleetId), api, world.clock, call);
  return { priceMonthly: (await api.sizes(call.signal)).get(inputs.size)?.price_monthly };
}

/** What the inputs name by id, as far as it is known. */
export function referencesOf(inputs: PartlyKnown<FleetInputs>, fleetId: string | undefined): References {
  const { region, sshKeys, vpcUuid, projectId, reservedIps } = inputs;
  return {
    ...{ region: known(region), sshKeys: listed(sshKeys), vpcUuid: known(vpcUuid), projectId: known(projectId) },
    ...balancerOf(inputs, fleetId),
    reservedIps: listed(reservedIps),
  };
}

/** Of these what the state doesn't have: that was there when it was used last. */
export function newReferences(inputs: PartlyKnown<FleetInputs>, state: StoredFleet): References {
  const { region, projectId, reservedIps, loadBalancer, tags } = referencesOf(inputs, state.fleetId);
  const before = balancerOf(state, state.fleetId);
  const isSameBalancer = loadBalancer === before.loadBalancer && sameTags(before.tags ?? [], tags ?? []);
  return {
    region,
    ...(projectId === state.projectId ? {} : { projectId }),
    ...(isSameBalancer ? {} : { loadBalancer, tags }),
    ...(sameOrder(state.reservedIps, reservedIps) ? {} : { reservedIps }),
  };
}

/** The gate's load balancer, once it and the tags that it may select by are known. */
function balancerOf(
  { gate, tags = [], servingTags = [] }: Partial<Pick<PartlyKnown<FleetInputs>, "gate" | "tags" | "servingTags">>,
  fleetId: string | undefined,
): References {
  const all: readonly WithUnknowns<string>[] = isKnown(tags) && isKnown(servingTags) ? [...tags, ...servingTags] : [unknownValue];
  const carried = all.filter((tag) => isKnown(tag));
  if (gate === undefined || !isKnown(gate) || gate.loadBalancer === undefined || !isKnown(gate.loadBalancer) || carried.length < all.length)
    return {};
  const own = fleetId === undefined ? [] : [fleetTag(fleetId), servingTag(fleetId)];
  return { loadBalancer: gate.loadBalancer, tags: [...carried, ...own] };
}

function listed(values: WithUnknowns<readonly string[]> | undefined): readonly string[] | undefined {
  return values === undefined || !isKnown(values) ? undefined : values.map((value) => known(value) ?? "");
}

function sameOrder(before: readonly string[] = [], after: readonly string[] = []): boolean {
  return before.length === after.length && before.every((item, at) => item === after[at]);
}
