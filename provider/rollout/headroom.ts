import type { Api } from "../api/api";

/** What a change of one fleet needs of the account's Droplet limit. */
export interface Demand {
  readonly urn: string;
  /** Droplets that the fleet has now. */
  readonly existing: number;
  readonly count: number;
  /** Droplets beyond the count that may exist during the change; 0 where nothing is replaced. */
  readonly surge: number;
}

/** What an account has, and by the fleet's URN what the fleets that were previewed so far need beyond that. */
export interface AccountUse {
  readonly api: Pick<Api, "account">;
  readonly dropletDemands: Map<string, number>;
  dropletTotal(this: void, signal: AbortSignal): Promise<number>;
}

/** What is wrong with it, at most one of the two, a finished sentence. */
export interface Headroom {
  /** The fleet alone doesn't fit beside what the account has. */
  readonly fault?: string;
  /** The fleets that were previewed so far don't fit together. */
  readonly warning?: string;
}

/** Adds this fleet to those that were previewed so far. */
export async function headroomOf(
  { urn, existing, count, surge }: Demand,
  { api, dropletDemands: demands, dropletTotal }: AccountUse,
  signal: AbortSignal,
): Promise<Headroom> {
  const more = count + surge - existing;
  demands.set(urn, more);
  if (more <= 0) return {};
  const [{ droplet_limit: limit }, total] = await Promise.all([api.account(signal), dropletTotal(signal)]);
  const free = Math.max(0, limit - total);
  const has = `the account has ${total} of its limit of ${limit} Droplets`;
  if (more > free) {
    const size = surge === 0 ? `${count} Droplets` : `${count} Droplets and ${surge} more during the change (\`rollout.maxSurge\`)`;
    const fault =
      `\`count\` must fit within the account's Droplet limit: the fleet needs ${size}, ${existing} of them exist, and ${has}. ` +
      "Ask DigitalOcean for a higher limit, or lower `count` or `rollout.maxSurge`.";
    return { fault };
  }
  const sum = [...demands.values()].filter((demand) => demand > 0).reduce((one, other) => one + other, 0);
  if (sum <= free) return {};
  const warning =
    `The ${demands.size} fleets previewed so far need ${sum} more Droplets at the same time, but ${has}. ` +
    "The run may have to wait for Droplets to be deleted: ask DigitalOcean for a higher limit, or lower `rollout.maxSurge`.";
  return { warning };
}
