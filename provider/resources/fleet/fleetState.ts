import type { ValuesOf } from "../../host/property";
import type { State, StoredState } from "../../host/resource";
import { addressOf } from "../../rollout/addresses";
import { fleetTag, servingTag } from "../../rollout/fleetTags";
import type { FleetObservation } from "../../rollout/observation";
import type { Wanted } from "../../rollout/settings";
import { fingerprint, sameTemplate } from "../../rollout/template";
import type { fleetInputs, fleetOutputs } from "./fleetTable";

export type FleetInputs = ValuesOf<typeof fleetInputs>;
export type FleetState = State<typeof fleetInputs, typeof fleetOutputs>;
export type StoredFleet = StoredState<typeof fleetInputs, typeof fleetOutputs>;
export type LiveDroplet = FleetState["live"][number];

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
      dropletUrn: `do:droplet:${wire.id}`,
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

/** What checked inputs ask for: with the fingerprint that is stored where they are what the fleet has settled on. */
export function wantedOf(inputs: FleetInputs, fleetId: string, settled?: Omit<Wanted, "count">): Wanted {
  const { image, size, sshKeys, userData, vpcUuid, count } = inputs;
  const of = { image, size, sshKeys, userData, vpcUuid };
  const isSettled = settled !== undefined && sameTemplate(settled.of, of);
  return { of, count, template: isSettled ? settled.template : fingerprint(of, fleetId) };
}

/** What the fleet had settled on, by its outputs; undefined while its first creation is unfinished. */
export function lastGoodOf({ template, image, size, sshKeys, userData, vpcUuid }: StoredFleet): Omit<Wanted, "count"> | undefined {
  if (template === undefined || image === undefined || size === undefined || sshKeys === undefined) return undefined;
  return { template, of: { image, size, sshKeys, userData, vpcUuid } };
}

/** What keeps the live Droplets from being the settled fleet, one clause each; empty where all is well. */
export function faultsOf(live: readonly LiveDroplet[], template: string | undefined, count: number): readonly string[] {
  const current = live.filter((droplet) => droplet.template === template && droplet.slot < count);
  const slots = new Set(current.filter(({ serving }) => serving).map(({ slot }) => slot));
  const faults: string[] = [];
  if (slots.size < count) faults.push(`${slots.size} of ${count} Droplets serve`);
  if (live.length - current.length > 0)
    faults.push(`${live.length - current.length} of ${live.length} Droplets are stale or beyond the count`);
  if (current.length > slots.size && slots.size === count) faults.push(`${current.length - slots.size} Droplets are there twice`);
  return faults;
}
