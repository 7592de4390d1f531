import { ApiError, invalid, noContent, notFound, page, type Answer } from "../answers";
import type { SizeWire } from "../catalog";
import { timestamp } from "../clock";
import type { Cloud } from "../cloud";
import type { ApiCall, Route } from "../route";
import type { Team } from "../team";
import { startAction, type ActionRow } from "./actions";
import { readNames, readDropletRequest, type DropletRequest } from "./dropletRequest";
import { formatImage, type ImageRow } from "./images";
import { findRegion } from "./regions";
import { hasTag, addTags } from "./tags";

/** A Droplet. */
export interface DropletRow {
  readonly id: number;
  name: string;
  status: "new" | "active" | "off";
  locked: boolean;
  size: SizeWire;
  /** Gigabytes: resizing may leave the disk as it was. */
  disk: number;
  image: ImageRow;
  readonly regionSlug: string;
  readonly vpcUuid: string;
  readonly features: readonly string[];
  readonly volumeIds: readonly string[];
  readonly snapshotIds: number[];
  readonly createdAt: number;
  tags: readonly string[];
  readonly publicAddress: string;
  readonly privateAddress: string;
  /** Counts starts and stops, so that a port with a delay stays closed if the Droplet stopped meanwhile. */
  boot: number;
}

function createDroplets(call: ApiCall): Answer {
  const { cloud, team, body } = call;
  const names = readNames(call);
  const order = readDropletRequest(call);
  if (team.droplets.all().length + names.length > cloud.options.dropletLimit) {
    throw invalid("creating this/these droplet(s) will exceed your droplet limit");
  }
  const made = names.map((name) => createDroplet(call, name, order));
  const droplets = made.map(({ droplet }) => formatDroplet(cloud, droplet));
  const actions = made.map(({ action }) => ({ id: action.id, rel: "create", href: `${call.origin}/v2/actions/${action.id}` }));
  return { status: 202, body: { ...("names" in body ? { droplets } : { droplet: droplets[0] }), links: { actions } } };
}

function createDroplet(call: ApiCall, name: string, order: DropletRequest): { droplet: DropletRow; action: ActionRow } {
  const { cloud, team, now } = call;
  const { region, tags, ...choice } = order;
  const droplet: DropletRow = {
    ...choice,
    ...{ id: cloud.ids.next("droplet"), name, status: "new", locked: false, disk: order.size.disk, regionSlug: region.slug },
    ...{ snapshotIds: [], createdAt: now, tags: [], boot: 0 },
    ...{ publicAddress: cloud.network.allocate(), privateAddress: cloud.network.allocate() },
  };
  team.droplets.add(droplet, call.visibleAt);
  addTags(team, "droplets", droplet, tags);
  const action = startDropletAction(cloud, team, droplet, "create", () => startDroplet(cloud, droplet));
  return { droplet, action };
}

/** Starts an action and locks the Droplet until it ends. Throws a 422 while another action runs. */
export function startDropletAction(cloud: Cloud, team: Team, droplet: DropletRow, type: string, effect: () => void): ActionRow {
  if (droplet.locked) throw invalid("Droplet already has a pending event.");
  droplet.locked = true;
  const fault = cloud.faults.ofAction("droplet", droplet.regionSlug, type);
  const work = {
    type,
    resourceId: droplet.id,
    resourceType: "droplet",
    regionSlug: droplet.regionSlug,
    seconds: cloud.options.dropletSeconds,
  } as const;
  return startAction(cloud, team, { ...work, fault }, (completed) => {
    droplet.locked = false;
    if (completed && team.droplets.get(droplet.id) !== undefined) effect();
  });
}

/** Makes a Droplet `active` and opens the ports of its image's workload, each after its delay. */
export function startDroplet(cloud: Cloud, droplet: DropletRow): void {
  closePorts(cloud, droplet);
  droplet.status = "active";
  const boot = droplet.boot;
  const greeting = `${droplet.name} runs ${droplet.image.name} (image ${droplet.image.id})`;
  for (const listen of cloud.workloads.of(droplet.image.sha256)) {
    const open = (): void => {
      if (droplet.boot !== boot) return;
      for (const address of [droplet.publicAddress, droplet.privateAddress]) cloud.network.open(address, listen, greeting);
    };
    if (listen.delaySeconds === undefined) open();
    else cloud.scheduler.at(cloud.clock.now() + listen.delaySeconds * 1000, open);
  }
}

/** Makes a Droplet `off`. */
export function stopDroplet(cloud: Cloud, droplet: DropletRow): void {
  closePorts(cloud, droplet);
  droplet.status = "off";
}

function closePorts(cloud: Cloud, droplet: DropletRow): void {
  droplet.boot += 1;
  for (const address of [droplet.publicAddress, droplet.privateAddress]) cloud.network.close(address);
}

/** The Droplet that a path names. */
export function requireDroplet({ team, params, now }: ApiCall): DropletRow {
  const droplet = team.droplets.read(params.droplet ?? "", now);
  if (droplet === undefined) throw notFound();
  return droplet;
}

/** The Droplets that have the tag of a query. Throws a 400 if the query names none, because that would mean all Droplets. */
export function requireTagged({ team, query, now }: ApiCall): readonly DropletRow[] {
  const tag = query.get("tag_name");
  if (tag === null || tag === "")
    throw new ApiError(400, "`tag_name` must be given in the query of a request for several Droplets, got none.");
  return team.droplets.list(now).filter((droplet) => hasTag(droplet, tag));
}

function listDroplets(call: ApiCall): Answer {
  const { team, query, now } = call;
  const [tag, name, type] = ["tag_name", "name", "type"].map((field) => query.get(field));
  const found = team.droplets
    .list(now)
    .filter((droplet) => typeof tag !== "string" || hasTag(droplet, tag))
    .filter((droplet) => typeof name !== "string" || droplet.name.toLowerCase() === name.toLowerCase());
  return page(call, "droplets", type === "gpus" ? [] : found, (droplet) => formatDroplet(call.cloud, droplet));
}

function deleteDroplets({ cloud, team, visibleAt }: ApiCall, droplets: readonly DropletRow[]): Answer {
  const existing = droplets.filter((droplet) => team.droplets.get(droplet.id) !== undefined);
  if (cloud.options.deleteOfLockedDroplet === "refuse" && existing.some((droplet) => droplet.locked)) {
    throw invalid("Droplet already has a pending event.");
  }
  for (const droplet of existing) {
    closePorts(cloud, droplet);
    team.droplets.remove(droplet.id, visibleAt);
  }
  return noContent;
}

/** A Droplet as the API shows it. */
function formatDroplet(cloud: Cloud, droplet: DropletRow): unknown {
  const { size } = droplet;
  const address = (type: "public" | "private", ip: string): unknown => {
    const gateway = type === "public" ? ip.replace(/\d+$/, "1") : "nil";
    return { ip_address: ip, netmask: "255.255.240.0", gateway, type };
  };
  const v4 = [address("private", droplet.privateAddress), address("public", droplet.publicAddress)];
  return {
    id: droplet.id,
    name: droplet.name,
    memory: size.memory,
    vcpus: size.vcpus,
    disk: droplet.disk,
    disk_info: [{ type: "local", size: { amount: droplet.disk, unit: "gib" } }],
    locked: droplet.locked,
    status: droplet.status,
    kernel: null,
    created_at: timestamp(droplet.createdAt),
    features: droplet.features,
    backup_ids: [],
    next_backup_window: null,
    snapshot_ids: droplet.snapshotIds,
    image: formatImage(droplet.image),
    volume_ids: droplet.volumeIds,
    size,
    size_slug: size.slug,
    networks: { v4: droplet.status === "new" ? [] : v4, v6: [] },
    region: findRegion(cloud, droplet.regionSlug),
    tags: droplet.tags,
    vpc_uuid: droplet.vpcUuid,
  };
}

export const dropletRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/droplets", scope: "droplet:read", handle: listDroplets },
  { method: "POST", path: "/v2/droplets", scope: "droplet:create", handle: createDroplets },
  { method: "DELETE", path: "/v2/droplets", scope: "droplet:delete", handle: (call) => deleteDroplets(call, requireTagged(call)) },
  {
    method: "GET",
    path: "/v2/droplets/:droplet",
    scope: "droplet:read",
    handle: (call) => ({ status: 200, body: { droplet: formatDroplet(call.cloud, requireDroplet(call)) } }),
  },
  {
    method: "DELETE",
    path: "/v2/droplets/:droplet",
    scope: "droplet:delete",
    handle: (call) => deleteDroplets(call, [requireDroplet(call)]),
  },
];
