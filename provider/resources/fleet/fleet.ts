import type { DropletWire } from "../../api/wire";
import { Unfinished } from "../../host/fault";
import { isKnown, type PartlyKnown, unknownValue, type WithUnknowns } from "../../host/property";
import type { Call, Effects, ResourceChange, ResourceType } from "../../host/resource";
import { creationTag, fleetIdOf, fleetsTag, fleetTag, servingTag, templateOf, templateTag } from "../../rollout/fleetTags";
import { FleetObservation, type KnownDroplet } from "../../rollout/observation";
import { asksAnything, type Questions } from "../../rollout/gates/question";
import { type Headroom, headroomOf } from "../../rollout/headroom";
import { awaitImage } from "../../rollout/imagePresence";
import { preflight, type PreflightArgs } from "../../rollout/preflight";
import { mayPass } from "../../rollout/refusals";
import { Rollout } from "../../rollout/rollout";
import { lag } from "../../rollout/observedDroplet";
import { boundsOf, resolveSize } from "../../rollout/size";
import { canaryGoals, type FleetSettings, uniformGoal } from "../../rollout/settings";
import { StatusLine } from "../../waiting/statusLine";
import { pause } from "../../waiting/waits";
import { sameMembers } from "../../rules/sameMembers";
import { isReservedTag, sameTags } from "../../rules/tag";
import type { ProviderContext } from "../../providerContext";
import { checkFleet } from "./fleetCheck";
import { fleetInputs, fleetOutputs } from "./fleetTable";
import {
  faultsOf,
  type FleetInputs,
  type FleetState,
  liveOutputs,
  lastGoodOf,
  type StoredFleet,
  templateProperties,
  wantedOf,
} from "./fleetState";
import { foundInputs } from "./foundInputs";
import { requireTeam } from "../teamCheck";

type FleetSession = Pick<ProviderContext, "api" | "world" | "namespace" | "team" | "poller" | "dropletDemands" | "dropletTotal">;
type Inputs = typeof fleetInputs;
type Outputs = typeof fleetOutputs;

/** A change is given up when it stands still, so the limit of the whole is a day. */
const day = 86_400;
/** How long an interrupted create may take to tidy up, in milliseconds. */
const grace = 5_000;

const nothingIsProbed =
  "`gate` probes nothing: a new Droplet serves as soon as it is active, even if it hasn't booted yet. Set `gate.http`, `gate.tcp` or `gate.ssh`, or confirm with `gate.active: true`.";

/** n Droplets in a region running one image, changed by a rollout. */
export const fleet: ResourceType<FleetSession, Inputs, Outputs> = {
  token: "imagefleet:index:Fleet",
  doc:
    "Droplets in one region that run one image. A change of the image, size, keys, user data or VPC replaces them: a new Droplet serves " +
    "after it passes its gate, then an old one loses the serving tag, drains, shuts down and is deleted.",
  inputs: fleetInputs,
  outputs: fleetOutputs,
  timeoutSeconds: { create: day, update: day, delete: 900 },
  check: checkFleet,
  diff,
  preview,
  create,
  read,
  update,
  delete: remove,
};

/** Order has no meaning in keys and tags, and drift is fixed: by the state alone, without any request. */
function diff({ state, before, after, effects }: ResourceChange<Inputs, Outputs>): Effects {
  if (!isKnown(after)) return effects;
  const corrected = { ...effects };
  if (effects["sshKeys"] !== undefined && sameList(before.sshKeys, after.sshKeys)) corrected["sshKeys"] = "none";
  for (const name of ["tags", "servingTags"] as const) {
    if (effects[name] !== undefined && sameList(before[name], after[name], sameTags)) corrected[name] = "none";
  }
  if (effects["heldBy"] !== undefined && !isHeld(after) && !runsTemplateOf(after, state)) corrected["heldBy"] = "update";
  if (effects["rollout"] !== undefined && isOldDefault(before.rollout, after.rollout)) corrected["rollout"] = "none";
  if (state.live !== undefined && isKnown(after.count) && faultsOf(state.live, state.template, after.count).length > 0)
    corrected["live"] = "update";
  return corrected;
}

async function preview(inputs: WithUnknowns<FleetInputs>, state: StoredFleet | undefined, session: FleetSession, call: Call) {
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
      image: known(image),
      size: known(size),
      region: known(region),
      sshKeys: keys,
      projectId: known(inputs.projectId),
      ...balancerOf(inputs, state?.fleetId),
    };
    faults.push(...(await preflight(template, session.api, call.signal)));
    if (isKnown(gate) && !asksAnything(gate as Questions) && gate.active === undefined && gate.loadBalancer === undefined)
      call.warn(nothingIsProbed);
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  if (state === undefined) return inputs;
  const isLive = !isRoll && isKnown(count) && faultsOf(state.live ?? [], state.template, count).length === 0;
  const open = isLive
    ? {}
    : {
        droplets: unknownValue,
        addresses: unknownValue,
        live: unknownValue,
        template: isRoll ? unknownValue : state.template,
        lastChange: unknownValue,
      };
  return { ...state, ...inputs, ...(isHeldBack ? lastGoodOf(state)?.template : {}), ...open };
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

async function create(inputs: FleetInputs, session: FleetSession, call: Call) {
  const { api, world, namespace } = session;
  const price = await place(inputs, undefined, session, call);
  const team = await session.team(call.signal);
  const creation = creationTag(namespace, call.urn, inputs.region);
  const left = await leftOf(creation, session, call.signal);
  const fleetId = left.flatMap(({ tags }) => fleetIdOf(tags) ?? [])[0] ?? newFleetId(world.random);
  const rollout = begin(fleetId, inputs, [], session, call, creation);
  const wanted = wantedOf(inputs, fleetId);
  const reasons = await outcomeOf(rollout, () => rollout.change(uniformGoal(wanted, inputs.count), undefined));
  const lastChange = rollout.timeline.record(world.clock.now(), api.requests());
  const state = { ...inputs, ...liveOutputs(fleetId, rollout.observation), lastChange, ...price, team };
  // The tag stays where nothing was seen: a POST without an answer may still have made some, and the next create finds them by it.
  if (reasons.length > 0 && state.live.length === 0) throw new Error(reasons.join("\n"));
  await withGrace(session, (signal) => api.tags.delete(creation, signal));
  if (reasons.length > 0) throw new Unfinished({ id: fleetId, state, reasons });
  return { id: fleetId, state: { ...state, template: wanted.fingerprint } };
}

async function update(id: string, state: StoredFleet, inputs: FleetInputs, session: FleetSession, call: Call): Promise<FleetState> {
  const lastGood = lastGoodOf(state);
  const asked = wantedOf(inputs, id, lastGood);
  const wanted = lastGood !== undefined && isHeld(inputs) ? lastGood : asked;
  const isHeldBack = wanted !== asked;
  if (isHeldBack)
    call.info(`The fleet keeps image ${wanted.template.image} and all else of its template while \`heldBy\` is \`${inputs.heldBy}\`.`);
  const isRoll = wanted.fingerprint !== lastGood?.fingerprint;
  const team = state.team ?? (await session.team(call.signal));
  const price = isRoll ? await place(inputs, id, session, call) : { priceMonthly: state.priceMonthly };

  const rollout = begin(id, inputs, knownOf(state), session, call);
  await rollout.look();
  // The tag is there before a Droplet of it is seen: a killed run may have made some that reads don't show yet.
  if (isRoll && (await session.api.tags.exists(templateTag(wanted.fingerprint), call.signal))) rollout.holdBack(lag);
  if (rollout.observation.droplets.length === 0) await refuseOtherTeam(id, state, session, call);
  if (isRoll) await rollout.checkReach();
  const reasons = await outcomeOf(rollout, async () => {
    await rollout.retag([...(state.tags ?? []), ...(state.servingTags ?? [])]);
    const stages = isRoll && lastGood !== undefined ? (inputs.rollout.canary ?? []) : [];
    const goals = lastGood === undefined ? [] : canaryGoals(stages, wanted, lastGood, inputs.count);
    await rollout.change(uniformGoal(wanted, inputs.count), lastGood && uniformGoal(lastGood, inputs.count), goals);
  });
  const lastChange = rollout.timeline.record(session.world.clock.now(), session.api.requests());
  const live = { ...liveOutputs(id, rollout.observation), lastChange, team };
  if (reasons.length === 0) return { ...inputs, ...(isHeldBack ? wanted.template : {}), ...live, ...price, template: wanted.fingerprint };
  // The outputs keep the last good template, so that the next run can roll back to it; no tag may be forgotten.
  const both = (name: "tags" | "servingTags") => [...new Set([...(state[name] ?? []), ...(inputs[name] ?? [])])];
  const tags = { tags: both("tags"), servingTags: both("servingTags") };
  throw new Unfinished({ id, state: { ...(lastGood === undefined ? inputs : state), ...live, ...tags }, reasons });
}

async function read(
  id: string,
  stored: { readonly state: StoredFleet; readonly inputs: Partial<FleetInputs> } | undefined,
  session: FleetSession,
  call: Call,
) {
  if (stored === undefined) {
    throw new Error(
      `A Fleet can't be imported, for DigitalOcean doesn't give back the keys and user data of Droplets, got \`${id}\`; ` +
        "declare a new fleet, and take the old Droplets down when it serves.",
    );
  }
  const observation = new FleetObservation(id, session.api.droplets, session.world.clock, knownOf(stored.state));
  const lastGood = lastGoodOf(stored.state);
  if (lastGood !== undefined) observation.expect(uniformGoal(lastGood, 0).templates);
  await observation.look(call.signal);
  const { droplets } = observation;
  if (droplets.length === 0) await refuseOtherTeam(id, stored.state, session, call);
  const live = liveOutputs(id, observation);
  const inputs = await foundInputs(stored.inputs, observation, session.api, call.signal);
  const state = { ...stored.state, ...live };
  const faults = faultsOf(live.live, stored.state.template, stored.inputs.count ?? live.live.length);
  if (faults.length === 0) return { state, inputs };
  throw new Unfinished({ id, state, inputs, reasons: faults.map((fault) => `${fault}; run \`pulumi up\` to fix the fleet.`) });
}

/** Deletes the fleet's own Droplets: what else carries the fleet's tag is left alone, so nothing is deleted by that. */
async function remove(id: string, state: StoredFleet, session: FleetSession, call: Call): Promise<void> {
  const { api, world } = session;
  const status = new StatusLine(call, world.clock);
  const known = new Set((state.live ?? []).map((droplet) => droplet.id));
  const used = new Set([fleetTag(id), servingTag(id), ...(state.live ?? []).map(({ template }) => templateTag(template))]);
  for (let asked = 0; ;) {
    const carriers = await api.droplets.listByTag(fleetTag(id), call.signal);
    const own = carriers.filter((droplet) => templateOf(droplet.tags) !== undefined || known.has(String(droplet.id)));
    if (asked === 0 && own.length === 0) await refuseOtherTeam(id, state, session, call);
    if (own.length === 0) {
      if (carriers.length > 0) used.delete(fleetTag(id));
      break;
    }
    for (const tag of own.flatMap(({ tags }) => tags)) if (isReservedTag(tag)) used.add(tag);
    // Again now and then: one that was locked, or made by a request without an answer, may have been passed over.
    if (asked++ % 10 === 0) await deleteAll(own, session, call.signal);
    status.say(`${own.length} ${own.length === 1 ? "Droplet is" : "Droplets are"} being deleted`);
    await world.clock.sleep(1_000, call.signal);
  }
  const others = await api.droplets.listByTag(fleetsTag, call.signal);
  if (others.length > 0) used.delete(fleetsTag);
  for (const tag of used) await api.tags.delete(tag, call.signal);
}

/** One request a template, which names the fleet's own Droplets alone; one a Droplet for those that lost that tag. */
async function deleteAll(droplets: readonly DropletWire[], { api }: FleetSession, signal: AbortSignal): Promise<void> {
  const templates = new Set(droplets.flatMap(({ tags }) => templateOf(tags) ?? []));
  const bare = droplets.filter(({ tags }) => templateOf(tags) === undefined);
  const deletions = [
    ...[...templates].map((template) => api.droplets.deleteByTag(templateTag(template), signal)),
    ...bare.map((droplet) => api.droplets.delete(String(droplet.id), signal)),
  ];
  for (const outcome of await Promise.allSettled<unknown>(deletions)) {
    if (outcome.status === "rejected" && !mayPass(outcome.reason)) throw outcome.reason;
  }
}

function begin(
  fleetId: string,
  inputs: FleetInputs,
  known: FleetSettings["known"],
  session: FleetSession,
  call: Call,
  creation?: string,
): Rollout {
  const { name, region, tags = [], servingTags = [], projectId, backups = false, gate, rollout: policy } = inputs;
  const bounds = boundsOf(policy, inputs.count);
  const settings: FleetSettings = {
    fleetId,
    name,
    region,
    tags,
    servingTags,
    projectId,
    backups,
    gate,
    policy: { ...policy, ...bounds },
    known,
    creationTag: creation,
  };
  return new Rollout(settings, session, call);
}

/** Droplets of a create that was interrupted. Their tag is there as soon as they are, also where lists don't show them yet. */
async function leftOf(creation: string, { api, world }: FleetSession, signal: AbortSignal): Promise<readonly DropletWire[]> {
  const since = world.clock.now();
  for (;;) {
    const left = await api.droplets.listByTag(creation, signal);
    if (left.length > 0 || world.clock.now() - since >= lag || !(await api.tags.exists(creation, signal))) return left;
    await pause(world.clock, 2_000, "what an interrupted create had asked for", signal);
  }
}

/** What the state knows; Droplets of another template than the last good one may have been stored before their bake time was over. */
function knownOf({ live = [], template }: StoredFleet): readonly KnownDroplet[] {
  return live.map((droplet) => ({ ...droplet, serving: droplet.serving && droplet.template === template }));
}

/** Why the work stopped short, one sentence each; empty where it came to its end. */
async function outcomeOf(rollout: Rollout, work: () => Promise<void>): Promise<readonly string[]> {
  try {
    await work();
    return rollout.reasons;
  } catch (error) {
    const where = rollout.status.phase === "" ? [] : [`It stopped at: ${rollout.status.phase}.`];
    return [...rollout.reasons, error instanceof Error ? error.message : String(error), ...where];
  }
}

/** Waits until Droplets can be made of the inputs, and says what one costs; rejects where they can't. */
async function place(
  inputs: FleetInputs,
  fleetId: string | undefined,
  session: FleetSession,
  call: Call,
): Promise<Pick<FleetState, "priceMonthly">> {
  if (inputs.count === 0) return {};
  await awaitImage(inputs.image, inputs.region, session.api, session.world.clock, call);
  const { image, size, region, projectId } = inputs;
  const faults = await preflight({ image, size, region, projectId, ...balancerOf(inputs, fleetId) }, session.api, call.signal);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return { priceMonthly: (await session.api.sizes(call.signal)).get(size)?.price_monthly };
}

/** What is to be checked of the gate's load balancer, once it and the tags that it may select by are known. */
function balancerOf(
  { gate, tags = [], servingTags = [] }: PartlyKnown<FleetInputs>,
  fleetId?: string,
): Pick<PreflightArgs, "loadBalancer" | "tags"> {
  const all: readonly WithUnknowns<string>[] = isKnown(tags) && isKnown(servingTags) ? [...tags, ...servingTags] : [unknownValue];
  const carried = all.filter((tag) => isKnown(tag));
  if (!isKnown(gate) || gate.loadBalancer === undefined || !isKnown(gate.loadBalancer) || carried.length < all.length) return {};
  const own = fleetId === undefined ? [] : [fleetTag(fleetId), servingTag(fleetId)];
  return { loadBalancer: gate.loadBalancer, tags: [...carried, ...own] };
}

/** No Droplet at all is what a token of another team would see, too. */
async function refuseOtherTeam(id: string, { team, live }: StoredFleet, session: FleetSession, call: Call): Promise<void> {
  if (live !== undefined && live.length > 0) await requireTeam(team, `Fleet ${id}`, session, call.signal);
}

/** Does what must be done even after an interruption, but not for long; what fails here is found again by the next run. */
async function withGrace({ world }: FleetSession, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
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

/** Whether an earlier fleet is still waited for; what isn't known yet may say so, or not. */
function isHeld({ heldBy }: Pick<PartlyKnown<FleetInputs>, "heldBy">): boolean {
  return heldBy !== undefined && isKnown(heldBy) && heldBy !== "";
}

function runsTemplateOf(inputs: Exclude<WithUnknowns<FleetInputs>, symbol>, state: StoredFleet): boolean {
  const [wanted, lastGood] = [templateProperties.of(inputs), lastGoodOf(state)];
  return wanted !== undefined && lastGood !== undefined && templateProperties.same(wanted, lastGood.template);
}

/** Version 0.1.0 stored its own default, one Droplet more, where the program said nothing. */
function isOldDefault(before: FleetInputs["rollout"] | undefined, after: WithUnknowns<FleetInputs["rollout"]>): boolean {
  if (before?.maxSurge !== "1" || !isKnown(after)) return false;
  return Object.entries({ ...before, maxSurge: "25%" }).every(([name, value]) => after[name as keyof typeof after] === value);
}

function sameList(before: readonly string[] = [], after: WithUnknowns<readonly string[]> = [], same = sameMembers): boolean {
  return isKnown(after) && after.every(isKnown) && same(before, after);
}

function known<T>(value: T | typeof unknownValue): T | undefined {
  return isKnown(value) ? value : undefined;
}

function newFleetId(random: () => number): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: 12 }, () => letters[Math.floor(random() * letters.length)]).join("");
}
