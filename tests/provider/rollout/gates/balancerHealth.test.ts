import type { HealthCheck, LoadBalancersApi } from "../../../../provider/api/api";
import { ApiError } from "../../../../provider/api/errors";
import { BalancerHealth } from "../../../../provider/rollout/gates/balancerHealth";
import type { Gate } from "../../../../provider/rollout/gates/gate";
import type { ObservedDroplet } from "../../../../provider/rollout/observedDroplet";
import { VirtualClock } from "../../../../virtual/virtualClock";
import { wireOf } from "../recordedApi";

const gate: Gate = {
  ...{
    loadBalancer: "lb",
    address: "public",
    successThreshold: 2,
    intervalSeconds: 2,
    timeoutSeconds: 5,
    deadlineSeconds: 30,
    bakeSeconds: 0,
  },
};

function serving(id: number, servingSince: number | undefined): ObservedDroplet {
  return { wire: wireOf(id), servingSince, balancing: undefined } as ObservedDroplet;
}

/** A load balancer that says this of its Droplets. */
function balancer(answer: () => ReadonlyMap<string, HealthCheck> | Error) {
  const clock = new VirtualClock(1_000_000);
  const asked: [id: string, since: number, until: number][] = [];
  const health: LoadBalancersApi["health"] = (id, since, until) => {
    asked.push([id, since, until]);
    const answered = answer();
    return answered instanceof Error ? Promise.reject(answered) : Promise.resolve(answered);
  };
  const api: LoadBalancersApi = { get: () => Promise.resolve(undefined), health };
  const asking = new BalancerHealth(gate, api, clock, new AbortController().signal, () => undefined);
  const ask = async (...droplets: ObservedDroplet[]): Promise<void> => {
    asking.askDue(droplets);
    await clock.advance(0);
  };
  return { clock, asked, asking, ask };
}

test("asks for all that serve by one request, no more often than every 5 s", async () => {
  const { clock, asked, asking, ask } = balancer(() => new Map());
  const droplets = [serving(1, 999_000), serving(2, 999_000), serving(3, undefined)];
  expect(asking.nextDue(droplets.slice(2))).toBe(Infinity);
  await ask(...droplets);
  await clock.advance(4_999);
  await ask(...droplets);
  expect([asked, asking.nextDue(droplets)]).toEqual([[["lb", 700_000, 1_000_000]], 1_005_000]);
  await clock.advance(1);
  await ask(...droplets);
  expect(asked).toHaveLength(2);
});

test("takes the word of a check since the Droplet serves, and none from before a rebuild", async () => {
  const { ask } = balancer(() => new Map([1, 2, 3].map((id) => [String(id), { at: 990_000, isHealthy: id !== 2 }])));
  const [good, bad, rebuilt, unknown] = [serving(1, 990_700), serving(2, 980_000), serving(3, 991_000), serving(4, 980_000)];
  await ask(good, bad, rebuilt, unknown);
  expect([good, bad, rebuilt, unknown].map(({ balancing }) => [balancing?.successes, balancing?.failures])).toEqual([
    ...[
      [1, 0],
      [0, 1],
    ],
    ...[
      [0, 0],
      [0, 0],
    ],
  ]);
  expect(bad.balancing?.reason).toBe("load balancer lb calls it unhealthy");
});

test("lets a failure that may pass, pass, and tells of any other", async () => {
  const failure = (status: number) =>
    new ApiError({ method: "GET", url: "https://api.example.com/v2/monitoring", status, id: "", text: "no" });
  let status = 503;
  const { clock, asking, ask } = balancer(() => failure(status));
  await ask(serving(1, 0));
  expect(asking.failure).toBeUndefined();
  status = 403;
  await clock.advance(5_000);
  await ask(serving(1, 0));
  expect(asking.failure?.message).toMatch(/^`gate\.loadBalancer` can't be asked for the health of its Droplets: /);
});
