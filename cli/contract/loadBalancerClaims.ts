import { isIPv4 } from "node:net";
import type { Answer } from "./account";
import type { Claim } from "./claim";
import { cannotTell, seenGone, seenStatus, seenValues } from "./seen";
import { demand, uuidIn, type Stage } from "./stage";

interface LoadBalancerWire {
  readonly id: string;
  readonly ip?: string;
  readonly status: string;
  readonly droplet_ids: readonly number[];
}

/** What the metrics say of one Droplet. */
interface HealthWire {
  readonly metric: Readonly<Record<string, string | undefined>>;
  readonly values: readonly (readonly [at: unknown, value: unknown])[];
}

const collection = "/v2/load_balancers";
/** How late a load balancer may notice a tag that was taken off: a fleet's Droplet goes on running as long. */
const drainSeconds = 10;
/** How long a change of a Droplet's health may take to show. */
const healthSeconds = 300;
const noAnswer = ({ imagePort }: Stage) =>
  cannotTell(`no value above 0 for ${healthSeconds} s: the image may not answer on port ${imagePort}`);

/** What holds of load balancers and of what they say of their Droplets' health, in the order in which they are played. */
export const loadBalancerClaims: readonly Claim[] = [
  {
    id: "loadBalancer.post",
    claim: "POST of a load balancer is answered 202 with status `new`, its tag and its VPC, and no address yet.",
    source: "documented: loadBalancers_create",
    play: async (stage) => {
      const { status: answered, body } = await loadBalancerAnswer(stage);
      const balancer = (body?.["load_balancer"] ?? {}) as Partial<LoadBalancerWire> & { readonly region?: { readonly slug: string } };
      const vpc = (await stage.vpc()) ?? (await stage.defaultVpcs())[0];
      return seenValues(
        { answered, ...balancer, region: balancer.region?.slug, ip: balancer.ip ?? "" },
        { answered: 202, status: "new", ip: "", tag: servingTag(stage), region: stage.region, vpc_uuid: vpc },
      );
    },
  },
  {
    id: "loadBalancer.active",
    claim: "A load balancer becomes `active`, and has an IPv4 address then.",
    source: "documented: loadBalancers_get",
    play: async (stage) => {
      const { status, ip } = await read(stage, await loadBalancer(stage));
      return { holds: status === "active" && isIPv4(ip ?? ""), evidence: `${status}, ${ip || "no address"}` };
    },
  },
  {
    id: "loadBalancer.firewall",
    claim: "A firewall's rule admits a load balancer by its id, and reads back so.",
    source: "documented: firewalls_create",
    play: async (stage) => {
      const sources = { load_balancer_uids: [await loadBalancer(stage)] };
      const inbound = [{ protocol: "tcp", ports: "80", sources }];
      const { status, body } = await stage.make("firewall", "/v2/firewalls", { name: `${stage.run}-balanced`, inbound_rules: inbound });
      const { inbound_rules: [rule] = [] } = (body?.["firewall"] ?? {}) as {
        readonly inbound_rules?: readonly { readonly sources: object }[];
      };
      return seenValues({ status, ...rule?.sources }, { status: 202, ...sources });
    },
  },
  {
    id: "loadBalancer.tagOrIds",
    claim: "A load balancer with a tag and with ids of Droplets is refused with 422.",
    source: "documented: loadBalancers_update; the status is assumed",
    play: async (stage) => {
      const id = await loadBalancer(stage);
      return seenStatus(await stage.ask("PUT", `${collection}/${id}`, { ...wanted(stage), droplet_ids: [await stage.droplet()] }), 422);
    },
  },
  {
    id: "loadBalancer.tagged",
    claim: `A load balancer takes in a Droplet that gets its tag within ${drainSeconds} s.`,
    source: "assumed: some seconds late",
    play: async (stage) => {
      const [id, droplet] = [await loadBalancer(stage), await stage.droplet()];
      const isAlone = !(await read(stage, id)).droplet_ids.includes(droplet);
      const { after } = await tagged(stage);
      return { holds: isAlone && after <= drainSeconds, evidence: `${isAlone ? "" : "taken in before it had the tag, "}after ${after} s` };
    },
  },
  {
    id: "loadBalancer.labels",
    claim: "The health checks' metrics have a row for each Droplet, labelled `lb_id` and `droplet_id`, with seconds and texts as values.",
    source: "assumed: the schema names `lb_id` alone",
    play: async (stage) => {
      const [id, droplet] = [await loadBalancer(stage), await stage.droplet()];
      await tagged(stage);
      const seen = await stage.within(healthSeconds, async () => (await health(stage)).find(({ values }) => values.length > 0));
      if (seen === undefined) return cannotTell(`no row for ${healthSeconds} s`);
      const { metric, values } = seen.found;
      const areValues = values.every(([at, value]) => Number.isInteger(at) && typeof value === "string");
      const holds = metric["lb_id"] === id && metric["droplet_id"] === String(droplet) && areValues;
      return { holds, evidence: `${JSON.stringify(metric)} ${JSON.stringify(values.at(-1))} after ${seen.after} s` };
    },
  },
  {
    id: "loadBalancer.healthy",
    claim: "The last value of a Droplet that passes its checks is above 0.",
    source: "assumed",
    play: async (stage) => {
      const passed = await healthy(stage);
      return passed === undefined ? noAnswer(stage) : { holds: true, evidence: `${passed.found} after ${passed.after} s` };
    },
  },
  {
    id: "loadBalancer.unhealthy",
    claim: "The last value of a Droplet that fails its checks is 0.",
    source: "assumed",
    play: async (stage) => {
      if ((await healthy(stage)) === undefined) return noAnswer(stage);
      const droplet = await stage.droplet();
      demand(await stage.act(droplet, { type: "power_off" }), 201);
      let value: unknown;
      const failed = await stage.within(healthSeconds, async () => Number((value = await lastValue(stage))) === 0 || undefined);
      demand(await stage.act(droplet, { type: "power_on" }), 201);
      return { holds: failed !== undefined, evidence: `${String(value)} after ${failed?.after ?? healthSeconds} s` };
    },
  },
  {
    id: "loadBalancer.untagged",
    claim: `A load balancer lets go of a Droplet that loses its tag within ${drainSeconds} s.`,
    source: "assumed: some seconds late",
    switch: "loadBalancerLagSeconds",
    play: async (stage) => {
      const [id, droplet] = [await loadBalancer(stage), await stage.droplet()];
      await tagged(stage);
      demand(await stage.ask("DELETE", `/v2/tags/${servingTag(stage)}/resources`, serving(droplet)), 204);
      const gone = await stage.within(healthSeconds, async () => !(await read(stage, id)).droplet_ids.includes(droplet) || undefined);
      const after = gone?.after ?? healthSeconds;
      return { holds: after <= drainSeconds, evidence: `${gone === undefined ? "not " : ""}after ${after} s` };
    },
  },
  {
    id: "loadBalancer.delete",
    claim: "DELETE of a load balancer is answered 204, and a second one 404 once it is gone.",
    source: "documented: loadBalancers_delete",
    play: async (stage) => seenGone(stage, `${collection}/${await loadBalancer(stage)}`),
  },
];

const servingTag = (stage: Stage): string => `${stage.run}-serving`;
const serving = (droplet: number): object => ({ resources: [{ resource_id: String(droplet), resource_type: "droplet" }] });

/** Every claim is played with this one: each load balancer costs. Its check asks for what the image answers. */
function wanted(stage: Stage): object {
  return {
    ...{ name: stage.run, region: stage.region, tag: servingTag(stage) },
    forwarding_rules: [{ entry_protocol: "http", entry_port: 80, target_protocol: "http", target_port: 80 }],
    health_check: {
      ...{ protocol: "tcp", port: stage.imagePort, check_interval_seconds: 3, response_timeout_seconds: 3 },
      ...{ healthy_threshold: 2, unhealthy_threshold: 2 },
    },
  };
}

function loadBalancerAnswer(stage: Stage): Promise<Answer> {
  return stage.once("loadBalancerAnswer", async () => {
    demand(await stage.make("tag", "/v2/tags", { name: servingTag(stage) }), 201);
    return stage.make("loadBalancer", collection, { ...wanted(stage), vpc_uuid: await stage.vpc() });
  });
}

/** The id of the run's load balancer, once it is no longer new. */
export function loadBalancer(stage: Stage): Promise<string> {
  return stage.once("loadBalancer", async () => {
    const id = uuidIn(demand(await loadBalancerAnswer(stage), 202), "load_balancer");
    await stage.until(`${collection}/${id}`, "load_balancer", ({ status }) => status !== "new");
    return id;
  });
}

async function read(stage: Stage, id: string): Promise<LoadBalancerWire> {
  return demand(await stage.ask("GET", `${collection}/${id}`), 200)?.["load_balancer"] as LoadBalancerWire;
}

/** Tags the Droplet; resolves once the load balancer has it, to how many seconds that took. */
function tagged(stage: Stage): Promise<{ readonly after: number }> {
  return stage.once("tagged", async () => {
    const [id, droplet] = [await loadBalancer(stage), await stage.droplet()];
    demand(await stage.ask("POST", `/v2/tags/${servingTag(stage)}/resources`, serving(droplet)), 204);
    const taken = await stage.within(healthSeconds, async () => (await read(stage, id)).droplet_ids.includes(droplet) || undefined);
    if (taken === undefined) throw new Error(`The load balancer didn't take in the tagged Droplet for ${healthSeconds} s.`);
    return taken;
  });
}

/** The first value that says that the Droplet passes its checks, and when it came. */
function healthy(stage: Stage): Promise<{ readonly found: string; readonly after: number } | undefined> {
  return stage.once("healthy", async () => {
    await tagged(stage);
    return stage.within(healthSeconds, async () => {
      const value = String(await lastValue(stage));
      return Number(value) > 0 ? value : undefined;
    });
  });
}

async function health(stage: Stage): Promise<readonly HealthWire[]> {
  const now = Math.floor(stage.now() / 1_000);
  const query = `lb_id=${await loadBalancer(stage)}&start=${now - healthSeconds}&end=${now}`;
  const body = demand(await stage.ask("GET", `/v2/monitoring/metrics/load_balancer/droplets_health_checks?${query}`), 200);
  return (body?.["data"] as { readonly result: readonly HealthWire[] }).result;
}

/** What the one row says last. */
async function lastValue(stage: Stage): Promise<unknown> {
  const values = (await health(stage)).flatMap((row) => row.values);
  return [...values].sort(([a], [b]) => Number(a) - Number(b)).at(-1)?.[1];
}
