import { invalid, noContent, notFound, page, type Answer } from "../answers";
import { httpIdleTimeoutSeconds } from "../balancing";
import { notModelled, type BodyFields } from "../bodyFields";
import { timestamp } from "../clock";
import { list, object, requiredText, text, type JsonObject } from "../fields";
import { closePool, forgetMembers, startPool, type Pool } from "../pool";
import type { ApiCall, Route } from "../route";
import { readForwardingRules, readHealthCheck } from "./balancerRules";
import { defaultProject } from "./projects";
import { requireRegion } from "./regions";
import { isTagName } from "./tags";
import { readVpc } from "./vpcs";

/** A load balancer: what the API shows of it, and the pool of Droplets behind it. */
export interface LoadBalancerRow {
  readonly id: string;
  readonly regionSlug: string;
  readonly vpcUuid: string;
  readonly createdAt: number;
  name: string;
  projectId: string;
  sizeUnit: number;
  status: "new" | "active";
  readonly pool: Pool;
}

function createLoadBalancer(call: ApiCall): Answer {
  const { cloud, team, body, now, visibleAt } = call;
  const name = readName(body);
  const regionSlug = requireRegion(cloud, requiredText(body, "region")).slug;
  const vpcUuid = readVpc(call, regionSlug).id;
  const pool: Pool = {
    ...readPool(call, regionSlug),
    address: cloud.network.allocate(),
    regionSlug,
    vpcUuid,
    members: new Map(),
    turn: 0,
    isClosed: false,
  };
  const balancer: LoadBalancerRow = {
    ...{ id: cloud.ids.uuid(), regionSlug, vpcUuid, createdAt: now, name, projectId: readProject(call), sizeUnit: readSizeUnit(body, 1) },
    ...{ status: "new", pool },
  };
  team.loadBalancers.add(balancer, visibleAt);
  cloud.scheduler.at(now + cloud.options.loadBalancerSeconds * 1000, () => {
    if (pool.isClosed) return;
    balancer.status = "active";
    startPool(cloud, team, pool);
  });
  return { status: 202, body: { load_balancer: formatLoadBalancer(call, balancer) } };
}

function updateLoadBalancer(call: ApiCall): Answer {
  const { cloud, body } = call;
  const balancer = requireLoadBalancer(call);
  const { pool } = balancer;
  const name = readName(body);
  const region = text(body, "region") ?? balancer.regionSlug;
  if (region !== balancer.regionSlug) throw invalid("`region` of a load balancer cannot be changed.");
  const vpcUuid = text(body, "vpc_uuid") ?? balancer.vpcUuid;
  if (vpcUuid !== balancer.vpcUuid) throw invalid("`vpc_uuid` of a load balancer cannot be changed.");
  const changed = { name, projectId: readProject(call), sizeUnit: readSizeUnit(body, balancer.sizeUnit) };
  const changedPool = readPool(call, balancer.regionSlug);
  // Connections stay open unless the ports change.
  const reopens = balancer.status === "active" && JSON.stringify(changedPool.rules) !== JSON.stringify(pool.rules);
  Object.assign(balancer, changed);
  Object.assign(pool, changedPool);
  if (reopens) {
    closePool(cloud, pool);
    startPool(cloud, call.team, pool);
  }
  return { status: 200, body: { load_balancer: formatLoadBalancer(call, balancer) } };
}

function readName(body: JsonObject): string {
  const name = requiredText(body, "name");
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]*$/.test(name)) throw invalid("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
  return name;
}

function readProject({ team, body }: ApiCall): string {
  const id = text(body, "project_id") ?? "";
  const project = id === "" ? defaultProject(team) : team.projects.get(id);
  if (project === undefined) throw invalid("`project_id` must be the id of a project of the team.");
  return project.id;
}

function readSizeUnit(body: JsonObject, fallback: number): number {
  const units = body.size_unit ?? fallback;
  if (typeof units === "number" && Number.isInteger(units) && units >= 1 && units <= 100) return units;
  throw invalid(`\`size_unit\` must be a whole number from 1 to 100, got ${JSON.stringify(units)}.`);
}

/** Reads the rules, the health check and the Droplets of a request. */
function readPool(call: ApiCall, regionSlug: string): Pick<Pool, "rules" | "check" | "tag" | "dropletIds"> {
  const { body } = call;
  const tag = text(body, "tag") ?? "";
  const dropletIds = readDroplets(call, regionSlug);
  if (tag !== "" && dropletIds.length > 0) throw invalid("Only one of `tag` and `droplet_ids` can be given.");
  if (tag !== "" && !isTagName(tag)) throw invalid(`\`tag\` must be a tag name, got ${JSON.stringify(tag)}.`);
  const rules = readForwardingRules(list(body, "forwarding_rules"));
  return { rules, check: readHealthCheck(object(body, "health_check") ?? {}), tag, dropletIds };
}

function readDroplets({ team, body, now }: ApiCall, regionSlug: string): readonly number[] {
  return list(body, "droplet_ids").map((id) => {
    if (typeof id !== "number") throw invalid(`\`droplet_ids\` must be a list of numbers, got ${JSON.stringify(id)} in it.`);
    const droplet = team.droplets.read(id, now);
    if (droplet?.regionSlug !== regionSlug) throw invalid("All Droplets must exist and be in the load balancer's region.");
    return id;
  });
}

function changeDroplets(call: ApiCall, change: (before: readonly number[], ids: readonly number[]) => readonly number[]): Answer {
  const { pool, regionSlug } = requireLoadBalancer(call);
  if (pool.tag !== "") throw invalid("The Droplets of a load balancer with a tag are chosen by the tag.");
  pool.dropletIds = change(pool.dropletIds, readDroplets(call, regionSlug));
  forgetMembers(pool);
  return noContent;
}

function deleteLoadBalancer(call: ApiCall): Answer {
  const balancer = requireLoadBalancer(call);
  closePool(call.cloud, balancer.pool);
  balancer.pool.isClosed = true;
  call.team.loadBalancers.remove(balancer.id, call.visibleAt);
  return noContent;
}

function requireLoadBalancer({ team, params, now }: ApiCall): LoadBalancerRow {
  const balancer = team.loadBalancers.read(params.balancer ?? "", now);
  if (balancer === undefined) throw notFound();
  return balancer;
}

/** A load balancer as the API shows it. */
function formatLoadBalancer({ cloud }: ApiCall, balancer: LoadBalancerRow): unknown {
  const { id, name, pool, status, createdAt, regionSlug, projectId, vpcUuid, sizeUnit } = balancer;
  return {
    ...{ id, name, ip: status === "active" ? pool.address : "", size: "lb-small", size_unit: sizeUnit, algorithm: "round_robin", status },
    created_at: timestamp(createdAt),
    forwarding_rules: pool.rules,
    health_check: pool.check,
    sticky_sessions: { type: "none" },
    region: requireRegion(cloud, regionSlug),
    ...{ tag: pool.tag, droplet_ids: pool.tag === "" ? pool.dropletIds : [...pool.members.keys()] },
    ...{ redirect_http_to_https: false, enable_proxy_protocol: false, enable_backend_keepalive: false, vpc_uuid: vpcUuid },
    ...{ disable_lets_encrypt_dns_records: false, project_id: projectId, firewall: { deny: [], allow: [] } },
    http_idle_timeout_seconds: httpIdleTimeoutSeconds,
    ...{ network: "EXTERNAL", network_stack: "IPV4", type: "REGIONAL", tls_cipher_policy: "DEFAULT" },
  };
}

/** The health of the Droplets behind a load balancer: a row for each, a value for each check in the window. */
function healthMetrics(call: ApiCall): Answer {
  const { team, query, now } = call;
  const [start, end] = ["start", "end"].map((name) => {
    const seconds = Number(query.get(name) ?? Number.NaN);
    if (!Number.isInteger(seconds)) throw invalid(`\`${name}\` must be a UNIX timestamp in seconds, got ${query.get(name) ?? "nothing"}.`);
    return seconds;
  }) as [number, number];
  const id = query.get("lb_id") ?? "";
  const balancer = team.loadBalancers.read(id, now);
  if (balancer === undefined) throw notFound();
  const result = [...balancer.pool.members].map(([dropletId, { history }]) => ({
    metric: { lb_id: id, droplet_id: String(dropletId) },
    values: history.filter(([at]) => at >= start && at <= end).map(([at, isHealthy]) => [at, isHealthy ? "1" : "0"]),
  }));
  return { status: 200, body: { status: "success", data: { resultType: "matrix", result } } };
}

const fields: BodyFields = {
  ...{ name: "modelled", region: "modelled", tag: "modelled", droplet_ids: "modelled", project_id: "modelled", vpc_uuid: "modelled" },
  size_unit: "modelled",
  forwarding_rules: {
    items: {
      ...{ entry_protocol: "modelled", entry_port: "modelled", target_protocol: "modelled", target_port: "modelled" },
      ...{ tls_passthrough: "modelled", certificate_id: { only: [""] } },
    },
  },
  health_check: {
    fields: {
      ...{ protocol: { only: ["http", "tcp"] }, port: "modelled", path: "modelled", check_interval_seconds: "modelled" },
      ...{ response_timeout_seconds: "modelled", healthy_threshold: "modelled", unhealthy_threshold: "modelled" },
    },
  },
  sticky_sessions: { fields: { type: { only: ["none"] }, cookie_name: { only: [""] }, cookie_ttl_seconds: { only: [0] } } },
  firewall: { fields: { allow: { only: [[]] }, deny: { only: [[]] } } },
  ...{
    size: { only: ["lb-small"] },
    algorithm: { only: ["round_robin"] },
    network: { only: ["EXTERNAL"] },
    network_stack: { only: ["IPV4"] },
  },
  ...{ type: { only: ["REGIONAL"] }, tls_cipher_policy: { only: ["DEFAULT"] } },
  http_idle_timeout_seconds: { only: [httpIdleTimeoutSeconds] },
  ...{ redirect_http_to_https: { only: [false] }, enable_proxy_protocol: { only: [false] }, enable_backend_keepalive: { only: [false] } },
  ...{ disable_lets_encrypt_dns_records: { only: [false] }, domains: { only: [[]] }, target_load_balancer_ids: { only: [[]] } },
  glb_settings: notModelled,
  ...{ id: "noEffect", ip: "noEffect", ipv6: "noEffect", status: "noEffect", created_at: "noEffect" },
};

const path = "/v2/load_balancers";

export const loadBalancerRoutes: readonly Route[] = [
  {
    method: "GET",
    path,
    scope: "load_balancer:read",
    handle: (call) => {
      return page(call, "load_balancers", call.team.loadBalancers.list(call.listedAt), (balancer) => formatLoadBalancer(call, balancer));
    },
  },
  { method: "POST", path, scope: "load_balancer:create", body: fields, handle: createLoadBalancer },
  {
    method: "GET",
    path: `${path}/:balancer`,
    scope: "load_balancer:read",
    handle: (call) => ({ status: 200, body: { load_balancer: formatLoadBalancer(call, requireLoadBalancer(call)) } }),
  },
  { method: "PUT", path: `${path}/:balancer`, scope: "load_balancer:update", body: fields, handle: updateLoadBalancer },
  { method: "DELETE", path: `${path}/:balancer`, scope: "load_balancer:delete", handle: deleteLoadBalancer },
  {
    method: "POST",
    path: `${path}/:balancer/droplets`,
    scope: "load_balancer:update",
    body: { droplet_ids: "modelled" },
    handle: (call) => changeDroplets(call, (before, ids) => [...new Set([...before, ...ids])]),
  },
  {
    method: "DELETE",
    path: `${path}/:balancer/droplets`,
    scope: "load_balancer:update",
    body: { droplet_ids: "modelled" },
    handle: (call) => changeDroplets(call, (before, ids) => before.filter((id) => !ids.includes(id))),
  },
  {
    method: "GET",
    path: "/v2/monitoring/metrics/load_balancer/droplets_health_checks",
    scope: "monitoring:read",
    handle: healthMetrics,
  },
];
