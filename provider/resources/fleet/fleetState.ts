import type { ValuesOf } from "../../host/property";
import type { State, StoredState } from "../../host/resource";
import { addressOf } from "../../rollout/addressOf";
import { dropletUrn } from "../../rollout/dropletUrn";
import { fleetTag, servingTag } from "../../rollout/fleetTags";
import type { FleetObservation } from "../../rollout/observation";
import type { Version } from "../../rollout/settings";
import { TemplateProperties } from "../../rollout/template";
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
  const isLastGood = lastGood !== undefined && templateProperties.same(lastGood.template, template);
  return isLastGood ? lastGood : { template, fingerprint: templateProperties.fingerprint(template, fleetId) };
}

/** What the last complete change led to, by the outputs; undefined while the first creation is unfinished. */
export function lastGoodOf(state: StoredFleet): Version | undefined {
  const template = templateProperties.of(state);
  return state.template === undefined || template === undefined ? undefined : { fingerprint: state.template, template };
}

/** What is wrong with the live Droplets, one clause each; empty where all is well. */
export function faultsOf(live: readonly LiveDroplet[], template: string | undefined, count: number): readonly string[] {
  const current = live.filter((droplet) => droplet.template === template && droplet.slot < count);
  const slots = new Set(current.filter(({ serving }) => serving).map(({ slot }) => slot));
  const faults: string[] = [];
  if (slots.size < count) faults.push(`${slots.size} of ${count} Droplets serve`);
  if (live.length - current.length > 0)
    faults.push(`${live.length - current.length} of ${live.length} Droplets run another template or are beyond the count`);
  if (current.length > slots.size && slots.size === count) faults.push(`${current.length - slots.size} slots have more than one Droplet`);
  return faults;
}
