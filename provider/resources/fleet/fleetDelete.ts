import type { DropletWire } from "../../api/wire";
import type { Call } from "../../host/resource";
import { changeTag, fleetsTag, fleetTag, programTag, servingTag, templateOf, templateTag } from "../../rollout/fleetTags";
import { leftTags } from "../../rollout/leavingDroplets";
import { mayPass } from "../../rollout/refusals";
import { hasTag, isReservedTag } from "../../rules/tag";
import { settleAll } from "../../waiting/settleAll";
import { StatusLine } from "../../waiting/statusLine";
import { type FleetContext, refuseOtherTeam } from "./fleetContext";
import type { StoredFleet } from "./fleetState";

/** Deletes the fleet's own Droplets: what else carries the fleet's tag is left alone, so nothing is deleted by that. */
export async function deleteFleet(id: string, state: StoredFleet, context: FleetContext, call: Call): Promise<void> {
  const { api, world } = context;
  const status = new StatusLine(call, world.clock);
  const known = new Set((state.live ?? []).map((droplet) => droplet.id));
  // Also those that every Droplet carries: a destroy that failed at the tags comes back when no Droplet shows them any more.
  const used = new Set([
    fleetsTag,
    fleetTag(id),
    servingTag(id),
    changeTag(id),
    programTag(context.namespace, call.urn),
    ...(state.live ?? []).map(({ template }) => templateTag(template)),
    ...leftTags(id, known.size),
  ]);
  // Lists lag: what they don't show yet is asked for by its number until they do, or until it is gone.
  let unlisted: ReadonlySet<string> = known;
  for (let asked = 0; ;) {
    const listed = await api.droplets.listByTag(fleetTag(id), call.signal);
    const shown = new Set(listed.map((droplet) => String(droplet.id)));
    const hidden = await Promise.all([...unlisted].filter((one) => !shown.has(one)).map((one) => api.droplets.get(one, call.signal)));
    const carriers = [
      ...listed,
      ...hidden.filter((droplet) => droplet !== undefined && hasTag(droplet.tags, fleetTag(id))),
    ] as DropletWire[];
    unlisted = new Set(hidden.flatMap((droplet) => (droplet === undefined ? [] : [String(droplet.id)])));
    const own = carriers.filter((droplet) => templateOf(droplet.tags) !== undefined || known.has(String(droplet.id)));
    if (asked === 0 && own.length === 0) await refuseOtherTeam(id, state, context, call);
    if (own.length === 0) {
      if (carriers.length > 0) used.delete(fleetTag(id));
      break;
    }
    for (const tag of own.flatMap(({ tags }) => tags)) if (isReservedTag(tag)) used.add(tag);
    // Again now and then: one that was locked, or made by a request without an answer, may have been passed over.
    if (asked++ % 10 === 0) await deleteAll(own, context, call.signal);
    status.say(`${own.length} ${own.length === 1 ? "Droplet is" : "Droplets are"} being deleted`);
    await world.clock.sleep(1_000, call.signal);
  }
  const others = await api.droplets.listByTag(fleetsTag, call.signal);
  for (const { tags } of others.filter(({ tags }) => !hasTag(tags, fleetTag(id)))) for (const tag of tags) used.delete(tag);
  await settleAll([...used].map((tag) => api.tags.delete(tag, call.signal)));
}

/** One request a template, which names the fleet's own Droplets alone; one a Droplet for those that lost that tag. */
async function deleteAll(droplets: readonly DropletWire[], { api }: FleetContext, signal: AbortSignal): Promise<void> {
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
