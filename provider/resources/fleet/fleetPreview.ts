import { isKnown, unknownValue, type WithUnknowns } from "../../host/property";
import type { Call } from "../../host/resource";
import { asksAnything, type Questions } from "../../rollout/gates/question";
import { type Headroom, headroomOf } from "../../rollout/headroom";
import { preflight } from "../../rollout/preflight";
import { type Change, pathOf } from "../../rollout/strategy";
import { resolveSize } from "../../rollout/size";
import { balancerOf } from "./fleetPlacement";
import type { FleetSession } from "./fleetSession";
import {
  changeOf,
  faultsOf,
  type FleetInputs,
  isHeld,
  lastGoodOf,
  rebuildFault,
  reachedOutputs,
  runsTemplateOf,
  type StoredFleet,
  targetOf,
} from "./fleetState";

const nothingIsProbed =
  "`gate` probes nothing: a new Droplet serves as soon as it is active, even if it hasn't booted yet. Set `gate.http`, `gate.tcp` or `gate.ssh`, or confirm with `gate.active: true`.";

/** What creating or updating would do; spends nothing. */
export async function previewFleet(inputs: WithUnknowns<FleetInputs>, state: StoredFleet | undefined, session: FleetSession, call: Call) {
  if (!isKnown(inputs)) return {};
  const { image, size, region, count, gate, sshKeys } = inputs;
  const isHeldBack = state !== undefined && lastGoodOf(state) !== undefined && isHeld(inputs);
  const isRoll = state === undefined || (!isHeldBack && !runsTemplateOf(inputs, state));
  const { fault, warning } = await previewHeadroom(inputs, state, isRoll, session, call);
  if (warning !== undefined) call.warn(warning);
  const faults = fault === undefined ? [] : [fault];
  if (isRoll) {
    const keys = isKnown(sshKeys) ? sshKeys.map((key) => known(key) ?? "") : [];
    const template = {
      ...{ image: known(image), size: known(size), region: known(region), sshKeys: keys, projectId: known(inputs.projectId) },
      ...balancerOf(inputs, state?.fleetId),
    };
    faults.push(...(await preflight(template, session.api, call.signal)));
    if (isKnown(gate) && !asksAnything(gate as Questions) && gate.active === undefined && gate.loadBalancer === undefined)
      call.warn(nothingIsProbed);
  }
  if (state !== undefined && isWhollyKnown(inputs)) {
    const fault = rebuildFault(changeTo(inputs, state, session));
    if (fault !== undefined) faults.push(fault);
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  if (state === undefined) return inputs;
  const isLive = !isRoll && isKnown(count) && faultsOf(state, count).length === 0;
  const reached = isWhollyKnown(inputs) ? foresee(inputs, state, session) : { ...inputs, template: unknownValue };
  const open = isLive ? {} : { droplets: unknownValue, addresses: unknownValue, live: unknownValue, lastChange: unknownValue };
  return { ...state, ...reached, ...open };
}

/** The outputs of the goal that this change comes to. */
function foresee(inputs: FleetInputs, state: StoredFleet, session: FleetSession) {
  const [first, ...rest] = pathOf(changeTo(inputs, state, session));
  return reachedOutputs(inputs, rest.at(-1) ?? first, state, session.world.clock.now());
}

function changeTo(inputs: FleetInputs, state: StoredFleet, { world }: FleetSession): Change {
  return changeOf(inputs, state, targetOf(inputs, state.fleetId ?? "", state), world.clock.now());
}

function isWhollyKnown(inputs: WithUnknowns<FleetInputs>): inputs is FleetInputs {
  const isKnownThroughout = (value: unknown): boolean =>
    isKnown(value) && (typeof value !== "object" || value === null || Object.values(value).every(isKnownThroughout));
  return isKnownThroughout(inputs);
}

async function previewHeadroom(
  { count, rollout }: Exclude<WithUnknowns<FleetInputs>, symbol>,
  state: StoredFleet | undefined,
  isRoll: boolean,
  session: FleetSession,
  { urn, signal }: Call,
): Promise<Headroom> {
  if (!isKnown(count)) return {};
  const existing = state?.live?.length ?? 0;
  const surge =
    state !== undefined && isRoll && isKnown(rollout) && isKnown(rollout.maxSurge) ? resolveSize(rollout.maxSurge, count, "up") : 0;
  return headroomOf({ urn, existing, count, surge }, session, signal);
}

function known<T>(value: T | typeof unknownValue): T | undefined {
  return isKnown(value) ? value : undefined;
}
