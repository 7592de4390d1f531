import { Agent, get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";

import { useEmulator, type EmulatorUnderTest } from "../helpers/emulator";
import { inMemory, type InMemoryEmulator } from "./inMemory";

interface LoadBalancer {
  readonly id: string;
  readonly ip: string;
  readonly status: string;
  readonly droplet_ids: number[];
}

const rule = { entry_protocol: "http", entry_port: 80, target_protocol: "http", target_port: 8080 };
const check = { protocol: "http", port: 80, path: "/", check_interval_seconds: 3, healthy_threshold: 2, unhealthy_threshold: 2 };
const asked = { name: "web", region: "nyc3", tag: "web", forwarding_rules: [rule], health_check: check };

describe("on virtual time", () => {
  let emulator: InMemoryEmulator;
  beforeEach(() => (emulator = inMemory()));
  afterEach(() => emulator.close());

  async function create(fields: object = {}): Promise<LoadBalancer> {
    const answer = await emulator.call<{ load_balancer: LoadBalancer }>("POST", "/v2/load_balancers", { ...asked, ...fields });
    expect(answer.status).toBe(202);
    return answer.body.load_balancer;
  }

  async function read(id: string): Promise<LoadBalancer> {
    return (await emulator.call<{ load_balancer: LoadBalancer }>("GET", `/v2/load_balancers/${id}`)).body.load_balancer;
  }

  /** The last known health of each Droplet, as the metrics tell it. */
  async function health(id: string): Promise<Record<string, string | undefined>> {
    const window = `start=0&end=${Math.ceil(emulator.clock.now() / 1000)}`;
    const path = `/v2/monitoring/metrics/load_balancer/droplets_health_checks?lb_id=${id}&${window}`;
    const { body } = await emulator.call<{ data: { result: { metric: { droplet_id: string }; values: [number, string][] }[] } }>(
      "GET",
      path,
    );
    return Object.fromEntries(body.data.result.map(({ metric, values }) => [metric.droplet_id, values.at(-1)?.[1]]));
  }

  test("one is new without an address, then active with one", async () => {
    const { id, status, ip } = await create();
    expect([status, ip]).toEqual(["new", ""]);
    await emulator.clock.advance(2000);
    const active = await read(id);
    expect(active).toMatchObject({ status: "active", ip: expect.stringMatching(/^127\./) as string });
    expect(emulator.network.listening().get(active.ip)).toEqual([{ port: 80, kind: "http" }]);
    await emulator.call("DELETE", `/v2/load_balancers/${id}`);
    expect(emulator.network.listening().size).toBe(0);
    expect((await emulator.call("GET", `/v2/load_balancers/${id}`)).status).toBe(404);
  });

  test("TLS that is passed through is forwarded as it comes", async () => {
    const passed = { entry_protocol: "https", entry_port: 443, target_protocol: "https", target_port: 8080, tls_passthrough: true };
    const { id } = await create({ forwarding_rules: [passed] });
    const [a] = await emulator.droplets(["a"], { tags: ["web"] });
    await emulator.clock.advance(60_000);
    expect(await health(id)).toEqual({ [a!]: "1" });
    const { ip } = await read(id);
    expect(emulator.network.listening().get(ip)).toEqual([{ port: 443, kind: "tcp" }]);
    expect(emulator.network.route(ip, 443)).toMatchObject({ port: 8080 });
  });

  test("a Droplet is healthy after so many good checks, and not after so many bad ones", async () => {
    const [a] = await emulator.droplets(["a"], { tags: ["Web"] });
    const { id } = await create();
    await emulator.clock.advance(2000);
    expect(await health(id)).toEqual({ [a!]: "0" });
    await emulator.clock.advance(3000);
    expect(await health(id)).toEqual({ [a!]: "1" });
    await emulator.call("POST", `/v2/droplets/${a!}/actions`, { type: "power_off" });
    await emulator.clock.advance(3000);
    expect(await health(id)).toEqual({ [a!]: "1" });
    await emulator.clock.advance(6000);
    expect(await health(id)).toEqual({ [a!]: "0" });
  });

  test("a change of tags is noticed some seconds late, and only of Droplets in the region", async () => {
    const { id } = await create();
    await emulator.clock.advance(2000);
    const [a] = await emulator.droplets(["a"], { tags: ["web"] });
    await emulator.droplets(["b"], { tags: ["web"], region: "ams3" });
    expect((await read(id)).droplet_ids).toEqual([]);
    await emulator.clock.advance(5000);
    expect((await read(id)).droplet_ids).toEqual([a]);
  });

  test("Droplets by id are added and removed, but not those of another region or beside a tag", async () => {
    const [a, b] = await emulator.droplets(["a", "b"]);
    const [far] = await emulator.droplets(["c"], { region: "ams3" });
    const { id } = await create({ tag: undefined, droplet_ids: [a] });
    const change = async (method: string, droplets: number[]): Promise<number> => {
      return (await emulator.call(method, `/v2/load_balancers/${id}/droplets`, { droplet_ids: droplets })).status;
    };
    expect([await change("POST", [b!]), await change("DELETE", [a!]), await change("POST", [far!])]).toEqual([204, 204, 422]);
    expect((await read(id)).droplet_ids).toEqual([b]);
    expect((await emulator.call("POST", "/v2/load_balancers", { ...asked, droplet_ids: [a] })).status).toBe(422);
  });

  test.each([
    [{ sticky_sessions: { type: "cookies" } }, "`sticky_sessions.type`"],
    [{ type: "GLOBAL" }, "`type`"],
    [{ forwarding_rules: [{ ...rule, entry_protocol: "https" }] }, "`tls_passthrough`"],
    [{ health_check: { protocol: "https" } }, "`health_check.protocol`"],
  ])("%j answers 501 by its name", async (fields, name) => {
    const answer = await emulator.call<{ message: string }>("POST", "/v2/load_balancers", { ...asked, ...fields });
    expect([answer.status, answer.body.message]).toEqual([501, expect.stringContaining(name)]);
  });
});

(process.platform === "linux" ? describe : describe.skip)("on loopback", () => {
  let emulator: EmulatorUnderTest;
  // A port that any user may open.
  const entry = { ...rule, entry_port: 8080 };
  const here = { ...asked, forwarding_rules: [entry], health_check: { ...check, port: 8080 } };
  const instant = { dropletSeconds: 0, loadBalancerSeconds: 0, loadBalancerLagSeconds: 0 };
  beforeEach(async () => (emulator = await useEmulator({ options: instant })));
  afterEach(() => emulator.close());

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
  }

  async function ask(ip: string, agent: Agent | false = false): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = get({ host: ip, port: 8080, agent }, (response) => {
        response.setEncoding("utf8");
        let text = "";
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve(`${response.statusCode ?? 0} ${text.split(" ")[0]?.trim() ?? ""}`));
      });
      request.on("error", reject);
    });
  }

  async function droplets(names: string[]): Promise<number[]> {
    const image = { region: "nyc3", size: "s-1vcpu-1gb", image: "debian-13-x64", tags: ["web"] };
    const { body } = await emulator.call<{ droplets: { id: number }[] }>("POST", "/v2/droplets", { names, ...image });
    return body.droplets.map(({ id }) => id);
  }

  async function balancer(fields: object = {}): Promise<string> {
    const made = await emulator.call<{ load_balancer: LoadBalancer }>("POST", "/v2/load_balancers", { ...here, ...fields });
    const path = `/v2/load_balancers/${made.body.load_balancer.id}`;
    let ip = "";
    await until(async () => (ip = (await emulator.call<{ load_balancer: LoadBalancer }>("GET", path)).body.load_balancer.ip) !== "");
    return ip;
  }

  test("requests go to each healthy Droplet in turn, and to the rest once one is untagged", async () => {
    const [a] = await droplets(["a", "b"]);
    const ip = await balancer();
    expect(await ask(ip)).toBe("503 No");
    await until(async () => {
      await emulator.control("clock", { advanceSeconds: 3 });
      return (await ask(ip)) === "200 a" && (await ask(ip)) === "200 b";
    });
    expect(new Set([await ask(ip), await ask(ip)])).toEqual(new Set(["200 a", "200 b"]));
    const keepAlive = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(new Set([await ask(ip, keepAlive), await ask(ip, keepAlive)])).toEqual(new Set(["200 a", "200 b"]));
    await emulator.call("DELETE", "/v2/tags/web/resources", { resources: [{ resource_id: String(a), resource_type: "droplet" }] });
    await emulator.control("clock", { advanceSeconds: 1 });
    await until(async () => (await ask(ip)) === "200 b" && (await ask(ip)) === "200 b");
    expect([await ask(ip, keepAlive), await ask(ip, keepAlive)]).toEqual(["200 b", "200 b"]);
    keepAlive.destroy();
  });

  test("a client's connection is kept without a request for as long as the load balancer says", async () => {
    const ip = await balancer();
    const { body } = await emulator.call<{ load_balancers: { http_idle_timeout_seconds: number }[] }>("GET", "/v2/load_balancers");
    const keepAlive = new Agent({ keepAlive: true });
    const [response] = (await once(get({ host: ip, port: 8080, agent: keepAlive }), "response")) as [IncomingMessage];
    response.resume();
    expect(response.headers["keep-alive"]).toBe(`timeout=${body.load_balancers[0]!.http_idle_timeout_seconds}`);
    keepAlive.destroy();
  });

  test("a TCP connection stays open to its Droplet after that is untagged", async () => {
    const [a] = await droplets(["a"]);
    const tcp = { entry_protocol: "tcp", entry_port: 2222, target_protocol: "tcp", target_port: 8080 };
    const ip = await balancer({ forwarding_rules: [entry, tcp] });
    await until(async () => {
      await emulator.control("clock", { advanceSeconds: 3 });
      return (await ask(ip)) === "200 a";
    });
    const socket = connect(2222, ip);
    socket.write("GET / HTTP/1.1\r\nhost: web\r\n\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200/);
    await emulator.call("DELETE", "/v2/tags/web/resources", { resources: [{ resource_id: String(a), resource_type: "droplet" }] });
    await until(async () => {
      await emulator.control("clock", { advanceSeconds: 1 });
      return (await ask(ip)) === "503 No";
    });
    expect(socket.readyState).toBe("open");
    const refused = connect(2222, ip);
    await once(refused, "close");
    socket.destroy();
  });
});
