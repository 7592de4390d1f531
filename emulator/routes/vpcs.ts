import { ApiError, invalid, noContent, notFound, page, type Answer } from "../answers";
import type { BodyFields } from "../bodyFields";
import { regionSlugs } from "../catalog";
import { timestamp } from "../clock";
import { flag, requiredText, text, type JsonObject } from "../fields";
import type { Ids } from "../ids";
import type { ApiCall, Route } from "../route";
import type { Team } from "../team";
import { requireRegion } from "./regions";

/** A VPC as the API shows it. */
export interface VpcRow {
  readonly id: string;
  readonly urn: string;
  readonly region: string;
  readonly ip_range: string;
  readonly created_at: string;
  name: string;
  description: string;
  default: boolean;
}

/** Gives a team its default VPC in every region. */
export function addDefaultVpcs(team: Team, ids: Ids, now: number): void {
  for (const [at, region] of regionSlugs.entries()) {
    const fields = { name: `default-${region}`, description: "", region, ip_range: `10.${100 + at}.0.0/20`, default: true };
    team.vpcs.add(newVpc(ids.uuid(), now, fields));
  }
}

function newVpc(id: string, now: number, fields: Omit<VpcRow, "id" | "urn" | "created_at">): VpcRow {
  return { id, urn: `do:vpc:${id}`, ...fields, created_at: timestamp(now) };
}

/** The VPC that a request names, or the default one of the region. Throws a 422 if it is in another region. */
export function readVpc({ team, body }: ApiCall, regionSlug: string): VpcRow {
  const id = text(body, "vpc_uuid") ?? "";
  const vpc = id === "" ? team.vpcs.all().find((one) => one.region === regionSlug && one.default) : team.vpcs.get(id);
  if (vpc?.region !== regionSlug) throw invalid(`Failed to resolve VPC: it must be one of the region ${regionSlug}.`);
  return vpc;
}

function createVpc({ cloud, team, body, now, visibleAt }: ApiCall): Answer {
  const name = readName(team, requiredText(body, "name"));
  const region = requireRegion(cloud, requiredText(body, "region")).slug;
  const range = text(body, "ip_range") ?? freeRange(team);
  if (parseRange(range) === undefined) throw invalid(`\`ip_range\` must be a private range from /16 to /28, got ${JSON.stringify(range)}.`);
  if (team.vpcs.all().some((other) => overlap(other.ip_range, range))) {
    throw invalid("This range/size overlaps with another VPC network in your account.");
  }
  const vpc = newVpc(cloud.ids.uuid(), now, { name, description: readDescription(body) ?? "", region, ip_range: range, default: false });
  team.vpcs.add(vpc, visibleAt);
  return { status: 201, body: { vpc } };
}

function updateVpc(call: ApiCall): Answer {
  const { team, body } = call;
  const vpc = requireVpc(call);
  const name = text(body, "name");
  const changed = {
    name: name === undefined ? vpc.name : readName(team, name, vpc),
    description: readDescription(body) ?? vpc.description,
  };
  const becomesDefault = flag(body, "default", vpc.default);
  if (vpc.default && !becomesDefault) throw invalid("A default VPC cannot be unset. Make another VPC of the region the default one.");
  Object.assign(vpc, changed);
  if (becomesDefault) for (const other of team.vpcs.all()) if (other.region === vpc.region) other.default = other === vpc;
  return { status: 200, body: { vpc } };
}

function deleteVpc(call: ApiCall): Answer {
  const { team, visibleAt } = call;
  const vpc = requireVpc(call);
  if (vpc.default) throw new ApiError(403, "Can not delete default VPCs");
  if (membersOf(team, vpc).length > 0) throw new ApiError(409, "Can not delete VPC with members");
  team.vpcs.remove(vpc.id, visibleAt);
  return noContent;
}

/** The resources of a VPC as the API shows them. */
function membersOf(team: Team, vpc: VpcRow): readonly { readonly urn: string; readonly name: string; readonly created_at: string }[] {
  const rows = [
    ...team.droplets.all().map((droplet) => ({ kind: "droplet", ...droplet })),
    ...team.loadBalancers.all().map((balancer) => ({ kind: "loadbalancer", ...balancer })),
  ];
  return rows
    .filter(({ vpcUuid }) => vpcUuid === vpc.id)
    .map(({ kind, id, name, createdAt }) => ({ urn: `do:${kind}:${id}`, name, created_at: timestamp(createdAt) }));
}

function listMembers(call: ApiCall): Answer {
  const kind = (call.query.get("resource_type") ?? "").replace("_", "");
  const members = membersOf(call.team, requireVpc(call)).filter(({ urn }) => kind === "" || urn.startsWith(`do:${kind}:`));
  return page(call, "members", members, (member) => member);
}

function readName(team: Team, name: string, self?: VpcRow): string {
  if (!/^[a-zA-Z0-9.-]+$/.test(name))
    throw invalid(`\`name\` must be made of letters, digits, dashes and periods, got ${JSON.stringify(name)}.`);
  if (team.vpcs.all().some((other) => other !== self && other.name === name)) throw invalid("a VPC with that name already exists");
  return name;
}

function readDescription(body: JsonObject): string | undefined {
  const description = text(body, "description");
  if ((description ?? "").length > 255) throw invalid("`description` must be at most 255 characters long.");
  return description;
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** The first and the last address of a range, as numbers; undefined if a VPC cannot have it. */
function parseRange(range: string): [number, number] | undefined {
  const size = Number(range.split("/")[1]);
  const bounds = size >= 16 && size <= 28 ? bounded(range) : undefined;
  const isPrivate = privateRanges.map(bounded).some((outer) => outer && bounds && outer[0] <= bounds[0] && bounds[1] <= outer[1]);
  return isPrivate ? bounds : undefined;
}

function bounded(range: string): [number, number] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(range);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, size = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((octet) => octet > 255) || size > 32) return undefined;
  const length = 2 ** (32 - size);
  const first = Math.floor((((a * 256 + b) * 256 + c) * 256 + d) / length) * length;
  return [first, first + length - 1];
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [bounded(one), bounded(other)];
  return a !== undefined && b !== undefined && a[0] <= b[1] && b[0] <= a[1];
}

/** A range of 4,096 addresses that no other VPC has. */
function freeRange(team: Team): string {
  const used = team.vpcs.all().map((vpc) => vpc.ip_range);
  const candidates = Array.from({ length: 4096 }, (_, at) => `10.${at >> 4}.${(at % 16) * 16}.0/20`);
  const free = candidates.find((range) => !used.some((other) => overlap(other, range)));
  if (free === undefined) throw invalid("There is no free range for a VPC.");
  return free;
}

function requireVpc({ team, params, now }: ApiCall): VpcRow {
  const vpc = team.vpcs.read(params.vpc ?? "", now);
  if (vpc === undefined) throw notFound();
  return vpc;
}

const updatable: BodyFields = { name: "modelled", description: "modelled", default: "modelled" };
const path = "/v2/vpcs/:vpc";

export const vpcRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/vpcs",
    scope: "vpc:read",
    handle: (call) => page(call, "vpcs", call.team.vpcs.list(call.listedAt), (vpc) => vpc),
  },
  {
    method: "POST",
    path: "/v2/vpcs",
    scope: "vpc:create",
    body: { name: "modelled", description: "modelled", region: "modelled", ip_range: "modelled" },
    handle: createVpc,
  },
  { method: "GET", path, scope: "vpc:read", handle: (call) => ({ status: 200, body: { vpc: requireVpc(call) } }) },
  { method: "PUT", path, scope: "vpc:update", body: updatable, handle: updateVpc },
  { method: "PATCH", path, scope: "vpc:update", body: updatable, handle: updateVpc },
  { method: "DELETE", path, scope: "vpc:delete", handle: deleteVpc },
  { method: "GET", path: `${path}/members`, scope: "vpc:read", handle: listMembers },
];
