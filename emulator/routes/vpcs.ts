import { notFound, page } from "../answers";
import { regionSlugs } from "../catalog";
import { timestamp } from "../clock";
import type { Ids } from "../ids";
import type { Route } from "../route";
import type { Team } from "../team";

/** A VPC as the API shows it. */
export interface VpcRow {
  readonly id: string;
  readonly urn: string;
  readonly name: string;
  readonly description: string;
  readonly region: string;
  readonly ip_range: string;
  readonly created_at: string;
  readonly default: boolean;
}

/** Gives a team its default VPC in every region. */
export function addDefaultVpcs(team: Team, ids: Ids, now: number): void {
  for (const [at, region] of regionSlugs.entries()) {
    const id = ids.uuid();
    const ipRange = `10.${100 + at}.0.0/20`;
    const name = `default-${region}`;
    team.vpcs.add({ id, urn: `do:vpc:${id}`, name, description: "", region, ip_range: ipRange, created_at: timestamp(now), default: true });
  }
}

export const vpcRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/vpcs", scope: "vpc:read", handle: (call) => page(call, "vpcs", call.team.vpcs.list(call.now), (vpc) => vpc) },
  {
    method: "GET",
    path: "/v2/vpcs/:id",
    scope: "vpc:read",
    handle: ({ team, params, now }) => {
      const vpc = team.vpcs.read(params.id ?? "", now);
      if (vpc === undefined) throw notFound();
      return { status: 200, body: { vpc } };
    },
  },
];
