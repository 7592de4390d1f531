import { isKnown, type PartlyKnown, type ValuesOf, type WithUnknowns } from "../../host/property";
import type { State, StoredState } from "../../host/resource";
import { addressOf } from "../../rollout/addressOf";
import { dropletUrn } from "../../rollout/dropletUrn";
import { fleetTag, servingTag } from "../../rollout/fleetTags";
import type { FleetObservation } from "../../rollout/observation";
import { stagedSlots, stageOf } from "../../rollout/canary";
import type { Goal, Version } from "../../rollout/settings";
import { type Change, type Hold, standingAt } from "../../rollout/strategy";
import { type Template, TemplateProperties } from "../../rollout/template";
import { fleetInputs, type fleetOutputs } from "./fleetTable";

export type FleetInputs = ValuesOf<typeof fleetInputs>;
export type FleetState = State<typeof fleetInputs, typeof fleetOutputs>;
export type StoredFleet = StoredState<typeof fleetInputs, typeof fleetOutputs>;
export type LiveDroplet = FleetState["live"][number];

/** Every input of the table whose change rolls. */
export const templateProperties = new TemplateProperties(fleetInputs);

/** The outputs that say what is there now. */
export function liveOutputs(fleetId: string, observation: FleetObservation) {
  const { droplets } = observation;
  const serving = droplets.filter((sighting) => observation.serves(sighting)).map(({ wire }) => wire);
  return {
    fleetId,
    fleetTag: fleetTag(fleetId),
    servingTag: servingTag(fleetId),
    droplets: serving.map((wire) => ({
      id: String(wire.id),
      dropletUrn: dropletUrn(wire),
      name: wire.name,
      ipv4: addressOf(wire, "public") ?? "",
      privateIpv4: addressOf(wire, "private") ?? "",
    })),
    addresses: serving.flatMap((wire) => addressOf(wire, "public") ?? []),
    live: droplets.map((sighting): LiveDroplet => {
      const { wire, slot, template } = sighting;
      return { id: String(wire.id), slot, template, serving: observation.serves(sighting) };
    }),
  };
}

/** What checked inputs ask for: with the stored fingerprint where they are the last good ones. */
export function wantedOf(inputs: FleetInputs, fleetId: string, lastGood?: Version): Version {
  const template = templateProperties.of(inputs);
  if (template === undefined) throw new Error("The inputs of a fleet must be checked before they are used.");
  return versionOf(template, fleetId, lastGood);
}

/** A template with its fingerprint; with the stored one where it is the last good one. */
export function versionOf(template: Template, fleetId: string, lastGood?: Version): Version {
  const isLastGood = lastGood !== undefined && templateProperties.same(lastGood.template, template);
  return isLastGood ? lastGood : { template, fingerprint: templateProperties.fingerprint(template, fleetId) };
}

/** What the last complete change led to, by the outputs; undefined while the first creation is unfinished. */
export function lastGoodOf(state: StoredFleet): Version | undefined {
  const template = templateProperties.of(state);
  return state.template === undefined || template === undefined ? undefined : { fingerprint: state.template, template };
}

/** What the fleet is to run: what the inputs ask for, but the last good version while an earlier fleet is waited for. */
export function targetOf(inputs: FleetInputs, fleetId: string, state: StoredFleet): Version {
  return heldVersion(inputs, state) ?? wantedOf(inputs, fleetId, lastGoodOf(state));
}

/** The version that the fleet keeps while an earlier fleet is waited for; undefined where it waits for none, or has none to keep. */
export function heldVersion(inputs: PartlyKnown<FleetInputs>, state: StoredFleet): Version | undefined {
  return isHeld(inputs) ? lastGoodOf(state) : undefined;
}

/** Whether an earlier fleet is still waited for; what isn't known yet may say so, or not. */
export function isHeld({ heldBy }: PartlyKnown<FleetInputs>): boolean {
  return heldBy !== undefined && isKnown(heldBy) && heldBy !== "";
}

export function runsTemplateOf(inputs: Exclude<WithUnknowns<FleetInputs>, symbol>, state: StoredFleet): boolean {
  const [wanted, lastGood] = [templateProperties.of(inputs), lastGoodOf(state)];
  return wanted !== undefined && lastGood !== undefined && templateProperties.same(wanted, lastGood.template);
}

/**
 * Whether the fleet went back, or never came, to another template than the inputs say, and neither waits for anything: a failed update keeps
 * the inputs of the one before, so they alone don't show it.
 */
export function isBehind(inputs: Exclude<WithUnknowns<FleetInputs>, symbol>, state: StoredFleet): boolean {
  const isKnownWanted = templateProperties.of(inputs) !== undefined && lastGoodOf(state) !== undefined;
  return isKnownWanted && !isHeld(inputs) && state.rollout?.awaiting === undefined && !runsTemplateOf(inputs, state);
}

/**
 * The outputs of a change that ended well. Until it is complete, which at a stage of a canary it isn't, they keep the last good template.
 */
export function reachedOutputs(inputs: FleetInputs, goal: Goal, state: StoredFleet, now: number) {
  const lastGood = lastGoodOf(state);
  const version = goal.awaiting === undefined ? goal.target : (lastGood ?? goal.target);
  const rollout = { ...inputs.rollout, ...standingAt(goal, state.rollout ?? {}, now) };
  return { ...inputs, ...version.template, rollout, template: version.fingerprint };
}

/** How the fleet gets from what the state says to what the inputs ask for. */
export function changeOf(
  inputs: Pick<FleetInputs, "count" | "rollout">,
  state: StoredFleet,
  target: Version,
  now: number,
  hold?: Hold,
): Change {
  const { rollout: strategy, count } = inputs;
  return { target, before: lastGoodOf(state), count, strategy, standing: state.rollout ?? {}, now, hold };
}

/** What keeps the fleet as it is; undefined where nothing does. */
export function holdOf(inputs: PartlyKnown<FleetInputs>, fleetId: string, state: StoredFleet): Hold | undefined {
  if (heldVersion(inputs, state) === undefined) return undefined;
  const template = templateProperties.of(inputs);
  return { asked: template && versionOf(template, fleetId, lastGoodOf(state)), live: state.live ?? [] };
}

/** Why the Droplets can't be rebuilt to what is wanted, a finished sentence. */
export function rebuildFault({ target, before, strategy, count }: Change): string | undefined {
  if (strategy.rebuild !== true || before === undefined || count === 0) return undefined;
  const names = templateProperties.changed(before.template, target.template).filter((name) => name !== "image");
  if (names.length === 0) return undefined;
  const changed = new Intl.ListFormat("en-GB").format(names.map((name) => `\`${name}\``));
  return (
    `\`rollout.rebuild\` allows only \`image\` to change, but ${changed} ${names.length === 1 ? "changes" : "change"}, too: DigitalOcean gives a ` +
    "Droplet its size, keys, user data and VPC when it is created. Leave that as it is, or take `rollout.rebuild` out for this change."
  );
}

/** The last good version, and the one that the inputs ask for, by fingerprint. */
export function versionsIn(inputs: Partial<FleetInputs>, id: string, lastGood: Version): ReadonlyMap<string, Template> {
  const wanted = templateProperties.of(inputs);
  const versions = [lastGood, ...(wanted === undefined ? [] : [versionOf(wanted, id, lastGood)])];
  return new Map(versions.map(({ fingerprint, template }) => [fingerprint, template]));
}

/** The template of each slot, as the last run that ended well has left the fleet. */
export function standingSlots({ template = "", rollout }: StoredFleet, count: number): readonly string[] {
  const staged = rollout?.awaiting === undefined ? undefined : stageOf(rollout.awaiting);
  const stages = rollout?.canary?.slice(0, staged?.stage ?? 0) ?? [];
  return stagedSlots(stages, staged?.fingerprint ?? template, template, count);
}

/** What is wrong with the live Droplets, one clause each; empty where all is well. */
export function faultsOf(state: StoredFleet, count: number): readonly string[] {
  const { live = [] } = state;
  const wanted = standingSlots(state, count);
  const isStandby = ({ serving, template, slot }: LiveDroplet): boolean => !serving && template === state.rollout?.kept && slot < count;
  const current = live.filter((droplet) => droplet.template === wanted[droplet.slot]);
  const others = live.filter((droplet) => !current.includes(droplet) && !isStandby(droplet));
  const slots = new Set(current.filter(({ serving }) => serving).map(({ slot }) => slot));
  const faults: string[] = [];
  if (slots.size < count) faults.push(`${slots.size} of ${count} Droplets serve`);
  if (others.length > 0) faults.push(`${others.length} of ${live.length} Droplets run another template or are beyond the count`);
  if (current.length > slots.size && slots.size === count) faults.push(`${current.length - slots.size} slots have more than one Droplet`);
  return faults;
}
