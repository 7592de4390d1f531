import { ApiError, invalid, noContent, notFound, page, type Answer } from "../answers";
import type { SizeWire } from "../catalog";
import { timestamp } from "../clock";
import type { Cloud } from "../cloud";
import { addressesOf, syncPorts, type Door } from "../ports";
import type { Listen } from "../workloads";
import type { ApiCall, Route } from "../route";
import type { Team } from "../team";
import { startAction, type ActionRow } from "./actions";
import { formatBackupWindow, type BackupPolicy } from "./backups";
import { dropletFields, readNames, readDropletRequest, type DropletRequest } from "./dropletRequest";
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
  features: readonly string[];
  backupPolicy: BackupPolicy | undefined;
  readonly createdAt: number;
  tags: readonly string[];
  /** Undefined if it was created with `public_networking: false`. */
  readonly publicAddress: string | undefined;
  readonly privateAddress: string;
  /** The Reserved IP that leads to it. */
  reservedAddress: string | undefined;
  /** The ports that its workload listens on. */
  listening: readonly Listen[];
  /** The ports that are open or dropped, by address. */
  readonly doors: Map<string, readonly Door[]>;
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
  const droplets = made.map(({ droplet }) => formatDroplet(cloud, team, droplet));
  const actions = made.map(({ action }) => ({ id: action.id, rel: "create", href: `${call.origin}/v2/actions/${action.id}` }));
  return { status: 202, body: { ...("names" in body ? { droplets } : { droplet: droplets[0] }), links: { actions } } };
}

function createDroplet(call: ApiCall, name: string, order: DropletRequest): { droplet: DropletRow; action: ActionRow } {
  const { cloud, team, now } = call;
  const { region, tags, publicNetworking, ...choice } = order;
  const droplet: DropletRow = {
    ...choice,
    ...{ id: cloud.ids.next("droplet"), name, status: "new", locked: false, disk: order.size.disk, regionSlug: region.slug },
    ...{ createdAt: now, tags: [], boot: 0 },
    ...{ publicAddress: publicNetworking ? cloud.network.allocate() : undefined, privateAddress: cloud.network.allocate() },
    ...{ reservedAddress: undefined, listening: [], doors: new Map<string, readonly Door[]>() },
  };
  team.droplets.add(droplet, call.visibleAt);
  addTags(team, "droplets", droplet, tags);
  const action = startDropletAction(cloud, team, droplet, "create", () => startDroplet(cloud, team, droplet));
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
export function startDroplet(cloud: Cloud, team: Team, droplet: DropletRow): void {
  closePorts(cloud, team, droplet);
  droplet.status = "active";
  const boot = droplet.boot;
  for (const listen of cloud.workloads.of(droplet.image.sha256)) {
    const open = (): void => {
      if (droplet.boot !== boot) return;
      droplet.listening = [...droplet.listening, listen];
      syncPorts(cloud, team, droplet);
    };
    if (listen.delaySeconds === undefined) open();
    else cloud.scheduler.at(cloud.clock.now() + listen.delaySeconds * 1000, open);
  }
}

/** Makes a Droplet `off`. */
export function stopDroplet(cloud: Cloud, team: Team, droplet: DropletRow): void {
  closePorts(cloud, team, droplet);
  droplet.status = "off";
}

/** Makes a Droplet listen on nothing, until it starts again. */
export function closePorts(cloud: Cloud, team: Team, droplet: DropletRow): void {
  droplet.boot += 1;
  droplet.listening = [];
  syncPorts(cloud, team, droplet);
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
  const { team, query, listedAt } = call;
  const [tag, name, type] = ["tag_name", "name", "type"].map((field) => query.get(field));
  const found = team.droplets
    .list(listedAt)
    .filter((droplet) => typeof tag !== "string" || hasTag(droplet, tag))
    .filter((droplet) => typeof name !== "string" || droplet.name.toLowerCase() === name.toLowerCase());
  return page(call, "droplets", type === "gpus" ? [] : found, (droplet) => formatDroplet(call.cloud, team, droplet));
}

function deleteDroplets({ cloud, team, visibleAt }: ApiCall, droplets: readonly DropletRow[]): Answer {
  const existing = droplets.filter((droplet) => team.droplets.get(droplet.id) !== undefined);
  if (cloud.options.deleteOfLockedDroplet === "refuse" && existing.some((droplet) => droplet.locked)) {
    throw invalid("Droplet already has a pending event.");
  }
  for (const droplet of existing) {
    closePorts(cloud, team, droplet);
    team.droplets.remove(droplet.id, visibleAt);
    for (const ip of team.reservedIps.all()) if (ip.dropletId === droplet.id) ip.dropletId = undefined;
  }
  return { ...noContent, headers: { "content-type": "application/json" } };
}

/** A Droplet as the API shows it. */
export function formatDroplet(cloud: Cloud, team: Team, droplet: DropletRow): unknown {
  const { size } = droplet;
  const snapshots = team.images.all().filter((image) => image.dropletId === droplet.id && image.deletedAt === undefined);
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
    next_backup_window: droplet.backupPolicy === undefined ? null : formatBackupWindow(droplet.backupPolicy, cloud.clock.now()),
    snapshot_ids: snapshots.map((image) => image.id),
    image: formatImage(droplet.image),
    volume_ids: [],
    size,
    size_slug: size.slug,
    networks: droplet.status === "new" ? { v4: [], v6: [] } : formatNetworks(droplet),
    region: findRegion(cloud, droplet.regionSlug),
    tags: droplet.tags,
    vpc_uuid: droplet.vpcUuid,
  };
}

/** A Droplet's addresses. That of IPv6 is shown only: loopback has a single one. */
function formatNetworks(droplet: DropletRow): unknown {
  const v4 = addressesOf(droplet).map((ip) => {
    const type = ip === droplet.privateAddress ? "private" : "public";
    return { ip_address: ip, netmask: "255.255.240.0", gateway: type === "public" ? ip.replace(/\d+$/, "1") : "nil", type };
  });
  const network = "2604:a880:400:d1";
  const v6 = {
    ip_address: `${network}::${droplet.id.toString(16).replace(/(?=.{4}$)/, ":")}`,
    netmask: 64,
    gateway: `${network}::1`,
    type: "public",
  };
  return { v4, v6: droplet.features.includes("ipv6") ? [v6] : [] };
}

export const dropletRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/droplets", scope: "droplet:read", handle: listDroplets },
  { method: "POST", path: "/v2/droplets", scope: "droplet:create", body: dropletFields, handle: createDroplets },
  { method: "DELETE", path: "/v2/droplets", scope: "droplet:delete", handle: (call) => deleteDroplets(call, requireTagged(call)) },
  {
    method: "GET",
    path: "/v2/droplets/:droplet",
    scope: "droplet:read",
    handle: (call) => ({ status: 200, body: { droplet: formatDroplet(call.cloud, call.team, requireDroplet(call)) } }),
  },
  {
    method: "DELETE",
    path: "/v2/droplets/:droplet",
    scope: "droplet:delete",
    handle: (call) => deleteDroplets(call, [requireDroplet(call)]),
  },
];
