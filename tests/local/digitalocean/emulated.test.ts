import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../../../local/digitalocean/api";
import { officialDeclarationsFile, officialSchema } from "../../../local/digitalocean/officialSchema";
import { standIn } from "../../../local/digitalocean/provider";
import { checkByTable } from "../../../provider/host/check";
import type { Call } from "../../../provider/host/resource";
import { useEmulator, type EmulatorUnderTest } from "../../helpers/emulator";

const call = { signal: new AbortController().signal } as Call;

let emulator: EmulatorUnderTest;
let account: Account;

beforeAll(async () => {
  emulator = await useEmulator();
  const clock = { now: Date.now, sleep: (milliseconds: number) => sleep(Math.min(milliseconds, 100)) };
  account = { token: emulator.token, apiEndpoint: emulator.url, send: (request) => fetch(request), clock };
});

afterAll(() => emulator.close());
beforeEach(async () => {
  await emulator.control("reset", {});
  await emulator.control("options", { dropletSeconds: 0.1, reservedIpSeconds: 0.1, loadBalancerSeconds: 0.2, firewallSeconds: 0.1 });
});

function typeOf(name: string) {
  return standIn.resources.find(({ token }) => token.endsWith(`:${name}`))!;
}

type Values = Readonly<Record<string, unknown>>;

async function create(name: string, inputs: Values): Promise<{ readonly id: string; readonly state: Values }> {
  expect(checkByTable(typeOf(name).inputs, inputs as never).faults).toEqual([]);
  return typeOf(name).create(inputs as never, account, call);
}

function destroy(name: string, { id, state }: { readonly id: string; readonly state: Values }): Promise<void> {
  return typeOf(name).delete(id, state as never, account, call);
}

/** What a refresh of an unchanged resource finds: the inputs that it was made from. */
async function refreshed(name: string, id: string, inputs: Values, state: Values): Promise<unknown> {
  return (await typeOf(name).read(id, { inputs, state } as never, account, call))?.inputs;
}

async function droplet(tags: readonly string[]): Promise<number> {
  const ssh_keys = [await keyId()];
  const image = "ubuntu-24-04-x64";
  const body = { name: "web", region: "ams3", size: "s-1vcpu-1gb", image, ssh_keys, tags };
  const { id } = (await emulator.call<{ droplet: { id: number } }>("POST", "/v2/droplets", body)).body.droplet;
  const status = async () => (await emulator.call<{ droplet: { status: string } }>("GET", `/v2/droplets/${id}`)).body.droplet.status;
  while ((await status()) !== "active") await sleep(50);
  return id;
}

async function keyId(): Promise<number> {
  const key = Buffer.from(`\0\0\0\x0bssh-ed25519\0\0\0 ${"k".repeat(32)}`).toString("base64");
  const body = { name: "k", public_key: `ssh-ed25519 ${key}` };
  return (await emulator.call<{ ssh_key: { id: number } }>("POST", "/v2/account/keys", body)).body.ssh_key.id;
}

test("knows the arguments that the official package declares, and no others", () => {
  // After an update of the official package: npm run build && npm run reference
  expect(readFileSync(path.resolve(officialDeclarationsFile), "utf8")).toBe(officialSchema());
  const given = { name: "web", region: "ams3", healtcheck: { protocol: "http", port: 80 }, forwardingRules: [{ entryPort: 80 }] };
  expect(checkByTable(typeOf("LoadBalancer").inputs, given).faults).toEqual([
    { property: "healtcheck", expectation: "is not a known property", remedy: "Did you mean `healthcheck`?" },
    expect.objectContaining({ property: "forwardingRules[0].entryProtocol", expectation: "must be given" }),
    expect.objectContaining({ property: "forwardingRules[0].targetPort", expectation: "must be given" }),
    expect.objectContaining({ property: "forwardingRules[0].targetProtocol", expectation: "must be given" }),
  ]);
});

test("asks again when a limit of requests is reached, as the official plugin does", async () => {
  await emulator.control("faults", { on: "request", method: "POST", path: "/v2/domains", status: 429, retryAfterSeconds: 0, times: 4 });
  const domain = await create("Domain", { name: "example.com" });
  expect(domain.id).toBe("example.com");

  await emulator.control("faults", {
    on: "request",
    method: "DELETE",
    path: "/v2/domains/:name",
    status: 429,
    retryAfterSeconds: 0,
    times: 5,
  });
  await expect(destroy("Domain", domain)).rejects.toThrow("was answered 429");
  await destroy("Domain", domain);
});

const rules = [{ entryPort: 80, entryProtocol: "http", targetPort: 8080, targetProtocol: "http" }];

test.each<[string, Values, Values]>([
  ["Vpc", { name: "web-ams3", region: "ams3", ipRange: "10.1.0.0/24" }, { vpcUrn: expect.stringMatching(/^do:vpc:/), default: false }],
  [
    "LoadBalancer",
    { name: "web", region: "ams3", dropletTag: "web", forwardingRules: rules, healthcheck: { protocol: "http", port: 8080 } },
    { status: "active", ip: expect.stringMatching(/^127\./), loadBalancerUrn: expect.stringMatching(/^do:loadbalancer:/) },
  ],
  ["Domain", { name: "example.com" }, { domainUrn: "do:domain:example.com", ttl: 1800 }],
  [
    "ReservedIp",
    { region: "ams3" },
    { ipAddress: expect.stringMatching(/^127\./), reservedIpUrn: expect.stringMatching(/^do:reservedip:/) },
  ],
  ["Project", { name: "web", purpose: "Service", environment: "Staging" }, { isDefault: false, resources: [] }],
])("%s is made, refreshed without a change, and gone after its deletion", async (name, inputs, outputs) => {
  const { id, state } = await create(name, inputs);
  expect(state).toMatchObject({ ...inputs, ...outputs });
  expect(await refreshed(name, id, inputs, state)).toEqual(inputs);

  await destroy(name, { id, state });
  expect(await refreshed(name, id, inputs, state)).toBeUndefined();
});

test("a firewall says its peers and ports as the official package does", async () => {
  await create("Tag", { name: "web" });
  const inputs = {
    name: "web",
    tags: ["web"],
    inboundRules: [{ protocol: "tcp", portRange: "8080", sourceTags: ["web"], sourceAddresses: ["10.0.0.0/8"] }],
    outboundRules: [
      { protocol: "tcp", portRange: "all", destinationAddresses: ["0.0.0.0/0"] },
      { protocol: "icmp", destinationAddresses: ["::/0"] },
    ],
  };
  const { id, state } = await create("Firewall", inputs);

  expect((await emulator.call<{ firewall: object }>("GET", `/v2/firewalls/${id}`)).body.firewall).toMatchObject({
    inbound_rules: [{ protocol: "tcp", ports: "8080", sources: { tags: ["web"], addresses: ["10.0.0.0/8"] } }],
    outbound_rules: [
      { protocol: "tcp", ports: "0", destinations: { addresses: ["0.0.0.0/0"] } },
      { protocol: "icmp", ports: "0", destinations: { addresses: ["::/0"] } },
    ],
  });
  expect(await refreshed("Firewall", id, inputs, state)).toEqual(inputs);
});

test("a record lives in its domain", async () => {
  await create("Domain", { name: "example.com" });
  const inputs = { domain: "example.com", type: "A", name: "www", value: "192.0.2.1", ttl: 60 };
  const { id, state } = await create("DnsRecord", inputs);
  expect(state).toMatchObject({ ...inputs, fqdn: "www.example.com" });

  const changed = { ...inputs, value: "192.0.2.2" };
  expect(await typeOf("DnsRecord").update(id, state as never, changed as never, account, call)).toMatchObject(changed);
  expect(await refreshed("DnsRecord", id, changed, state)).toEqual(changed);
});

test("an address is led to a Droplet and away from it", async () => {
  const dropletId = await droplet([]);
  const { id, state } = await create("ReservedIp", { region: "ams3" });
  const assignment = await create("ReservedIpAssignment", { ipAddress: state.ipAddress, dropletId });
  expect(await refreshed("ReservedIp", id, { region: "ams3" }, state)).toEqual({ region: "ams3" });
  expect(await refreshed("ReservedIp", id, { region: "ams3", dropletId }, state)).toEqual({ region: "ams3", dropletId });

  await destroy("ReservedIpAssignment", assignment);
  expect(await refreshed("ReservedIpAssignment", assignment.id, {}, assignment.state)).toBeUndefined();
});

test("what a project had is in the default one after its deletion", async () => {
  const { state: domain } = await create("Domain", { name: "example.com" });
  const { id, state } = await create("Project", { name: "web" });
  const members = { project: id, resources: [domain.domainUrn] };
  await create("ProjectResources", members);
  expect(await refreshed("ProjectResources", id, members, members)).toEqual(members);

  await destroy("Project", { id, state });

  const { body } = await emulator.call<{ resources: { urn: string }[] }>("GET", "/v2/projects/default/resources");
  expect(body.resources.map(({ urn }) => urn)).toEqual([domain.domainUrn]);
});

test("a VPC is deleted once what is in it has gone", async () => {
  const { id, state } = await create("Vpc", { name: "web", region: "ams3" });
  const inputs = { name: "web", region: "ams3", vpcUuid: id, dropletTag: "web", forwardingRules: rules };
  const balancer = await create("LoadBalancer", inputs);

  const deletion = destroy("Vpc", { id, state });
  const refusals = async () => (await emulator.requests()).filter(({ method, path: of }) => method === "DELETE" && of === `/v2/vpcs/${id}`);
  while ((await refusals()).length < 2) await sleep(20);
  await destroy("LoadBalancer", balancer);
  await deletion;

  expect((await emulator.call("GET", `/v2/vpcs/${id}`)).status).toBe(404);
});
