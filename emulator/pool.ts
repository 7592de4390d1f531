import type { Target } from "./balancing";
import type { Cloud } from "./cloud";
import type { ForwardingRule, HealthCheck } from "./routes/balancerRules";
import type { DropletRow } from "./routes/droplets";
import { hasTag } from "./routes/tags";
import type { Team } from "./team";

/** The Droplets behind a load balancer, and what it forwards to them. */
export interface Pool {
  readonly address: string;
  readonly regionSlug: string;
  readonly vpcUuid: string;
  /** Chooses the Droplets unless empty. */
  tag: string;
  dropletIds: readonly number[];
  rules: readonly ForwardingRule[];
  check: HealthCheck;
  /** The Droplets that the load balancer knows of, by id. */
  readonly members: Map<number, Member>;
  /** Counts connections, for the round robin. */
  turn: number;
  isClosed: boolean;
}

interface Member {
  readonly droplet: DropletRow;
  isHealthy: boolean;
  /** Checks in a row whose result differs from `isHealthy`. */
  differing: number;
  /** The state after each check, with the time in seconds since the epoch. */
  readonly history: [at: number, isHealthy: boolean][];
}

/** Each pool's current run: a restart or a stop ends the one before. */
const runs = new WeakMap<Pool, object>();

/** Opens a pool's ports, looks for its Droplets and checks them, until it is closed. */
export function startPool(cloud: Cloud, team: Team, pool: Pool): void {
  const run = {};
  runs.set(pool, run);
  const repeat = (seconds: () => number, work: () => void): void => {
    const step = (): void => {
      if (runs.get(pool) !== run) return;
      work();
      cloud.scheduler.at(cloud.clock.now() + seconds() * 1000, step);
    };
    step();
  };
  for (const { entry_protocol, entry_port, target_port } of pool.rules) {
    const kind = entry_protocol === "http" ? "http" : "tcp";
    cloud.network.forward(pool.address, { port: entry_port, kind }, () => nextTarget(pool, target_port));
  }
  repeat(
    () => Math.max(cloud.options.loadBalancerLagSeconds, shortestLagSeconds),
    () => findMembers(team, pool),
  );
  repeat(
    () => pool.check.check_interval_seconds,
    () => checkMembers(cloud, pool),
  );
}

const shortestLagSeconds = 0.1;

/** Closes a pool's ports. Open connections end. */
export function closePool(cloud: Cloud, pool: Pool): void {
  runs.delete(pool);
  cloud.network.close(pool.address);
}

/** Drops the members that the list of ids no longer names. */
export function forgetMembers(pool: Pool): void {
  for (const id of pool.members.keys()) if (!pool.dropletIds.includes(id)) pool.members.delete(id);
}

/** Takes in the Droplets that have been tagged, and drops those that have not the tag any more or don't exist. */
function findMembers(team: Team, pool: Pool): void {
  const chosen = team.droplets.all().filter((droplet) => {
    const wanted = pool.tag === "" ? pool.dropletIds.includes(droplet.id) : hasTag(droplet, pool.tag);
    return wanted && droplet.regionSlug === pool.regionSlug && droplet.vpcUuid === pool.vpcUuid;
  });
  for (const id of [...pool.members.keys()]) if (!chosen.some((droplet) => droplet.id === id)) pool.members.delete(id);
  for (const droplet of chosen) {
    if (!pool.members.has(droplet.id)) pool.members.set(droplet.id, { droplet, isHealthy: false, differing: 0, history: [] });
  }
}

function checkMembers(cloud: Cloud, pool: Pool): void {
  const { protocol, port, path, response_timeout_seconds: timeoutSeconds } = pool.check;
  for (const member of pool.members.values()) {
    const probe = { address: member.droplet.privateAddress, port, protocol, path, timeoutSeconds };
    void cloud.network.probe(probe).then((passes) => record(pool.check, member, passes, cloud.clock.now()));
  }
}

function record({ healthy_threshold, unhealthy_threshold }: HealthCheck, member: Member, passes: boolean, now: number): void {
  member.differing = passes === member.isHealthy ? 0 : member.differing + 1;
  if (member.differing >= (passes ? healthy_threshold : unhealthy_threshold)) {
    member.isHealthy = passes;
    member.differing = 0;
  }
  member.history.push([Math.floor(now / 1000), member.isHealthy]);
}

function nextTarget(pool: Pool, port: number): Target | undefined {
  const healthy = [...pool.members.values()].filter((member) => member.isHealthy);
  pool.turn += 1;
  const member = healthy[pool.turn % healthy.length];
  return member && { address: member.droplet.privateAddress, port };
}
