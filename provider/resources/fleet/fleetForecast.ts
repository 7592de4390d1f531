import { isKnown, type WithUnknowns } from "../../host/property";
import type { Call } from "../../host/resource";
import type { Address } from "../../rollout/addressPlan";
import { type Forecast, forecast, isIdle } from "../../rollout/forecast";
import type { Member } from "../../rollout/plan";
import type { Plan } from "../../rollout/planReport";
import { boundsFor, type Goal } from "../../rollout/settings";
import { boundsOf } from "../../rollout/size";
import { pathOf } from "../../rollout/strategy";
import type { FleetContext } from "./fleetContext";
import {
  changeOf,
  type FleetInputs,
  heldVersion,
  holdOf,
  lastGoodOf,
  type StoredFleet,
  templateProperties,
  versionOf,
  wantedOf,
} from "./fleetState";

/** What a change does by the plan, as far as the inputs are known; undefined where they don't say how many Droplets, or how. */
export function forecastOf(
  inputs: Exclude<WithUnknowns<FleetInputs>, symbol>,
  state: StoredFleet | undefined,
  now: number,
  addresses: readonly Address[],
): Forecast | undefined {
  const { count } = inputs;
  const rollout = whollyKnown<FleetInputs["rollout"]>(inputs.rollout);
  if (!isKnown(count) || rollout === undefined) return undefined;
  const template = templateProperties.of(inputs);
  const known = { ...state };
  const lastGood = lastGoodOf(known);
  // An image that is still to be made is none of those that run.
  const asked = template === undefined ? unknownVersion : versionOf(template, known.fleetId ?? "", lastGood);
  const target = heldVersion(inputs, known) ?? asked;
  return forecastAlong(
    pathOf(changeOf({ count, rollout }, known, target, now, holdOf(inputs, known.fleetId ?? "", known))),
    known,
    { count, rollout },
    addresses,
  );
}

/** The same along a path. */
export function forecastAlong(
  path: readonly Goal[],
  state: StoredFleet,
  { count, rollout }: Pick<FleetInputs, "count" | "rollout">,
  addresses: readonly Address[] = [],
): Forecast {
  const policy = boundsOf(rollout, count);
  return forecast(
    membersOf(state),
    path.map((desired) => ({ desired, policy: boundsFor(desired, policy) })),
    addresses,
  );
}

/** What is still to be done where a change has paused, or where Droplets stand by: as if it were approved, and their time over. */
export async function remainderOf(
  inputs: FleetInputs,
  reached: StoredFleet,
  addresses: readonly Address[],
  context: FleetContext,
  call: Call,
): Promise<Plan | undefined> {
  const approved = reached.rollout?.awaiting;
  const target = wantedOf(inputs, reached.fleetId ?? "", lastGoodOf(reached));
  const rest = pathOf(changeOf({ ...inputs, rollout: { ...inputs.rollout, approved } }, reached, target, Infinity));
  const foreseen = forecastAlong(rest, reached, inputs, addresses);
  return isIdle(foreseen) ? undefined : planOf(foreseen, inputs, reached, context, call);
}

/** The forecast with prices, and the time that it takes. */
export async function planOf(
  foreseen: Forecast,
  { size, count }: Exclude<WithUnknowns<FleetInputs>, symbol>,
  state: StoredFleet | undefined,
  { api }: FleetContext,
  { signal }: Call,
): Promise<Plan> {
  const sizes = await api.sizes(signal);
  const [before, after] = [state?.size, isKnown(size) ? size : undefined].map((slug) => sizes.get(slug ?? "")?.price_monthly);
  const existing = state?.live?.length ?? 0;
  const many = isKnown(count) ? count : existing;
  return {
    ...foreseen,
    priceBefore: before === undefined ? undefined : before * existing,
    priceAfter: after === undefined ? undefined : after * many,
    surgePrice: after === undefined ? undefined : after * Math.max(0, foreseen.mostExisting - Math.max(existing, many)),
    standbyPrice: before === undefined ? undefined : before * foreseen.standby,
    expectedSeconds: expectedSeconds(state, foreseen),
  };
}

/** What the last change took for each of its batches, for as many as are foreseen; undefined where there are none. */
export function expectedSeconds(state: StoredFleet | undefined, { batches }: Forecast): number | undefined {
  const { lastSeconds, lastBatches } = state?.rollout ?? {};
  return lastSeconds === undefined || lastBatches === undefined || batches === 0 ? undefined : (lastSeconds / lastBatches) * batches;
}

/** The value where no part of it is unknown. */
export function whollyKnown<T>(value: WithUnknowns<T>): T | undefined {
  const isKnownThroughout = (part: unknown): boolean =>
    isKnown(part) && (typeof part !== "object" || part === null || Object.values(part).every(isKnownThroughout));
  return isKnownThroughout(value) ? (value as T) : undefined;
}

const unknownVersion = { fingerprint: "", template: { image: "", size: "" } };

/** The Droplets as the state has them. */
function membersOf({ live = [] }: StoredFleet): readonly Member[] {
  return live.map(({ id, slot, template, serving }) => ({
    ...{ id, slot, template, serving, available: serving, power: "active", tagged: false, unhealthy: false, gate: "passed" },
    ...{ locked: false, drained: !serving, ending: "no" },
  }));
}
