import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createEmulator } from "../../emulator/emulator";
import { seededRandom } from "../../emulator/ids";
import { LoopbackNetwork } from "../../emulator/network";
import { createApi } from "../../provider/api/digitalOcean";
import type { Call } from "../../provider/host/resource";
import { createContext } from "../../provider/providerContext";
import { fleet } from "../../provider/resources/fleet/fleet";
import type { FleetInputs } from "../../provider/resources/fleet/fleetState";
import type { Clock } from "../../provider/world";
import { throwawayPublicKey } from "../../cli/demo/sshKey";

/** Provider and emulator live so many times as fast as the clients: what takes minutes takes seconds, in the same order. */
const speed = 20;
const began = Date.now();
const clock: Clock = {
  now: () => began + (Date.now() - began) * speed,
  sleep: (milliseconds, signal) => sleep(milliseconds / speed, undefined, { signal }),
};
const endpoint = "https://api.test";
const token = "dop_v1_test";

/** DigitalOcean with Droplets and load balancers on sockets of this machine, and a provider that asks it. */
function start(loadBalancerLagSeconds: number) {
  const network = new LoopbackNetwork(Math.random, () => undefined);
  const source = { request: () => Promise.reject(new Error("There is nothing to import.")) };
  const seed = {
    sshKeys: [{ name: "key", publicKey: throwawayPublicKey() }],
    images: ["a", "b"].map((digit, at) => ({ name: `web-${at + 1}`, regions: ["ams3"], sha256: digit.repeat(64) })),
  };
  const options = { requestsPerMinute: 100_000, requestsPerHour: 1_000_000, loadBalancerLagSeconds };
  const emulator = createEmulator({ clock, random: seededRandom(1), source, network, token, options, seed });
  const noProbe = () => Promise.reject(new Error("The load balancer alone is the gate."));
  const world = { clock, random: Math.random, send: (request: Request) => emulator.fetch(request), probe: { http: noProbe, tcp: noProbe } };
  const context = createContext({ api: createApi({ token, endpoint, world }), world, namespace: "" });
  const ask = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const request = new Request(`${endpoint}${path}`, { method, headers, body: body && JSON.stringify(body) });
    return (await (await emulator.fetch(request)).json()) as Body;
  };
  const stop = async (): Promise<void> => {
    emulator.close();
    await network.closeAll();
  };
  return { context, ask, stop };
}

/** What clients got, by the words of the Droplet that answered; and what failed. */
interface Load {
  readonly answered: Map<string, number>;
  readonly failed: string[];
  readonly asked: () => number;
  readonly stop: () => Promise<void>;
}

/** 200 requests a second: one half over connections that are kept, the other over one of its own each. */
function load(host: string): Load {
  const kept = new Agent({ keepAlive: true });
  const answered = new Map<string, number>();
  const failed: string[] = [];
  const asking: Promise<void>[] = [];
  const ended = new AbortController();
  const ask = async (agent: Agent | false): Promise<void> => {
    const text = await new Promise<string>((resolve) => {
      get({ host, port: 8080, agent }, (response) => {
        const chunks: string[] = [];
        response.setEncoding("utf8").on("data", (chunk: string) => {
          chunks.push(chunk);
        });
        response.on("end", () => resolve(response.statusCode === 200 ? chunks.join("") : `failed: ${response.statusCode}`));
        response.on("error", (error) => resolve(`failed: ${error.message}`));
      }).on("error", (error) => resolve(`failed: ${error.message}`));
    });
    if (text.startsWith("failed")) failed.push(text);
    else answered.set(text, (answered.get(text) ?? 0) + 1);
  };
  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      for (let at = 0; at < 5; at += 1) asking.push(ask(kept), ask(false));
      await sleep(50);
    }
  };
  const running = run();
  const stop = async (): Promise<void> => {
    ended.abort();
    await running;
    await Promise.all(asking);
    kept.destroy();
  };
  return { answered, failed, asked: () => asking.length, stop };
}

/** Rolls two Droplets from one image to the other behind a load balancer that is asked all the while. */
async function rolled({ drainSeconds, lateSeconds }: { readonly drainSeconds: number; readonly lateSeconds: number }): Promise<Load> {
  const { context, ask, stop } = start(lateSeconds);
  const balancer = await ask<{ load_balancer: { id: string } }>("POST", "/v2/load_balancers", {
    ...{ name: "web", region: "ams3", tag: "web" },
    forwarding_rules: [{ entry_protocol: "http", entry_port: 8080, target_protocol: "http", target_port: 8080 }],
    health_check: { protocol: "http", port: 8080, path: "/", check_interval_seconds: 3, healthy_threshold: 2, unhealthy_threshold: 3 },
  });
  const { id: loadBalancer } = balancer.load_balancer;
  const { images } = await ask<{ images: { id: number }[] }>("GET", "/v2/images?private=true");
  const { ssh_keys: keys } = await ask<{ ssh_keys: { fingerprint: string }[] }>("GET", "/v2/account/keys");
  const gate = { loadBalancer, address: "public", successThreshold: 2, intervalSeconds: 1, deadlineSeconds: 600, timeoutSeconds: 5 };
  const inputs = (image: number): FleetInputs => ({
    ...{ image: String(images[image]!.id), region: "ams3", size: "s-1vcpu-1gb", count: 2, sshKeys: [keys[0]!.fingerprint], name: "web" },
    ...{ servingTags: ["web"], gate: { ...gate, bakeSeconds: 0 } },
    rollout: { maxSurge: "1", maxUnavailable: "0", maxFailures: "0", drainSeconds, shutdownSeconds: 10 },
  });
  const ignored = () => undefined;
  const { signal } = new AbortController();
  const call: Call = {
    urn: "urn:pulumi:dev::shop::imagefleet:index:Fleet::web",
    signal,
    progress: () => true,
    warn: ignored,
    info: ignored,
  };

  const { id, state } = await fleet.create(inputs(0), context, call);
  const { ip } = (await ask<{ load_balancer: { ip: string } }>("GET", `/v2/load_balancers/${loadBalancer}`)).load_balancer;
  const requests = load(ip);
  await fleet.update(id, state, inputs(1), context, call);
  const before = requests.asked();
  while (requests.asked() < before + 50) await sleep(10);
  await requests.stop();
  await stop();
  return requests;
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

test("a roll behind a load balancer loses no request on real connections, kept or not", async () => {
  const { answered, failed, asked } = await rolled({ drainSeconds: 10, lateSeconds: 5 });

  expect(failed).toEqual([]);
  expect(sum(answered.values())).toBe(asked());
  expect([...answered.keys()].map((text) => /web-\d/.exec(text.replace(/^\S+/, ""))?.[0]).sort()).toEqual([
    ...["web-1", "web-1", "web-2", "web-2"],
  ]);
});

test("and loses some where nothing drains, for the load balancer notices late", async () => {
  const { answered, failed, asked } = await rolled({ drainSeconds: 0, lateSeconds: 30 });

  expect(failed.length).toBeGreaterThan(0);
  expect(sum(answered.values()) + failed.length).toBe(asked());
});
