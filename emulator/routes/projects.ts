import { ApiError, invalid, noContent, notFound, page, type Answer } from "../answers";
import type { BodyFields } from "../bodyFields";
import { timestamp } from "../clock";
import { flag, oneOf, requiredText, text, textList } from "../fields";
import type { Ids } from "../ids";
import type { ApiCall, Route } from "../route";
import type { Team } from "../team";

/** A project. Only the default one has resources that nobody assigned, and those are not listed here. */
export interface ProjectRow {
  readonly id: string;
  readonly createdAt: number;
  name: string;
  description: string;
  purpose: string;
  environment: (typeof environments)[number];
  isDefault: boolean;
  updatedAt: number;
  /** When each resource was assigned, by its URN; one that was destroyed is no longer in the project. */
  readonly assignedAt: Map<string, number>;
}

const environments = ["Development", "Staging", "Production"] as const;

/** Gives a team its default project. */
export function addDefaultProject(team: Team, ids: Ids, now: number): void {
  const project = { name: team.name, description: "", purpose: "Other", environment: "Development", isDefault: true } as const;
  team.projects.add({ ...project, id: ids.uuid(), createdAt: now, updatedAt: now, assignedAt: new Map() });
}

/** The project that new resources belong to unless they name another. */
export function defaultProject(team: Team): ProjectRow {
  const project = team.projects.all().find(({ isDefault }) => isDefault);
  if (project === undefined) throw new Error(`The team ${team.name} has no default project.`);
  return project;
}

function createProject(call: ApiCall): Answer {
  const { cloud, team, body, now, visibleAt } = call;
  const name = requiredText(body, "name");
  checkNameIsFree(call, name);
  const project: ProjectRow = {
    ...{ id: cloud.ids.uuid(), name, description: text(body, "description") ?? "", purpose: requiredText(body, "purpose") },
    environment: oneOf(body, "environment", environments) ?? "Development",
    ...{ isDefault: false, createdAt: now, updatedAt: now, assignedAt: new Map<string, number>() },
  };
  team.projects.add(project, visibleAt);
  return { status: 201, body: { project: formatProject(call, project) } };
}

function updateProject(call: ApiCall): Answer {
  const { team, body, now } = call;
  const project = requireProject(call);
  const name = text(body, "name") ?? project.name;
  checkNameIsFree(call, name, project);
  const changed = {
    ...{ name, description: text(body, "description") ?? project.description, purpose: text(body, "purpose") ?? project.purpose },
    environment: oneOf(body, "environment", environments) ?? project.environment,
  };
  const becomesDefault = flag(body, "is_default", project.isDefault);
  if (project.isDefault && !becomesDefault) throw invalid("A default project cannot be unset. Make another project the default one.");
  if (becomesDefault) for (const other of team.projects.all()) other.isDefault = other === project;
  Object.assign(project, changed, { updatedAt: now });
  return { status: 200, body: { project: formatProject(call, project) } };
}

function checkNameIsFree({ team }: ApiCall, name: string, self?: ProjectRow): void {
  if (team.projects.all().some((other) => other !== self && other.name === name)) throw new ApiError(409, "name is already in use");
}

function deleteProject(call: ApiCall): Answer {
  const project = requireProject(call);
  if (project.isDefault) throw new ApiError(412, "The default project cannot be deleted.");
  if (resourcesOf(call.team, project).length > 0) throw new ApiError(412, "cannot delete a project with resources");
  call.team.projects.remove(project.id, call.visibleAt);
  return noContent;
}

function assignResources(call: ApiCall): Answer {
  const project = requireProject(call);
  const urns = textList(call.body, "resources");
  const bad = urns.find((urn) => !/^do:[a-z]+:.+$/.test(urn));
  if (bad !== undefined) throw invalid(`\`resources\` must hold URNs such as do:droplet:13457723, got ${JSON.stringify(bad)}.`);
  const found = urns.filter((urn) => exists(call.team, urn));
  for (const other of call.team.projects.all()) for (const urn of found) other.assignedAt.delete(urn);
  for (const urn of found) project.assignedAt.set(urn, call.now);
  const status = (urn: string): string => (found.includes(urn) ? "assigned" : "not_found");
  return { status: 200, body: { resources: urns.map((urn) => formatResource(call, project, urn, status(urn))) } };
}

function resourcesOf(team: Team, project: ProjectRow): readonly string[] {
  return [...project.assignedAt.keys()].filter((urn) => exists(team, urn));
}

/** Whether there is what a URN names; of a kind that the emulator doesn't model, there is. */
function exists(team: Team, urn: string): boolean {
  const [, kind = "", ...id] = urn.split(":");
  const stores: Readonly<Record<string, { get(id: string): unknown }>> = {
    ...{ droplet: team.droplets, loadbalancer: team.loadBalancers, domain: team.domains },
    ...{ reservedip: team.reservedIps, floatingip: team.reservedIps },
  };
  return stores[kind]?.get(id.join(":")) !== undefined || !(kind in stores);
}

function requireProject(call: ApiCall): ProjectRow {
  const { team, params, now } = call;
  const project = params.project === "default" ? defaultProject(team) : team.projects.read(params.project ?? "", now);
  if (project === undefined) throw notFound();
  return project;
}

function formatProject({ team }: ApiCall, project: ProjectRow): unknown {
  const { id, name, description, purpose, environment, isDefault, createdAt, updatedAt } = project;
  const owner = { owner_uuid: team.ownerUuid, owner_id: 1 };
  const times = { created_at: timestamp(createdAt), updated_at: timestamp(updatedAt) };
  return { id, ...owner, name, description, purpose, environment, is_default: isDefault, ...times };
}

const kinds: Readonly<Record<string, string>> = {
  ...{ droplet: "droplets", loadbalancer: "load_balancers", domain: "domains", reservedip: "reserved_ips", floatingip: "reserved_ips" },
};

function formatResource({ origin }: ApiCall, project: ProjectRow, urn: string, status: string): unknown {
  const [, kind = "", ...id] = urn.split(":");
  const self = `${origin}/v2/${kinds[kind] ?? `${kind}s`}/${id.join(":")}`;
  return { urn, assigned_at: timestamp(project.assignedAt.get(urn) ?? 0), links: { self }, status };
}

const readOnly: BodyFields = {
  id: "noEffect",
  owner_uuid: "noEffect",
  owner_id: "noEffect",
  created_at: "noEffect",
  updated_at: "noEffect",
};
const fields: BodyFields = { name: "modelled", description: "modelled", purpose: "modelled", environment: "modelled", ...readOnly };
const path = "/v2/projects/:project";

export const projectRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/projects",
    scope: "project:read",
    handle: (call) => page(call, "projects", call.team.projects.list(call.listedAt), (project) => formatProject(call, project)),
  },
  { method: "POST", path: "/v2/projects", scope: "project:create", body: fields, handle: createProject },
  {
    method: "GET",
    path,
    scope: "project:read",
    handle: (call) => ({ status: 200, body: { project: formatProject(call, requireProject(call)) } }),
  },
  { method: "PUT", path, scope: "project:update", body: { ...fields, is_default: "modelled" }, handle: updateProject },
  { method: "PATCH", path, scope: "project:update", body: { ...fields, is_default: "modelled" }, handle: updateProject },
  { method: "DELETE", path, scope: "project:delete", handle: deleteProject },
  {
    method: "GET",
    path: `${path}/resources`,
    scope: "project:read",
    handle: (call) => {
      const project = requireProject(call);
      return page(call, "resources", resourcesOf(call.team, project), (urn) => formatResource(call, project, urn, "ok"));
    },
  },
  { method: "POST", path: `${path}/resources`, scope: "project:assign_resource", body: { resources: "modelled" }, handle: assignResources },
];
