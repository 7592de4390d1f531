import { invalid, noContent, notFound, page, type Answer } from "../answers";
import type { Cloud } from "../cloud";
import { reference, text } from "../fields";
import { syncPorts } from "../ports";
import type { ApiCall, Route } from "../route";
import type { Team } from "../team";
import { actionsOf, formatAction, requireAction, startAction, type ActionRow } from "./actions";
import { formatDroplet, type DropletRow } from "./droplets";
import { defaultProject } from "./projects";
import { requireRegion } from "./regions";

/** A reserved IPv4 address. */
export interface ReservedIpRow {
  /** The address, which the API uses as its id. */
  readonly id: string;
  readonly regionSlug: string;
  readonly projectId: string;
  /** The Droplet that it leads to. */
  dropletId: number | undefined;
  locked: boolean;
}

function createReservedIp(call: ApiCall): Answer {
  const { cloud, team, body, visibleAt } = call;
  const droplet = "droplet_id" in body ? requireTarget(call) : undefined;
  const regionSlug = droplet?.regionSlug ?? requireRegion(cloud, text(body, "region") ?? "").slug;
  const projectId = text(body, "project_id") ?? defaultProject(team).id;
  if (team.projects.get(projectId) === undefined) throw invalid("`project_id` must be the id of a project of the team.");
  if (team.reservedIps.all().length >= cloud.options.reservedIpLimit) {
    throw invalid("You have reached the limit of Reserved IPs for your account.");
  }
  const ip: ReservedIpRow = { id: cloud.network.allocate(), regionSlug, projectId, dropletId: undefined, locked: false };
  team.reservedIps.add(ip, visibleAt);
  if (droplet === undefined) return { status: 202, body: { reserved_ip: formatReservedIp(cloud, team, ip), links: {} } };
  const action = assign(cloud, team, ip, droplet);
  const link = (rel: string, kind: string, id: number): unknown => ({ id, rel, href: `${call.origin}/v2/${kind}/${id}` });
  const links = { droplets: [link("droplet", "droplets", droplet.id)], actions: [link("assign_ip", "actions", action.id)] };
  return { status: 202, body: { reserved_ip: formatReservedIp(cloud, team, ip), links } };
}

/** The Droplet that a request assigns an address to. */
function requireTarget({ team, body, now }: ApiCall): DropletRow {
  const droplet = team.droplets.read(reference(body.droplet_id, "droplet_id"), now);
  if (droplet === undefined) throw invalid("`droplet_id` must be the id of a Droplet of the team.");
  if (droplet.locked) throw invalid("Droplet already has a pending event.");
  if (team.reservedIps.all().some((other) => other.dropletId === droplet.id)) throw invalid("Droplet already has a Reserved IP.");
  return droplet;
}

function actOnReservedIp(call: ApiCall): Answer {
  const { cloud, team, body } = call;
  const ip = requireReservedIp(call);
  if (ip.locked) throw pendingEvent();
  if (body.type === "assign") {
    const droplet = requireTarget(call);
    if (droplet.regionSlug !== ip.regionSlug) throw invalid("The Droplet and the Reserved IP must be in the same region.");
    return { status: 201, body: { action: formatIpAction(cloud, ip, assign(cloud, team, ip, droplet)) } };
  }
  if (body.type !== "unassign") throw invalid(`\`type\` must be assign or unassign, got ${JSON.stringify(body.type)}.`);
  if (ip.dropletId === undefined) throw invalid("The Reserved IP is not assigned to a Droplet.");
  const action = startIpAction(cloud, team, ip, "unassign_ip", () => lead(cloud, team, ip, undefined));
  return { status: 201, body: { action: formatIpAction(cloud, ip, action) } };
}

function assign(cloud: Cloud, team: Team, ip: ReservedIpRow, droplet: DropletRow): ActionRow {
  return startIpAction(cloud, team, ip, "assign_ip", () => lead(cloud, team, ip, team.droplets.get(droplet.id)));
}

/** Starts an action of an address and locks the address until the action ends. */
function startIpAction(cloud: Cloud, team: Team, ip: ReservedIpRow, type: string, effect: () => void): ActionRow {
  ip.locked = true;
  const subject = { type, resourceId: addressNumber(ip.id), resourceType: "reserved_ip", regionSlug: ip.regionSlug } as const;
  const fault = cloud.faults.ofAction("reservedIp", ip.regionSlug, type);
  return startAction(cloud, team, { ...subject, seconds: cloud.options.reservedIpSeconds, fault }, (completed) => {
    ip.locked = false;
    if (completed && team.reservedIps.get(ip.id) !== undefined) effect();
  });
}

/** Leads an address to a Droplet, or to none. */
function lead(cloud: Cloud, team: Team, ip: ReservedIpRow, droplet: DropletRow | undefined): void {
  const before = team.droplets.get(ip.dropletId ?? 0);
  if (before !== undefined) before.reservedAddress = undefined;
  if (droplet !== undefined) droplet.reservedAddress = ip.id;
  ip.dropletId = droplet?.id;
  for (const one of [before, droplet]) if (one !== undefined) syncPorts(cloud, team, one);
}

function deleteReservedIp(call: ApiCall): Answer {
  const { cloud, team, visibleAt } = call;
  const ip = requireReservedIp(call);
  if (ip.locked) throw pendingEvent();
  lead(cloud, team, ip, undefined);
  team.reservedIps.remove(ip.id, visibleAt);
  return noContent;
}

function pendingEvent(): Error {
  return invalid("The Reserved IP already has a pending event.");
}

function requireReservedIp({ team, params, now }: ApiCall): ReservedIpRow {
  const ip = team.reservedIps.read(params.ip ?? "", now);
  if (ip === undefined) throw notFound();
  return ip;
}

/** The number that an action names an address by. */
function addressNumber(address: string): number {
  return address.split(".").reduce((number, octet) => number * 256 + Number(octet), 0);
}

/** An address as the API shows it. */
function formatReservedIp(cloud: Cloud, team: Team, { id, regionSlug, projectId, dropletId, locked }: ReservedIpRow): unknown {
  const droplet = team.droplets.get(dropletId ?? 0);
  return {
    ip: id,
    region: requireRegion(cloud, regionSlug),
    droplet: droplet === undefined ? null : formatDroplet(cloud, team, droplet),
    locked,
    project_id: projectId,
  };
}

function formatIpAction(cloud: Cloud, ip: ReservedIpRow, action: ActionRow): unknown {
  return { ...formatAction(cloud, action), project_id: ip.projectId };
}

const path = "/v2/reserved_ips";

export const reservedIpRoutes: readonly Route[] = [
  {
    method: "GET",
    path,
    scope: "reserved_ip:read",
    handle: (call) =>
      page(call, "reserved_ips", call.team.reservedIps.list(call.listedAt), (ip) => formatReservedIp(call.cloud, call.team, ip)),
  },
  {
    method: "POST",
    path,
    scope: "reserved_ip:create",
    body: { droplet_id: "modelled", region: "modelled", project_id: "modelled" },
    handle: createReservedIp,
  },
  {
    method: "GET",
    path: `${path}/:ip`,
    scope: "reserved_ip:read",
    handle: (call) => ({ status: 200, body: { reserved_ip: formatReservedIp(call.cloud, call.team, requireReservedIp(call)) } }),
  },
  { method: "DELETE", path: `${path}/:ip`, scope: "reserved_ip:delete", handle: deleteReservedIp },
  {
    method: "POST",
    path: `${path}/:ip/actions`,
    scope: "reserved_ip:update",
    actions: { assign: { droplet_id: "modelled" }, unassign: {} },
    handle: actOnReservedIp,
  },
  {
    method: "GET",
    path: `${path}/:ip/actions`,
    scope: "reserved_ip:read",
    handle: (call) => {
      const ip = requireReservedIp(call);
      const actions = actionsOf(call.team, "reserved_ip", addressNumber(ip.id));
      return page(call, "actions", actions, (action) => formatIpAction(call.cloud, ip, action));
    },
  },
  {
    method: "GET",
    path: `${path}/:ip/actions/:action`,
    scope: "reserved_ip:read",
    handle: (call) => {
      const ip = requireReservedIp(call);
      return { status: 200, body: { action: formatIpAction(call.cloud, ip, requireAction(call, addressNumber(ip.id))) } };
    },
  },
];
