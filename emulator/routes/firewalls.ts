import { ApiError, invalid, noContent, notFound, page, type Answer } from "../answers";
import type { BodyFields } from "../bodyFields";
import { timestamp } from "../clock";
import { requiredText } from "../fields";
import { syncAllPorts } from "../ports";
import type { ApiCall, Route } from "../route";
import { covers, readExistingTags, readIds, readRules, ruleFields, type FirewallPolicy, type FirewallRule } from "./firewallRules";

/** A firewall. */
export interface FirewallRow {
  readonly id: string;
  readonly createdAt: number;
  name: string;
  /** What was asked for last. */
  policy: FirewallPolicy;
  /** What is in force: it follows after a while. */
  applied: FirewallPolicy | undefined;
}

function createFirewall(call: ApiCall): Answer {
  const { cloud, team, now, visibleAt } = call;
  const { name, policy } = readFirewall(call);
  const firewall: FirewallRow = { id: cloud.ids.uuid(), createdAt: now, name, policy, applied: undefined };
  team.firewalls.add(firewall, visibleAt);
  apply(call, firewall, policy);
  return { status: 202, body: { firewall: formatFirewall(call, firewall) } };
}

function updateFirewall(call: ApiCall): Answer {
  const firewall = requireFirewall(call);
  const { name, policy } = readFirewall(call, firewall);
  firewall.name = name;
  apply(call, firewall, policy);
  return { status: 200, body: { firewall: formatFirewall(call, firewall) } };
}

function readFirewall({ team, body, now }: ApiCall, self?: FirewallRow): { name: string; policy: FirewallPolicy } {
  const name = requiredText(body, "name");
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]+$/.test(name))
    throw invalid(`\`name\` must be made of letters, digits, dashes and periods, got ${JSON.stringify(name)}.`);
  if (team.firewalls.all().some((other) => other !== self && other.name === name)) throw new ApiError(409, "duplicate name");
  const dropletIds = readIds(body, "droplet_ids");
  if (dropletIds.some((id) => team.droplets.read(id, now) === undefined))
    throw invalid("`droplet_ids` must hold ids of Droplets of the team.");
  const policy = {
    ...{ dropletIds, tags: readExistingTags(team, body) },
    ...{ inbound: readRules(team, body, "inbound_rules"), outbound: readRules(team, body, "outbound_rules") },
  };
  if (policy.inbound.length + policy.outbound.length === 0) throw invalid("A firewall must have at least one rule.");
  return { name, policy };
}

/** Puts a policy in force after the time that a firewall takes. */
function apply({ cloud, team, now }: ApiCall, firewall: FirewallRow, policy: FirewallPolicy): void {
  firewall.policy = policy;
  cloud.scheduler.at(now + cloud.options.firewallSeconds * 1000, () => {
    if (firewall.policy === policy) firewall.applied = policy;
    syncAllPorts(cloud, team);
  });
}

/** A route that adds to a firewall or takes away from it. */
function change(
  kind: "droplets" | "tags" | "rules",
  method: "POST" | "DELETE",
  body: BodyFields,
  next: (call: ApiCall, policy: FirewallPolicy) => FirewallPolicy,
): Route {
  const handle = (call: ApiCall): Answer => {
    const firewall = requireFirewall(call);
    apply(call, firewall, next(call, firewall.policy));
    return noContent;
  };
  return { method, path: `${path}/${kind}`, scope: "firewall:update", body, handle };
}

function deleteFirewall(call: ApiCall): Answer {
  const { cloud, team, now, visibleAt } = call;
  team.firewalls.remove(requireFirewall(call).id, visibleAt);
  cloud.scheduler.at(now + cloud.options.firewallSeconds * 1000, () => syncAllPorts(cloud, team));
  return noContent;
}

function requireFirewall({ team, params, now }: ApiCall): FirewallRow {
  const firewall = team.firewalls.read(params.firewall ?? "", now);
  if (firewall === undefined) throw notFound();
  return firewall;
}

/** A firewall as the API shows it: what was asked for, and the Droplets that it is not in force on yet. */
function formatFirewall({ team }: ApiCall, { id, name, createdAt, policy, applied }: FirewallRow): unknown {
  const isApplied = applied === policy;
  const waiting = isApplied ? [] : team.droplets.all().filter((droplet) => covers(policy, droplet));
  const rules = (given: readonly FirewallRule[], peersField: string): unknown => {
    return given.map(({ protocol, ports, peers }) => ({ protocol, ports, [peersField]: withoutEmpty(peers) }));
  };
  return {
    ...{ id, name, status: isApplied ? "succeeded" : "waiting", created_at: timestamp(createdAt) },
    pending_changes: waiting.map((droplet) => ({ droplet_id: droplet.id, removing: false, status: "waiting" })),
    ...{ droplet_ids: policy.dropletIds, tags: policy.tags },
    inbound_rules: rules(policy.inbound, "sources"),
    outbound_rules: rules(policy.outbound, "destinations"),
  };
}

function withoutEmpty(peers: object): unknown {
  return Object.fromEntries(Object.entries(peers).filter(([, value]) => (value as readonly unknown[]).length > 0));
}

function union<Value>(before: readonly Value[], more: readonly Value[]): readonly Value[] {
  return [...before, ...more.filter((one) => !before.some((other) => JSON.stringify(other) === JSON.stringify(one)))];
}

function without<Value>(before: readonly Value[], gone: readonly Value[]): readonly Value[] {
  return before.filter((one) => !gone.some((other) => JSON.stringify(other) === JSON.stringify(one)));
}

const path = "/v2/firewalls/:firewall";
const readOnly: BodyFields = { id: "noEffect", status: "noEffect", created_at: "noEffect", pending_changes: "noEffect" };
const fields: BodyFields = { name: "modelled", droplet_ids: "modelled", tags: "modelled", ...ruleFields, ...readOnly };

const changes = (
  [
    ["POST", union],
    ["DELETE", without],
  ] as const
).flatMap(([method, combine]) => [
  change("droplets", method, { droplet_ids: "modelled" }, ({ body }, policy) => {
    return { ...policy, dropletIds: combine(policy.dropletIds, readIds(body, "droplet_ids")) };
  }),
  change("tags", method, { tags: "modelled" }, ({ team, body }, policy) => {
    return { ...policy, tags: combine(policy.tags, readExistingTags(team, body)) };
  }),
  change("rules", method, ruleFields, ({ team, body }, policy) => {
    const inbound = combine(policy.inbound, readRules(team, body, "inbound_rules"));
    return { ...policy, inbound, outbound: combine(policy.outbound, readRules(team, body, "outbound_rules")) };
  }),
]);

export const firewallRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/firewalls",
    scope: "firewall:read",
    handle: (call) => page(call, "firewalls", call.team.firewalls.list(call.listedAt), (firewall) => formatFirewall(call, firewall)),
  },
  { method: "POST", path: "/v2/firewalls", scope: "firewall:create", body: fields, handle: createFirewall },
  {
    method: "GET",
    path,
    scope: "firewall:read",
    handle: (call) => ({ status: 200, body: { firewall: formatFirewall(call, requireFirewall(call)) } }),
  },
  { method: "PUT", path, scope: "firewall:update", body: fields, handle: updateFirewall },
  { method: "DELETE", path, scope: "firewall:delete", handle: deleteFirewall },
  ...changes,
];
