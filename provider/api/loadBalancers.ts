import type { LoadBalancersApi } from "./api";
import type { Client } from "./client";
import { path } from "./paths";
import type { LoadBalancerWire, MetricsWire } from "./wire";

export function loadBalancersApi(client: Client): LoadBalancersApi {
  return {
    get: async (id, signal) => (await client.find(path`/v2/load_balancers/${id}`, "load_balancer", signal)) as LoadBalancerWire | undefined,

    health: async (id, since, until, signal) => {
      const query = new URLSearchParams({ lb_id: id, start: seconds(since), end: seconds(until) });
      const call = { method: "GET", path: `/v2/monitoring/metrics/load_balancer/droplets_health_checks?${query.toString()}` } as const;
      const { result } = (await client.read({ ...call, priority: "background" }, "data", signal)) as MetricsWire;
      return new Map(
        result.flatMap(({ metric: { droplet_id: droplet }, values }) => {
          const latest = values.reduce<MetricsWire["result"][number]["values"][number] | undefined>(
            (last, value) => (last !== undefined && last[0] > value[0] ? last : value),
            undefined,
          );
          return droplet === undefined || latest === undefined
            ? []
            : [[droplet, { at: latest[0] * 1_000, isHealthy: Number(latest[1]) > 0 }] as const];
        }),
      );
    },
  };
}

function seconds(milliseconds: number): string {
  return String(Math.floor(milliseconds / 1_000));
}
