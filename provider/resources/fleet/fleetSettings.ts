import { stageOf } from "../../rollout/canary";
import { programTag } from "../../rollout/fleetTags";
import type { KnownDroplet } from "../../rollout/observation";
import type { FleetSettings } from "../../rollout/settings";
import { boundsOf } from "../../rollout/size";
import { formerOf } from "./fleetAddresses";
import type { FleetContext } from "./fleetContext";
import { type FleetInputs, standingSlots, type StoredFleet } from "./fleetState";

/** What a rollout takes of checked inputs, and of what an earlier run stored. */
export function settingsOf(
  fleetId: string,
  urn: string,
  inputs: FleetInputs,
  { namespace }: FleetContext,
  state: StoredFleet = {},
): FleetSettings {
  const { name, region, tags = [], servingTags = [], projectId, backups = false, reservedIps = [], gate, rollout } = inputs;
  return {
    ...{ fleetId, name, region, tags, servingTags, projectId, backups, gate, reservedIps },
    programTag: programTag(namespace, urn),
    policy: { ...rollout, ...boundsOf(rollout, inputs.count) },
    formerReservedIps: formerOf(state, reservedIps),
    formerTemplates: formerTemplatesOf(state),
    known: knownOf(state),
  };
}

function formerTemplatesOf({ template, rollout }: StoredFleet): readonly string[] {
  const { awaiting, kept } = rollout ?? {};
  return [template, awaiting && stageOf(awaiting).fingerprint, kept].filter((fingerprint) => fingerprint !== undefined);
}

/** What the state knows; Droplets that the last good state did not want may have been stored before their bake time was over. */
export function knownOf(state: StoredFleet): readonly KnownDroplet[] {
  const { live = [] } = state;
  const wanted = standingSlots(
    state,
    live.reduce((most, { slot }) => Math.max(most, slot + 1), 0),
  );
  return live.map((droplet) => ({ ...droplet, serving: droplet.serving && droplet.template === wanted[droplet.slot] }));
}
