import type { DropletWire } from "../../api/wire";
import { Unfinished } from "../../host/fault";
import { isKnown, type WithUnknowns } from "../../host/property";
import type { Call, Effects, ResourceChange, ResourceType } from "../../host/resource";
import { changeTag, creationTag, fleetIdOf } from "../../rollout/fleetTags";
import { FleetObservation } from "../../rollout/observation";
import { lag } from "../../rollout/observedDroplet";
import { describeRetry } from "../../rollout/planReport";
import { describeKept, describePause } from "../../rollout/report";
import { awaitReferences } from "../../rollout/references";
import { Rollout } from "../../rollout/rollout";
import { type Goal, uniformGoal } from "../../rollout/settings";
import { keptAt, pathOf, wayBack } from "../../rollout/strategy";
import { sameMembers } from "../../rules/sameMembers";
import { sameTags } from "../../rules/tag";
import { pause } from "../../waiting/waits";
import { checkFleet } from "./fleetCheck";
import { deleteFleet } from "./fleetDelete";
import { newReferences, place } from "./fleetPlacement";
import { previewFleet } from "./fleetPreview";
import { expectedSeconds, forecastAlong, remainderOf } from "./fleetForecast";
import { knownOf, settingsOf } from "./fleetSettings";
import { type FleetContext, refuseOtherTeam } from "./fleetContext";
import {
  changeOf,
  faultsOf,
  type FleetInputs,
  type FleetState,
  heldVersion,
  holdOf,
  isBehind,
  isHeld,
  lastGoodOf,
  liveOutputs,
  rebuildFault,
  reachedOutputs,
  runsTemplateOf,
  type StoredFleet,
  targetOf,
  versionsIn,
  wantedOf,
} from "./fleetState";
import { fleetInputs, fleetOutputs } from "./fleetTable";
import { foundInputs } from "./foundInputs";
import { warnOfOtherFleets } from "./otherFleets";

type Inputs = typeof fleetInputs;
type Outputs = typeof fleetOutputs;

/** A change is given up when it stands still, so the limit of the whole is a day. */
const day = 86_400;
/** How long an interrupted create may take to tidy up, in milliseconds. */
const grace = 5_000;

/** n Droplets in a region running one image, changed by a rollout. */
export const fleet: ResourceType<FleetContext, Inputs, Outputs> = {
  token: "imagefleet:index:Fleet",
  doc:
    "Droplets in one region that run one image. A change of the image, size, keys, user data or VPC replaces them: a new Droplet serves " +
    "after it passes its gate, then an old one loses the serving tag, drains, shuts down and is deleted.",
  inputs: fleetInputs,
  outputs: fleetOutputs,
  timeoutSeconds: { create: day, update: day, delete: 900 },
  check: checkFleet,
  diff,
  preview: previewFleet,
  create,
  read,
  update,
  delete: deleteFleet,
};

/** Order has no meaning in keys and tags, and drift is fixed: by the state alone, without any request. */
function diff({ id, state, before, after, effects }: ResourceChange<Inputs, Outputs>, { world, knownFleets }: FleetContext): Effects {
  knownFleets.add(id);
  if (!isKnown(after)) return effects;
  const corrected = { ...effects };
  if (effects["sshKeys"] !== undefined && sameList(before.sshKeys, after.sshKeys)) corrected["sshKeys"] = "none";
  for (const name of ["tags", "servingTags"] as const) {
    if (effects[name] !== undefined && sameList(before[name], after[name], sameTags)) corrected[name] = "none";
  }
  if (effects["heldBy"] !== undefined && !isHeld(after) && !runsTemplateOf(after, state)) corrected["heldBy"] = "update";
  if (effects["rollout"] !== undefined && isOldDefault(before.rollout, after.rollout)) corrected["rollout"] = "none";
  const isDrifted = state.live !== undefined && isKnown(after.count) && faultsOf(state, after.count).length > 0;
  const isOverdue = state.rollout?.kept !== undefined && keptAt(state.rollout, world.clock.now()) === undefined;
  const isUnchanged = Object.values(corrected).every((effect) => effect === "none");
  if (isDrifted || isOverdue || (isUnchanged && isBehind(after, state))) corrected["live"] = "update";
  return corrected;
}

async function create(inputs: FleetInputs, context: FleetContext, call: Call) {
  const { api, world, namespace } = context;
  const price = await place(inputs, undefined, context, call);
  const team = await context.team(call.signal);
  const creation = creationTag(namespace, call.urn, inputs.region);
  const left = await leftOf(creation, context, call.signal);
  const fleetId = left.flatMap(({ tags }) => fleetIdOf(tags) ?? [])[0] ?? newFleetId(world.random);
  await warnOfOtherFleets(fleetId, context, call);
  const rollout = new Rollout({ ...settingsOf(fleetId, call.urn, inputs, context), creationTag: creation }, context, call);
  // What the interrupted create asked for last may not show yet.
  if (left.length > 0) rollout.holdBack(lag);
  const wanted = wantedOf(inputs, fleetId);
  const { reasons } = await outcomeOf(rollout, () => rollout.change([uniformGoal(wanted, inputs.count)], undefined));
  const lastChange = rollout.timeline.record(world.clock.now(), api.requests());
  const state = { ...inputs, ...liveOutputs(fleetId, rollout.observation), lastChange, ...price, team };
  // The tag stays where nothing was seen: a POST without an answer may still have made some, and the next create finds them by it.
  if (reasons.length > 0 && state.live.length === 0) throw new Error(reasons.join("\n"));
  await withGrace(context, async (signal) => {
    // As after an update that was cut short: the next run waits for what was asked for to show. A rollout that was given up has seen it.
    if (reasons.length > 0 && !rollout.isJudged) await api.tags.create(changeTag(fleetId), signal);
    await api.tags.delete(creation, signal);
  });
  const judged = rollout.isJudged ? { rollout: { ...inputs.rollout, failedImage: inputs.image } } : {};
  if (reasons.length > 0) throw new Unfinished({ id: fleetId, state: { ...state, ...judged }, reasons });
  return { id: fleetId, state: { ...state, template: wanted.fingerprint } };
}

async function update(id: string, state: StoredFleet, inputs: FleetInputs, context: FleetContext, call: Call): Promise<FleetState> {
  const lastGood = lastGoodOf(state);
  const wanted = targetOf(inputs, id, state);
  const isRoll = wanted.fingerprint !== lastGood?.fingerprint;
  const team = state.team ?? (await context.team(call.signal));
  const { clock } = context.world;
  const hold = holdOf(inputs, id, state);
  const change = changeOf(inputs, state, wanted, clock.now(), hold);
  const fault = rebuildFault(change);
  if (fault !== undefined) throw new Error(fault);
  const failed = state.rollout?.failedImage;
  if (failed !== undefined) call.info(describeRetry(failed, { image: inputs.image, isRoll }));
  if (heldVersion(inputs, state) !== undefined && !runsTemplateOf(inputs, state))
    call.info(`The fleet keeps image ${wanted.template.image} and all else of its template while \`heldBy\` is \`${inputs.heldBy}\`.`);
  const price = isRoll ? await place(inputs, id, context, call) : { priceMonthly: state.priceMonthly };
  const foreseen = forecastAlong(pathOf(change), state, inputs);
  const seconds = expectedSeconds(state, foreseen);

  if (!isRoll) await awaitReferences(newReferences(inputs, state), context.api, clock, call);

  const expected = seconds === undefined ? undefined : seconds * 1_000;
  const rollout = new Rollout({ ...settingsOf(id, call.urn, inputs, context, state), expected }, context, call);
  await rollout.look();
  // The tag is there before what was done shows.
  const isOpen = isRoll || faultsOf({ ...state, ...liveOutputs(id, rollout.observation) }, inputs.count).length > 0;
  if (isOpen && (await context.api.tags.exists(changeTag(id), call.signal))) rollout.holdBack(lag);
  if (rollout.observation.droplets.length === 0) await refuseOtherTeam(id, state, context, call);
  const path = pathOf({ ...change, hold: hold && { ...hold, live: rollout.observation.running } });
  if (isRoll) await rollout.checkReach(path[0]);
  const { reached, reasons } = await outcomeOf(rollout, async () => {
    await rollout.retag([...(state.tags ?? []), ...(state.servingTags ?? [])]);
    return rollout.change(path, lastGood && wayBack(lastGood, state.count ?? inputs.count, inputs.rollout));
  });
  const lastChange = rollout.timeline.record(clock.now(), context.api.requests());
  const live = { ...liveOutputs(id, rollout.observation), lastChange, team };
  if (reached !== undefined) {
    const hasMoved = isRoll && (reached.awaiting === undefined || reached.awaiting !== state.rollout?.awaiting);
    const batches = hasMoved ? foreseen.batches : 0;
    const timed = batches > 0 ? { lastSeconds: (clock.now() - change.now) / 1_000, lastBatches: batches } : lastTimeOf(state);
    const outputs = reachedOutputs(inputs, reached, state, clock.now());
    if (reached.awaiting !== undefined && hold === undefined) call.info(describePause(reached));
    if (outputs.rollout.keptUntil !== undefined) call.info(describeKept(reached, outputs.rollout.keptUntil));
    const standing = { ...outputs, ...live, ...price, rollout: { ...outputs.rollout, ...timed } };
    const plan = await remainderOf(inputs, standing, rollout.addresses.all, context, call);
    return { ...standing, rollout: { ...standing.rollout, plan, failedImage: isRoll ? undefined : failed } };
  }
  // The outputs keep the last good template, so that the next run can roll back to it; no tag may be forgotten.
  const both = (name: "tags" | "servingTags" | "reservedIps") => [...new Set([...(state[name] ?? []), ...(inputs[name] ?? [])])];
  const outputs = {
    ...(lastGood === undefined ? inputs : state),
    ...live,
    tags: both("tags"),
    servingTags: both("servingTags"),
    reservedIps: both("reservedIps"),
  };
  const judged = { rollout: { ...inputs.rollout, ...lastTimeOf(state), failedImage: inputs.image } };
  throw new Unfinished({ id, state: rollout.isJudged ? { ...outputs, ...judged } : outputs, reasons });
}

async function read(
  id: string,
  stored: { readonly state: StoredFleet; readonly inputs: Partial<FleetInputs> } | undefined,
  context: FleetContext,
  call: Call,
) {
  if (stored === undefined) {
    throw new Error(
      `A Fleet can't be imported, for DigitalOcean doesn't give back the keys and user data of Droplets, got \`${id}\`; ` +
        "declare a new fleet, and take the old Droplets down when it serves.",
    );
  }
  const observation = new FleetObservation(id, context.api.droplets, context.world.clock, knownOf(stored.state), {
    reservedIps: stored.state.reservedIps,
  });
  const lastGood = lastGoodOf(stored.state);
  if (lastGood !== undefined) observation.expect(versionsIn(stored.inputs, id, lastGood));
  await observation.look(call.signal);
  const { droplets } = observation;
  if (droplets.length === 0) await refuseOtherTeam(id, stored.state, context, call);
  const live = liveOutputs(id, observation);
  const inputs = await foundInputs(stored.inputs, observation, context.api, call.signal);
  const state = { ...stored.state, ...live };
  const faults = faultsOf(state, stored.inputs.count ?? live.live.length);
  if (faults.length === 0) return { state, inputs };
  throw new Unfinished({ id, state, inputs, reasons: faults.map((fault) => `${fault}; run \`pulumi up\` to fix the fleet.`) });
}

/** Droplets of a create that was interrupted. Their tag is there as soon as they are, also where lists don't show them yet. */
async function leftOf(creation: string, { api, world }: FleetContext, signal: AbortSignal): Promise<readonly DropletWire[]> {
  const since = world.clock.now();
  for (;;) {
    const left = await api.droplets.listByTag(creation, signal);
    if (left.length > 0 || world.clock.now() - since >= lag || !(await api.tags.exists(creation, signal))) return left;
    await pause(world.clock, 2_000, "what an interrupted create had asked for", signal);
  }
}

function lastTimeOf({ rollout }: StoredFleet) {
  return rollout?.lastBatches === undefined ? {} : { lastSeconds: rollout.lastSeconds, lastBatches: rollout.lastBatches };
}

/** What the work came to; or why it stopped short, one sentence each. */
async function outcomeOf(rollout: Rollout, work: () => Promise<Goal | undefined>) {
  try {
    return { reached: await work(), reasons: rollout.reasons };
  } catch (error) {
    const where = rollout.status.phase === "" ? [] : [`It stopped at: ${rollout.status.phase}.`];
    return { reached: undefined, reasons: [...rollout.reasons, error instanceof Error ? error.message : String(error), ...where] };
  }
}

/** Does what must be done even after an interruption, but not for long; what fails here is found again by the next run. */
async function withGrace({ world }: FleetContext, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const over = new AbortController();
  const done = new AbortController();
  const timer = world.clock.sleep(grace, done.signal).then(
    () => over.abort(new Error("The time to tidy up is over.")),
    () => undefined,
  );
  await work(over.signal).catch(() => undefined);
  done.abort();
  await timer;
}

/** Version 0.1.0 stored its own default, one Droplet more, where the program said nothing. */
function isOldDefault(before: FleetInputs["rollout"] | undefined, after: WithUnknowns<FleetInputs["rollout"]>): boolean {
  if (before?.maxSurge !== "1" || !isKnown(after)) return false;
  return Object.entries({ ...before, maxSurge: "25%" }).every(([name, value]) => after[name as keyof typeof after] === value);
}

function sameList(before: readonly string[] = [], after: WithUnknowns<readonly string[]> = [], same = sameMembers): boolean {
  return isKnown(after) && after.every(isKnown) && same(before, after);
}

function newFleetId(random: () => number): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: 12 }, () => letters[Math.floor(random() * letters.length)]).join("");
}
