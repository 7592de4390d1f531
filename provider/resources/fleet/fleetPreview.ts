import { isKnown, known, type PartlyKnown, unknownValue, type WithUnknowns } from "../../host/property";
import type { Call } from "../../host/resource";
import { asksAnything, type Questions } from "../../rollout/gates/question";
import { type Forecast, isIdle } from "../../rollout/forecast";
import { type Demand, type Headroom, headroomOf } from "../../rollout/headroom";
import { type AccountDroplets, describePlan, describeRetry, type Plan } from "../../rollout/planReport";
import { preflight } from "../../rollout/preflight";
import { referenceFaults, type References } from "../../rollout/references";
import { type Change, pathOf } from "../../rollout/strategy";
import { duration } from "../../waiting/duration";
import { forecastOf, planOf, whollyKnown } from "./fleetForecast";
import { leadingOf } from "./fleetAddresses";
import { newReferences, referencesOf } from "./fleetPlacement";
import type { FleetContext } from "./fleetContext";
import {
  changeOf,
  faultsOf,
  type FleetInputs,
  heldVersion,
  holdOf,
  rebuildFault,
  reachedOutputs,
  runsTemplateOf,
  type StoredFleet,
  targetOf,
} from "./fleetState";

const nothingIsProbed =
  "`gate` probes nothing: a new Droplet serves as soon as it is active, even if it hasn't booted yet. Set `gate.http`, `gate.tcp` or `gate.ssh`, or confirm with `gate.active: true`.";

/** What creating or updating would do; spends nothing. */
export async function previewFleet(inputs: WithUnknowns<FleetInputs>, state: StoredFleet | undefined, context: FleetContext, call: Call) {
  if (!isKnown(inputs)) return {};
  const { image, size, region, count, gate } = inputs;
  const isRoll = state === undefined || (heldVersion(inputs, state) === undefined && !runsTemplateOf(inputs, state));
  const leading = await leadingOf(inputs, state, context, call.signal);
  const foreseen = forecastOf(inputs, state, context.world.clock.now(), leading.addresses);
  const { fault, warning }: Headroom =
    foreseen === undefined || !isKnown(count) ? {} : await headroomOf(demandOf(foreseen, count, state, call.urn), context, call.signal);
  if (warning !== undefined) call.warn(warning);
  const faults = [...(fault === undefined ? [] : [fault]), ...leading.faults];
  if (isRoll) {
    faults.push(...(await preflight({ image: known(image), size: known(size), region: known(region) }, context.api, call.signal)));
    if (isKnown(gate) && !asksAnything(gate as Questions) && gate.active === undefined && gate.loadBalancer === undefined)
      call.warn(nothingIsProbed);
  }
  const references = isRoll ? referencesOf(inputs, state?.fleetId) : newReferences(inputs, state);
  faults.push(...(await previewFaults(references, context, call)));
  const whole = whollyKnown<FleetInputs>(inputs);
  const refusal = state && whole && rebuildFault(changeTo(whole, state, context));
  if (refusal !== undefined) faults.push(refusal);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  const plan = foreseen === undefined || isIdle(foreseen) ? undefined : await planOf(foreseen, inputs, state, context, call);
  const failed = state?.rollout?.failedImage;
  if (failed !== undefined) call.info(describeRetry(failed, { image: known(image), isRoll }));
  if (plan !== undefined) {
    const kept = keptFor(inputs, state, isRoll);
    call.info(describePlan(plan, { image: known(image), account: await accountOf(context, call), kept }));
  }
  if (state === undefined) return { ...inputs, ...withPlan(inputs.rollout, plan) };
  const isLive = !isRoll && isKnown(count) && faultsOf(state, count).length === 0;
  const reached = whole === undefined ? { ...inputs, template: unknownValue } : foresee(whole, state, context);
  const open = isLive ? {} : { droplets: unknownValue, addresses: unknownValue, live: unknownValue, lastChange: unknownValue };
  return { ...state, ...reached, ...open, ...withPlan(reached.rollout, plan) };
}

function withPlan(rollout: WithUnknowns<FleetInputs["rollout"]>, plan: Plan | undefined) {
  return plan === undefined || !isKnown(rollout) ? {} : { rollout: { ...rollout, plan } };
}

/** What is named by a fingerprint, the same run may make; addresses are told of where they lead. */
async function previewFaults({ sshKeys = [], ...references }: References, { api }: FleetContext, { signal }: Call) {
  const ids = sshKeys.map((key) => (/^\d+$/.test(key) ? key : ""));
  const faults = await referenceFaults({ ...references, sshKeys: ids, reservedIps: [] }, api, signal);
  return faults.map(({ text }) => text);
}

/** How long the Droplets of before stand by. */
function keptFor({ rollout }: PartlyKnown<FleetInputs>, state: StoredFleet | undefined, isRoll: boolean): string {
  const { keptUntil } = state?.rollout ?? {};
  if (!isRoll && keptUntil !== undefined) return `until ${keptUntil}`;
  const given = whollyKnown<FleetInputs["rollout"]>(rollout)?.blueGreen;
  return given === undefined ? "for a while" : `for ${duration(given.keepSeconds * 1_000)}`;
}

async function accountOf({ api, dropletTotal }: FleetContext, { signal }: Call): Promise<AccountDroplets> {
  const [{ droplet_limit: limit }, total] = await Promise.all([api.account(signal), dropletTotal(signal)]);
  return { limit, total };
}

/** The outputs of the goal that this change comes to. */
function foresee(inputs: FleetInputs, state: StoredFleet, context: FleetContext) {
  const [first, ...rest] = pathOf(changeTo(inputs, state, context));
  return reachedOutputs(inputs, rest.at(-1) ?? first, state, context.world.clock.now());
}

function changeTo(inputs: FleetInputs, state: StoredFleet, { world }: FleetContext): Change {
  const id = state.fleetId ?? "";
  return changeOf(inputs, state, targetOf(inputs, id, state), world.clock.now(), holdOf(inputs, id, state));
}

/** What the change needs of the account's limit. */
function demandOf(foreseen: Forecast, count: number, state: StoredFleet | undefined, urn: string): Demand {
  return { urn, existing: state?.live?.length ?? 0, count, surge: Math.max(0, foreseen.mostExisting - count) };
}
