import { isKnown, type PartlyKnown, unknownValue, type WithUnknowns } from "../../host/property";
import type { Call } from "../../host/resource";
import { fleetTag, servingTag } from "../../rollout/fleetTags";
import { awaitImage } from "../../rollout/imagePresence";
import { preflight, type PreflightArgs } from "../../rollout/preflight";
import type { FleetContext } from "./fleetContext";
import type { FleetInputs, FleetState } from "./fleetState";

/** Waits until Droplets can be made of the inputs, and says what one costs; rejects where they can't. */
export async function place(
  inputs: FleetInputs,
  fleetId: string | undefined,
  context: FleetContext,
  call: Call,
): Promise<Pick<FleetState, "priceMonthly">> {
  if (inputs.count === 0) return {};
  await awaitImage(inputs.image, inputs.region, context.api, context.world.clock, call);
  const { image, size, region, projectId } = inputs;
  const faults = await preflight({ image, size, region, projectId, ...balancerOf(inputs, fleetId) }, context.api, call.signal);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return { priceMonthly: (await context.api.sizes(call.signal)).get(size)?.price_monthly };
}

/** What is to be checked of the gate's load balancer, once it and the tags that it may select by are known. */
export function balancerOf(
  { gate, tags = [], servingTags = [] }: PartlyKnown<FleetInputs>,
  fleetId?: string,
): Pick<PreflightArgs, "loadBalancer" | "tags"> {
  const all: readonly WithUnknowns<string>[] = isKnown(tags) && isKnown(servingTags) ? [...tags, ...servingTags] : [unknownValue];
  const carried = all.filter((tag) => isKnown(tag));
  if (!isKnown(gate) || gate.loadBalancer === undefined || !isKnown(gate.loadBalancer) || carried.length < all.length) return {};
  const own = fleetId === undefined ? [] : [fleetTag(fleetId), servingTag(fleetId)];
  return { loadBalancer: gate.loadBalancer, tags: [...carried, ...own] };
}
