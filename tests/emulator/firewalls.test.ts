import { once } from "node:events";
import { connect } from "node:net";

import { useEmulator } from "../helpers/emulator";
import { inMemory, type InMemoryEmulator } from "./inMemory";

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

const open = (ports: string, sources: object = { addresses: ["0.0.0.0/0", "::/0"] }): object => ({ protocol: "tcp", ports, sources });

async function create(fields: object): Promise<string> {
  const answer = await emulator.call<{ firewall: { id: string } }>("POST", "/v2/firewalls", { name: "web", ...fields });
  expect(answer.status).toBe(202);
  return `/v2/firewalls/${answer.body.firewall.id}`;
}

/** The open ports of a Droplet: on its private address and on its public one. */
async function ports(droplet: number): Promise<Record<string, number[]>> {
  const { body } = await emulator.call<{ droplet: { networks: { v4: { ip_address: string; type: string }[] } } }>(
    "GET",
    `/v2/droplets/${droplet}`,
  );
  const listening = emulator.network.listening();
  return Object.fromEntries(
    body.droplet.networks.v4.map(({ ip_address, type }) => [type, (listening.get(ip_address) ?? []).map(({ port }) => port)]),
  );
}

const everything = [22, 80, 8080];

test("a firewall closes what no rule admits, once it is in force, and opens it when it is deleted", async () => {
  const [a, b] = await emulator.droplets(["a", "b"]);
  const path = await create({ droplet_ids: [a], inbound_rules: [open("80")] });
  expect((await emulator.call("GET", path)).body).toMatchObject({ firewall: { status: "waiting", pending_changes: [{ droplet_id: a }] } });
  expect(await ports(a!)).toEqual({ private: everything, public: everything });
  await emulator.clock.advance(1000);
  expect((await emulator.call("GET", path)).body).toMatchObject({ firewall: { status: "succeeded", pending_changes: [] } });
  expect([await ports(a!), await ports(b!)]).toEqual([
    { private: [80], public: [80] },
    { private: everything, public: everything },
  ]);
  await emulator.call("DELETE", path);
  expect(
    Object.values(await ports(a!))
      .flat()
      .sort(),
  ).toEqual([...everything, ...everything].sort());
});

test("a firewall covers a Droplet from the moment that it has the tag", async () => {
  await emulator.call("POST", "/v2/tags", { name: "web" });
  await create({ tags: ["web"], inbound_rules: [open("8000-9000")] });
  await emulator.clock.advance(1000);
  const [a, b] = await emulator.droplets(["a"], { tags: ["Web"] }).then(async ([id]) => [id, (await emulator.droplets(["b"]))[0]]);
  expect([await ports(a!), await ports(b!)]).toEqual([
    { private: [8080], public: [8080] },
    { private: everything, public: everything },
  ]);
  await emulator.call("POST", "/v2/tags/web/resources", { resources: [{ resource_id: String(b), resource_type: "droplet" }] });
  expect(await ports(b!)).toEqual({ private: [8080], public: [8080] });
});

test("rules of several firewalls add up, and other addresses than loopback's are not admitted", async () => {
  const [a] = await emulator.droplets(["a"]);
  const path = await create({ droplet_ids: [a], inbound_rules: [open("22", { addresses: ["203.0.113.7", "2001:db8::/32"] })] });
  await create({ name: "more", droplet_ids: [a], inbound_rules: [open("80")] });
  await emulator.clock.advance(1000);
  expect((await ports(a!)).public).toEqual([80]);
  await emulator.call("POST", `${path}/rules`, { inbound_rules: [open("22", { addresses: ["127.0.0.0/8"] })] });
  await emulator.clock.advance(1000);
  expect((await ports(a!)).public?.sort()).toEqual([22, 80]);
  await emulator.call("DELETE", `${path}/droplets`, { droplet_ids: [a] });
  await emulator.clock.advance(1000);
  expect((await ports(a!)).public).toEqual([80]);
});

test("a load balancer that a rule names reaches the private address alone", async () => {
  const [a] = await emulator.droplets(["a"]);
  const rule = { entry_protocol: "http", entry_port: 80, target_protocol: "http", target_port: 80 };
  const balancer = await emulator.call<{ load_balancer: { id: string } }>("POST", "/v2/load_balancers", {
    ...{ name: "web", region: "nyc3", droplet_ids: [a], forwarding_rules: [rule] },
  });
  const { id } = balancer.body.load_balancer;
  await create({ droplet_ids: [a], inbound_rules: [open("80", { load_balancer_uids: [id] })] });
  await emulator.clock.advance(1000);
  expect(await ports(a!)).toEqual({ private: [80], public: [] });
  await emulator.call("DELETE", `/v2/load_balancers/${id}`);
  expect(await ports(a!)).toEqual({ private: [], public: [] });
});

test.each([
  [{ inbound_rules: [] }, 422],
  [{ inbound_rules: [open("80")], tags: ["none"] }, 422],
  [{ inbound_rules: [open("80")], droplet_ids: [1] }, 422],
  [{ inbound_rules: [open("90-80")] }, 422],
  [{ inbound_rules: [open("80", { addresses: ["everywhere"] })] }, 422],
  [{ inbound_rules: [open("80", { kubernetes_ids: ["1"] })] }, 501],
])("%j is refused with %d", async (fields, status) => {
  expect((await emulator.call("POST", "/v2/firewalls", { name: "web", ...fields })).status).toBe(status);
});

test("a connection to a port that a firewall closes is neither accepted nor refused, and another one is once it opens", async () => {
  const listen = [8080, 8081].map((port) => ({ port, kind: "http" as const }));
  const seed = { images: [{ name: "web", regions: ["nyc3"], sha256: "a".repeat(64) }], workloads: [{ sha256: "a".repeat(64), listen }] };
  const real = await useEmulator({ options: { dropletSeconds: 0, firewallSeconds: 0 }, seed });
  const { images } = (await real.call<{ images: { id: number }[] }>("GET", "/v2/images?private=true")).body;
  const key = await real.call<{ ssh_key: { id: number } }>("POST", "/v2/account/keys", { name: "me", public_key: "ssh-ed25519 AAAA" });
  const order = { name: "a", region: "nyc3", size: "s-1vcpu-1gb", image: images[0]!.id, ssh_keys: [key.body.ssh_key.id] };
  const { droplet } = (await real.call<{ droplet: { id: number } }>("POST", "/v2/droplets", order)).body;
  const read = await real.call<{ droplet: { networks: { v4: { ip_address: string }[] } } }>("GET", `/v2/droplets/${droplet.id}`);
  const host = read.body.droplet.networks.v4[0]!.ip_address;
  const made = await real.call<{ firewall: { id: string } }>("POST", "/v2/firewalls", {
    ...{ name: "web", droplet_ids: [droplet.id], inbound_rules: [open("8081"), open("9999")] },
  });
  await real.call("GET", "/v2/account");

  const refused = jest.fn();
  const dropped = connect(8080, host).on("error", refused);
  const accepted = connect(8081, host);
  await once(accepted, "connect");
  expect([dropped.connecting, refused.mock.calls]).toEqual([true, []]);
  // What is open and has no listener is refused by the Droplet itself.
  await expect(once(connect(9999, host), "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });

  await real.call("DELETE", `/v2/firewalls/${made.body.firewall.id}`);
  await real.call("GET", "/v2/account");
  const admitted = connect(8080, host);
  await once(admitted, "connect");
  for (const socket of [dropped, accepted, admitted]) socket.destroy();
  await real.close();
});
