import { notFound, page } from "../answers";
import { timestamp } from "../clock";
import type { Cloud } from "../cloud";
import type { ActionFault } from "../faults";
import type { ApiCall, Route } from "../route";
import type { Team } from "../team";
import { findRegion } from "./regions";

/** An action, with what the API shows of it. */
export interface ActionRow {
  readonly id: number;
  readonly type: string;
  readonly startedAt: number;
  readonly resourceId: number;
  readonly resourceType: "droplet" | "image" | "reserved_ip";
  readonly regionSlug: string;
  status: "in-progress" | "completed" | "errored";
  completedAt: number | undefined;
}

/** What an action does, where, and how long it takes unless a fault says otherwise. */
export interface ActionArgs {
  readonly type: string;
  readonly resourceId: number;
  readonly resourceType: "droplet" | "image" | "reserved_ip";
  readonly regionSlug: string;
  readonly seconds: number;
  readonly fault: ActionFault | undefined;
}

/** Starts an action. At its end `finish` is told whether it completed, and applies its effect. */
export function startAction(cloud: Cloud, team: Team, args: ActionArgs, finish: (completed: boolean) => void): ActionRow {
  const { seconds, fault, ...subject } = args;
  const startedAt = cloud.clock.now();
  const row: ActionRow = { ...subject, id: cloud.ids.next("action"), startedAt, status: "in-progress", completedAt: undefined };
  team.actions.add(row);
  const endsAt = startedAt + (fault?.seconds ?? seconds) * 1000;
  cloud.scheduler.at(endsAt, () => {
    row.status = fault?.fails === true ? "errored" : "completed";
    row.completedAt = endsAt;
    finish(row.status === "completed");
  });
  return row;
}

/** The actions of one resource, newest first. */
export function actionsOf(team: Team, resourceType: ActionRow["resourceType"], resourceId: number): ActionRow[] {
  const actions = team.actions.all().filter((action) => action.resourceType === resourceType && action.resourceId === resourceId);
  return actions.reverse();
}

/** Slugs of the regions in which an action of an image runs, such as a transfer to them. */
export function runningRegions(team: Team, imageId: number): string[] {
  return actionsOf(team, "image", imageId).flatMap((action) => (action.status === "in-progress" ? [action.regionSlug] : []));
}

/** The action that a path names, and of the resource if the path names one. */
export function requireAction(call: ApiCall, resourceId?: number): ActionRow {
  const action = call.team.actions.get(call.params.action ?? "");
  if (action === undefined || (resourceId !== undefined && action.resourceId !== resourceId)) throw notFound();
  return action;
}

/** An action as the API shows it. */
export function formatAction(cloud: Cloud, action: ActionRow): object {
  return {
    id: action.id,
    status: action.status,
    type: action.type,
    started_at: timestamp(action.startedAt),
    completed_at: action.completedAt === undefined ? null : timestamp(action.completedAt),
    resource_id: action.resourceId,
    resource_type: action.resourceType,
    region: findRegion(cloud, action.regionSlug),
    region_slug: action.regionSlug,
  };
}

export const actionRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/actions",
    scope: "actions:read",
    handle: (call) => page(call, "actions", call.team.actions.all().reverse(), (action) => formatAction(call.cloud, action)),
  },
  {
    method: "GET",
    path: "/v2/actions/:action",
    scope: "actions:read",
    handle: (call) => ({ status: 200, body: { action: formatAction(call.cloud, requireAction(call)) } }),
  },
];
