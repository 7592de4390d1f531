import type { DropletWire, TaggedResourceWire } from "../api/wire";
import { hasAnyTag, hasTag } from "../rules/tag";
import type { Attempt, Gate } from "./gates/gate";
import { verdict } from "./gates/gate";
import type { UnderWay } from "./lookPace";
import type { Member } from "./plan";

/** A Droplet of the fleet: what the service said last, and what this run did to it. Times in milliseconds since the epoch. */
export interface ObservedDroplet {
  wire: DropletWire;
  readonly slot: number;
  /** Fingerprint of what it runs; another one where somebody rebuilt or resized it. */
  template: string;
  readonly seenAt: number;
  /** When the service has shown it last. */
  shownAt: number;
  /** Whether a list has shown it. */
  isListed: boolean;
  /** When it was asked for by its number, since a list lacked it; undefined where that wasn't needed. */
  lookedForAt: number | undefined;
  /** DigitalOcean has given up making it. */
  createFailed: boolean;
  /** When this run made it; undefined for one that was there before. */
  readonly madeAt: number | undefined;
  /** When the serving tag was asked for last. */
  serveAskedAt: number | undefined;
  /** When it began to serve; undefined until then. */
  servingSince: number | undefined;
  /** Before this run it was available already. */
  isBaked: boolean;
  /** `asked` before the request that takes the serving tag off, for that may take effect without an answer. */
  withdrawal: "no" | "asked" | "done";
  /** Out of service since. */
  idleSince: number;
  shutdownAt: number | undefined;
  deletedAt: number | undefined;
  attempt: Attempt | undefined;
  /** What the load balancer of its gate has said of it. */
  balancing: Attempt | undefined;
  unhealthy: boolean;
  /** When its backups were to be switched on or off; undefined once they are. */
  backupsAskedAt: number | undefined;
  /** The rebuild that this run asked for. */
  rebuild: Rebuild | undefined;
}

export interface Rebuild {
  readonly at: number;
  /** The templates that it leads from and to. */
  readonly from: string;
  readonly to: string;
  /** The service has taken it; otherwise it may or may not take place. */
  isTaken: boolean;
  /** It was seen to take place. */
  hasBegun: boolean;
}

export interface Timing {
  readonly drainSeconds: number;
  readonly shutdownSeconds: number;
}

/** How long reads may lag behind a write, in milliseconds: delays of up to 25 s have been seen. */
export const lag = 30_000;
/** How long a Droplet may take to become active, in milliseconds. */
const activation = 600_000;

/** The fleet's own serving tag, the first, tells: it is put on after the program's own, and taken off before them. */
export function serves({ wire, withdrawal }: ObservedDroplet, [own = ""]: readonly string[]): boolean {
  return withdrawal === "no" && wire.status === "active" && hasTag(wire.tags, own);
}

/** Whether a rebuild goes on, or may still begin. */
export function isRebuilding({ wire, template, rebuild }: ObservedDroplet, now: number): boolean {
  if (rebuild === undefined) return false;
  const isOpen = template !== rebuild.to || (!rebuild.hasBegun && template === rebuild.from);
  return wire.locked || (isOpen && now - rebuild.at < lag);
}

/** What the service is about to do to it. */
export function workOf(droplet: ObservedDroplet, servingTags: readonly string[]): UnderWay | undefined {
  const { wire, seenAt, shutdownAt, deletedAt, serveAskedAt, withdrawal, idleSince, backupsAskedAt, rebuild } = droplet;
  if (rebuild !== undefined && (wire.locked || droplet.template !== rebuild.to)) return { work: "other", since: rebuild.at };
  if (deletedAt !== undefined) return { work: "delete", since: deletedAt };
  if (wire.status === "new") return { work: "create", since: seenAt };
  if (shutdownAt !== undefined) return wire.status === "active" ? { work: "shutdown", since: shutdownAt } : undefined;
  if (serveAskedAt !== undefined && !serves(droplet, servingTags)) return { work: "other", since: serveAskedAt };
  if (!isSure(droplet)) return { work: "other", since: droplet.servingSince ?? seenAt };
  if (backupsAskedAt !== undefined) return { work: "other", since: backupsAskedAt };
  return withdrawal === "asked" || (wire.locked && withdrawal !== "no") ? { work: "other", since: idleSince } : undefined;
}

/** When something about it changes by itself, in milliseconds since the epoch. */
export function timersOf(
  { idleSince, shutdownAt, deletedAt, servingSince, withdrawal, isBaked, rebuild }: ObservedDroplet,
  { bakeSeconds }: Gate,
  { drainSeconds, shutdownSeconds }: Timing,
): readonly number[] {
  if (deletedAt !== undefined) return [deletedAt + lag];
  if (shutdownAt !== undefined) return [shutdownAt + shutdownSeconds * 1_000];
  if (rebuild !== undefined && servingSince === undefined) return [rebuild.at + lag];
  if (withdrawal === "done") return [idleSince + drainSeconds * 1_000];
  return servingSince === undefined || isBaked ? [idleSince + drainSeconds * 1_000] : [servingSince + bakeSeconds * 1_000];
}

export function isDeleting({ deletedAt }: ObservedDroplet, now: number): boolean {
  return deletedAt !== undefined && now - deletedAt < lag;
}

/** Why it will not come to serve, a clause; undefined where it still may. */
export function failureOf(droplet: ObservedDroplet, gate: Gate, now: number): string | undefined {
  const { wire, attempt, balancing, seenAt, servingSince, shutdownAt, deletedAt, rebuild } = droplet;
  if (shutdownAt !== undefined || deletedAt !== undefined) return undefined;
  if (isRebuilding(droplet, now)) {
    return now - (rebuild?.at ?? now) < activation ? undefined : `its rebuild did not end within ${activation / 60_000} min`;
  }
  if (rebuild !== undefined && droplet.template !== rebuild.to) return rebuild.isTaken ? "its rebuild failed" : undefined;
  const madeAt = droplet.madeAt ?? rebuild?.at;
  if (wire.status === "new" && droplet.createFailed) return "DigitalOcean failed to create it (its action ended `errored`)";
  if (wire.status === "new") return now - seenAt < activation ? undefined : `it did not become active within ${activation / 60_000} min`;
  if (wire.status !== "active") return madeAt === undefined ? undefined : "it powered itself off";
  if (servingSince === undefined) return attempt !== undefined && verdict(gate, attempt) === "failed" ? attempt.reason : undefined;
  if (isAvailable(droplet, gate, now)) return undefined;
  if (balancing?.isLate === true) return `${balancing.reason} ${gate.deadlineSeconds} s after it began to serve`;
  const hasTurnedBad = attempt !== undefined && attempt.failures >= gate.successThreshold;
  return hasTurnedBad ? `it stopped answering well after it began to serve: ${attempt.reason}` : undefined;
}

/** Whether a Droplet that serves has done so for its bake time, and the load balancer, where there is one, calls it healthy. */
export function isAvailable(droplet: ObservedDroplet, gate: Gate, now: number): boolean {
  const { isBaked, servingSince } = droplet;
  if (isBaked || servingSince === undefined) return isBaked;
  return isSure(droplet) && now - servingSince >= gate.bakeSeconds * 1_000 && !awaitsBalancer(droplet, gate);
}

/** Whether one that is shown to serve does: where neither the state nor this run says so, reads may lag behind what an earlier run did. */
function isSure({ isBaked, servingSince, serveAskedAt, shownAt }: ObservedDroplet): boolean {
  return isBaked || serveAskedAt !== undefined || servingSince === undefined || shownAt - servingSince >= lag;
}

/** Whether it serves, and the load balancer has yet to call it healthy. */
export function awaitsBalancer({ isBaked, servingSince, balancing }: ObservedDroplet, { loadBalancer }: Gate): boolean {
  return loadBalancer !== undefined && !isBaked && servingSince !== undefined && (balancing === undefined || balancing.successes === 0);
}

export function memberOf(droplet: ObservedDroplet, servingTags: readonly string[], gate: Gate, timing: Timing, now: number): Member {
  const { wire, slot, attempt, withdrawal, servingSince, unhealthy, rebuild } = droplet;
  const isMaking = isRebuilding(droplet, now);
  const serving = serves(droplet, servingTags);
  const hasPassed = servingSince !== undefined || (attempt !== undefined && verdict(gate, attempt) === "passed");
  const neverServed = (droplet.madeAt ?? rebuild?.at) !== undefined && servingSince === undefined;
  return {
    id: String(wire.id),
    slot,
    template: isMaking && rebuild !== undefined ? rebuild.to : droplet.template,
    power: isMaking ? "new" : wire.status === "archive" ? "off" : wire.status,
    serving,
    tagged: !serving && wire.status === "active" && withdrawal !== "done" && hasAnyTag(wire.tags, servingTags),
    available: serving && isAvailable(droplet, gate, now),
    unhealthy,
    gate: failureOf(droplet, gate, now) !== undefined ? "failed" : hasPassed ? "passed" : "waiting",
    locked: wire.locked && wire.status !== "new",
    drained: withdrawal !== "asked" && (neverServed || isDrained(droplet, timing, now)),
    ending: endingOf(droplet, timing, now),
  };
}

/** Where this run took no serving tag off, a list without it tells only what was: the service must show so for as long as it may lag behind. */
function isDrained({ withdrawal, idleSince, shownAt }: ObservedDroplet, { drainSeconds }: Timing, now: number): boolean {
  return now - idleSince >= drainSeconds * 1_000 && (withdrawal === "done" || shownAt - idleSince >= lag);
}

function endingOf(droplet: ObservedDroplet, { shutdownSeconds }: Timing, now: number): Member["ending"] {
  // A deletion of which nothing has come is asked for again.
  if (droplet.deletedAt !== undefined) return isDeleting(droplet, now) ? "deleting" : "overdue";
  if (droplet.shutdownAt === undefined) return "no";
  return now - droplet.shutdownAt >= shutdownSeconds * 1_000 ? "overdue" : "shuttingDown";
}

/** How the tags' requests name it. */
export function asResource({ wire }: ObservedDroplet): TaggedResourceWire {
  return { resource_id: String(wire.id), resource_type: "droplet" };
}
