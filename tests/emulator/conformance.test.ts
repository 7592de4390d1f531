import { routes } from "../../emulator/routes";
import { validateAnswer, validateLog } from "../helpers/conformance";
import { inMemory, publicKey, type InMemoryEmulator } from "./inMemory";

/** Uses every route once at least, and meets the usual refusals. */
async function useEverything(emulator: InMemoryEmulator): Promise<void> {
  const { call, clock } = emulator;
  const keyId = await emulator.key();
  await call("POST", "/v2/account/keys", { name: "twice", public_key: publicKey });
  for (const path of ["/v2/account", "/v2/account/keys", `/v2/account/keys/${keyId}`, "/v2/regions", "/v2/sizes?per_page=5&page=2"])
    await call("GET", path);
  await call("PUT", `/v2/account/keys/${keyId}`, { name: "you" });

  const imageId = await emulator.image(["nyc3", "atl1"], { tags: ["web"], description: "d", distribution: "Debian" });
  emulator.files.set("http://127.0.0.1/none", null);
  const failed = await emulator.image(["nyc3"], { url: "http://127.0.0.1/none" });
  const action = await call<{ action: { id: number } }>("POST", `/v2/images/${imageId}/actions`, { type: "transfer", region: "fra1" });
  for (const path of ["", "?private=true&per_page=1", `/${imageId}`, `/${failed}`, "/debian-13-x64", "/1"])
    await call("GET", `/v2/images${path}`);
  await call("GET", `/v2/images/${imageId}/actions`);
  await call("GET", `/v2/images/${imageId}/actions/${action.body.action.id}`);
  await call("POST", `/v2/images/${imageId}/actions`, { type: "transfer", region: "fra1" });
  await call("PUT", `/v2/images/${imageId}`, { name: "new", distribution: "Plan 9" });
  for (const path of ["/v2/actions", `/v2/actions/${action.body.action.id}`, "/v2/actions/1"]) await call("GET", path);

  const ids = await emulator.droplets(["a", "b", "c"], { image: imageId, ssh_keys: [keyId], tags: ["web", "env:prod"] });
  await call("POST", "/v2/droplets", { name: "d", region: "nyc3", size: "s-1vcpu-1gb", image: imageId, ssh_keys: [keyId] });
  await call("POST", "/v2/droplets", { name: "d", region: "nyc3", size: "s-1vcpu-1gb", image: 1 });
  for (const path of ["", `/${ids[0]!}`, "/1", "?tag_name=web&per_page=2"]) await call("GET", `/v2/droplets${path}`);
  const shutdown = await call<{ action: { id: number } }>("POST", `/v2/droplets/${ids[0]!}/actions`, { type: "shutdown" });
  await call("POST", `/v2/droplets/${ids[0]!}/actions`, { type: "shutdown" });
  await call("POST", `/v2/droplets/${ids[1]!}/actions`, { type: "enable_magic" });
  await clock.advance(1000);
  await call("GET", `/v2/droplets/${ids[0]!}/actions`);
  await call("GET", `/v2/droplets/${ids[0]!}/actions/${shutdown.body.action.id}`);
  await call("POST", "/v2/droplets/actions?tag_name=web", { type: "snapshot", name: "s" });
  await clock.advance(1000);

  await call("POST", "/v2/tags", { name: "extra" });
  await call("POST", "/v2/tags", { name: "not a tag" });
  const resources = { resources: [{ resource_id: String(imageId), resource_type: "image" }] };
  await call("POST", "/v2/tags/extra/resources", resources);
  for (const path of ["/v2/tags", "/v2/tags/extra", "/v2/tags/web", "/v2/tags/none"]) await call("GET", path);
  await call("DELETE", "/v2/tags/extra/resources", resources);
  await call("DELETE", "/v2/tags/extra");
  const vpcs = await call<{ vpcs: { id: string }[] }>("GET", "/v2/vpcs?per_page=200");
  await call("GET", `/v2/vpcs/${vpcs.body.vpcs[0]!.id}`);

  await useReservedIps(emulator, ids[1]!);
  await useProjects(emulator, ids[1]!);
  await useDomains(emulator);
  await useCertificates(emulator);
  await useFirewalls(emulator, ids[1]!);
  await useVpcs(emulator);
  await useSnapshots(emulator);
  await useLoadBalancers(emulator, ids[1]!);

  await call("DELETE", `/v2/droplets/${ids[0]!}`);
  await call("DELETE", "/v2/droplets?tag_name=web");
  await call("DELETE", `/v2/images/${imageId}`);
  await call("DELETE", `/v2/images/${imageId}`);
  await call("DELETE", `/v2/account/keys/${keyId}`);
  await call("GET", "/v2/account", undefined, "wrong");
  await call("GET", "/v2/volumes");
}

async function useReservedIps({ call, clock }: InMemoryEmulator, droplet: number): Promise<void> {
  const assigned = await call<{ reserved_ip: { ip: string } }>("POST", "/v2/reserved_ips", { droplet_id: droplet });
  const path = `/v2/reserved_ips/${assigned.body.reserved_ip.ip}`;
  await call("DELETE", path);
  await clock.advance(1000);
  const { body } = await call<{ action: { id: number } }>("POST", `${path}/actions`, { type: "unassign" });
  for (const read of ["/v2/reserved_ips", path, `${path}/actions`, `${path}/actions/${body.action.id}`, `/v2/actions/${body.action.id}`])
    await call("GET", read);
  await clock.advance(1000);
  await call("POST", "/v2/reserved_ips", { region: "nyc3" });
  await call("DELETE", path);
}

async function useLoadBalancers({ call, clock }: InMemoryEmulator, droplet: number): Promise<void> {
  const rule = { entry_protocol: "http", entry_port: 80, target_protocol: "http", target_port: 80 };
  const asked = { name: "web", region: "nyc3", forwarding_rules: [rule] };
  const { body } = await call<{ load_balancer: { id: string } }>("POST", "/v2/load_balancers", { ...asked, droplet_ids: [droplet] });
  const { id } = body.load_balancer;
  const path = `/v2/load_balancers/${id}`;
  await clock.advance(60_000);
  const now = Math.floor(clock.now() / 1000);
  const metrics = "/v2/monitoring/metrics/load_balancer/droplets_health_checks";
  for (const read of ["/v2/load_balancers", path, `${metrics}?lb_id=${id}&start=${now - 60}&end=${now}`]) await call("GET", read);
  await call("DELETE", `${path}/droplets`, { droplet_ids: [droplet] });
  await call("POST", `${path}/droplets`, { droplet_ids: [droplet] });
  await call("PUT", path, { ...asked, tag: "web" });
  await call("DELETE", path);
  await call("DELETE", path);
}

async function useVpcs({ call }: InMemoryEmulator): Promise<void> {
  const { body } = await call<{ vpc: { id: string } }>("POST", "/v2/vpcs", { name: "web", region: "nyc3" });
  const path = `/v2/vpcs/${body.vpc.id}`;
  await call("PUT", path, { name: "web-2", description: "d" });
  await call("PATCH", path, { description: "" });
  await call("POST", "/v2/vpcs", { name: "web-2", region: "nyc3" });
  await call("GET", `${path}/members`);
  await call("DELETE", path);
  await call("GET", path);
}

async function useCertificates({ call, clock }: InMemoryEmulator): Promise<void> {
  await call("POST", "/v2/domains", { name: "example.com" });
  const asked = { name: "web", type: "lets_encrypt", dns_names: ["www.example.com"] };
  const { body } = await call<{ certificate: { id: string } }>("POST", "/v2/certificates", asked);
  await call("POST", "/v2/certificates", asked);
  await clock.advance(1000);
  const path = `/v2/certificates/${body.certificate.id}`;
  for (const read of ["/v2/certificates", path]) await call("GET", read);
  for (const gone of [path, path]) await call("DELETE", gone);
}

async function useSnapshots({ call }: InMemoryEmulator): Promise<void> {
  const { body } = await call<{ snapshots: { id: string }[] }>("GET", "/v2/snapshots?resource_type=droplet");
  const path = `/v2/snapshots/${body.snapshots[0]!.id}`;
  await call("GET", path);
  await call("DELETE", path);
  await call("GET", path);
}

async function useFirewalls({ call, clock }: InMemoryEmulator, droplet: number): Promise<void> {
  const inbound_rules = [{ protocol: "tcp", ports: "80", sources: { addresses: ["0.0.0.0/0", "::/0"], tags: ["web"] } }];
  const outbound_rules = [{ protocol: "icmp", destinations: { addresses: ["0.0.0.0/0"] } }];
  const asked = { name: "web", tags: ["web"], inbound_rules, outbound_rules };
  const { body } = await call<{ firewall: { id: string } }>("POST", "/v2/firewalls", asked);
  const path = `/v2/firewalls/${body.firewall.id}`;
  await call("POST", "/v2/firewalls", asked);
  await call("GET", path);
  await clock.advance(1000);
  for (const method of ["POST", "DELETE"]) {
    await call(method, `${path}/droplets`, { droplet_ids: [droplet] });
    await call(method, `${path}/tags`, { tags: ["web"] });
    await call(method, `${path}/rules`, { inbound_rules });
  }
  await call("PUT", path, asked);
  await call("GET", "/v2/firewalls");
  await call("DELETE", path);
  await call("DELETE", path);
}

async function useDomains({ call }: InMemoryEmulator): Promise<void> {
  await call("POST", "/v2/domains", { name: "example.com" });
  const path = "/v2/domains/example.com";
  const { body } = await call<{ domain_record: { id: number } }>("POST", `${path}/records`, {
    type: "A",
    name: "www",
    data: "203.0.113.7",
  });
  const record = `${path}/records/${body.domain_record.id}`;
  for (const read of ["/v2/domains", path, `${path}/records`, record]) await call("GET", read);
  for (const method of ["PUT", "PATCH"]) await call(method, record, { data: "203.0.113.8" });
  for (const gone of [record, record, path, path]) await call("DELETE", gone);
}

async function useProjects({ call }: InMemoryEmulator, droplet: number): Promise<void> {
  const { body } = await call<{ project: { id: string } }>("POST", "/v2/projects", { name: "web", purpose: "Service or API" });
  const path = `/v2/projects/${body.project.id}`;
  await call("PATCH", path, { environment: "Production" });
  await call("PUT", path, { name: "web", description: "", purpose: "Other", environment: "Staging", is_default: false });
  await call("POST", `${path}/resources`, { resources: [`do:droplet:${droplet}`] });
  for (const read of ["/v2/projects", path, "/v2/projects/default", `${path}/resources`]) await call("GET", read);
  await call("DELETE", path);
  await call("POST", "/v2/projects/default/resources", { resources: [`do:droplet:${droplet}`] });
  await call("DELETE", path);
}

describe("every answer is as DigitalOcean's schema and observed answers say", () => {
  test("on every route, in success and in refusal", async () => {
    const emulator = inMemory({ options: { keepAnswers: true } });
    await useEverything(emulator);
    emulator.close();

    expect(validateLog(emulator.requests.list())).toEqual([]);
    const pattern = (path: string): RegExp => new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`);
    const unused = routes.filter(({ method, path }) => {
      const used = emulator.requests.list().filter((request) => request.method === method && pattern(path).test(request.path));
      return !used.some(({ status }) => status !== null && status < 300);
    });
    expect(unused.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  test("and an answer that is not so is found out", () => {
    expect(validateAnswer("GET", "/v2/images/1", 200, { image: { id: "1" } })).toEqual([
      "GET /v2/images/1 -> 200: /image/id must be integer",
      "GET /v2/images/1 -> 200: image lacks name, type, distribution, slug, public, regions, created_at, min_disk_size, size_gigabytes, description, tags, status, error_message",
    ]);
    expect(validateAnswer("POST", "/v2/images/1/actions", 201, { action: { id: 1, status: "done" } })[0]).toContain(
      "/status must be equal to one of",
    );
    expect(validateAnswer("GET", "/v2/images", 202, {})).toEqual(["GET /v2/images -> 202: the schema has no such status"]);
    expect(validateAnswer("GET", "/v2/volumes", 200, {})).toHaveLength(1);
    expect(validateAnswer("GET", "/v2/account", 404, { message: "gone" })[0]).toContain("id");
  });
});
