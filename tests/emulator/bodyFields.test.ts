import type { BodyFields, FieldRule } from "../../emulator/bodyFields";
import { routes } from "../../emulator/routes";
import { requestFields, type FieldTree } from "../helpers/conformance";
import { inMemory, publicKey, type InMemoryEmulator } from "./inMemory";

interface TakenBody {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly fields: BodyFields;
}

const bodies = routes.flatMap(({ method, path, body, actions }): TakenBody[] => {
  const ofActions = Object.entries(actions ?? {}).flatMap(([type, fields]) => (fields === null ? [] : [{ method, path, type, fields }]));
  return body === undefined ? ofActions : [{ method, path, fields: body }];
});

function nested(rule: FieldRule): BodyFields | undefined {
  if (typeof rule === "string" || "only" in rule) return undefined;
  return "fields" in rule ? rule.fields : rule.items;
}

function undecided(tree: FieldTree, fields: BodyFields, prefix = ""): string[] {
  return Object.entries(tree).flatMap(([name, below]) => {
    const rule = fields[name];
    if (rule === undefined) return [prefix + name];
    const fieldsBelow = nested(rule);
    return fieldsBelow === undefined ? [] : undecided(below, fieldsBelow, `${prefix}${name}.`);
  });
}

test("every field and action of DigitalOcean's schema is decided on", () => {
  const missing = routes.flatMap(({ method, path, body = {}, actions = {} }) => {
    const wanted = requestFields(method, path.replaceAll(/:\w+/g, "x"));
    if (wanted === undefined) return [];
    const found =
      "fields" in wanted
        ? undecided(wanted.fields, body)
        : Object.entries(wanted.actions).flatMap(([type, tree]) => {
            const fields = actions[type];
            if (fields === null) return [];
            return fields === undefined ? [`type ${type}`] : undecided(tree, { type: "modelled", ...fields }, `${type}: `);
          });
    return found.map((field) => `${method} ${path} ${field}`);
  });
  expect(missing).toEqual([]);
});

const policy = { backup_policy: { plan: "daily" } };
const tagged = { resources: [{ resource_id: "1", resource_type: "droplet" }] };

const rule = { entry_protocol: "http", entry_port: 80, target_protocol: "http", target_port: 80 };
const balancer = { name: "web", region: "nyc3", forwarding_rules: [rule] };

const firewallRules = {
  inbound_rules: [{ protocol: "tcp", ports: "80", sources: {} }],
  outbound_rules: [{ protocol: "tcp", ports: "80", destinations: {} }],
};
const firewall = { name: "web", ...firewallRules };

/** Bodies that would be accepted, by route. */
const acceptable: Readonly<Record<string, Record<string, unknown>>> = {
  "POST /v2/account/keys": { name: "me", public_key: publicKey },
  "POST /v2/images": { name: "web", url: "http://127.0.0.1/web.qcow2", region: "nyc3" },
  "POST /v2/images/:image/actions transfer": { region: "ams3" },
  "POST /v2/droplets": { name: "a", region: "nyc3", size: "s-1vcpu-1gb", image: "debian-13-x64", ...policy },
  "POST /v2/load_balancers": balancer,
  "PUT /v2/load_balancers/:balancer": balancer,
  "POST /v2/firewalls": firewall,
  "PUT /v2/firewalls/:firewall": firewall,
  "POST /v2/firewalls/:firewall/rules": firewallRules,
  "DELETE /v2/firewalls/:firewall/rules": firewallRules,
  "POST /v2/certificates": { name: "web", type: "lets_encrypt", dns_names: ["example.com"] },
  "POST /v2/domains": { name: "example.org" },
  "POST /v2/domains/:domain/records": { type: "A", data: "203.0.113.7" },
  "POST /v2/vpcs": { name: "web", region: "nyc3" },
  "POST /v2/projects": { name: "web", purpose: "Other" },
  "POST /v2/reserved_ips": { region: "nyc3" },
  "POST /v2/droplets/:droplet/actions resize": { size: "s-2vcpu-4gb" },
  "POST /v2/droplets/:droplet/actions enable_backups": policy,
  "POST /v2/droplets/actions enable_backups": policy,
  "POST /v2/droplets/:droplet/actions change_backup_policy": policy,
  "POST /v2/tags/:tag/resources": tagged,
  "DELETE /v2/tags/:tag/resources": tagged,
};

/** Nothing in the API takes this value. */
const wrong = { wrong: true };

async function pathsFor(emulator: InMemoryEmulator): Promise<Readonly<Record<string, string>>> {
  const key = String(await emulator.key());
  const image = String(await emulator.image());
  const [droplet] = await emulator.droplets(["a"], { tags: ["web"] });
  const ip = await emulator.call<{ reserved_ip: { ip: string } }>("POST", "/v2/reserved_ips", { region: "nyc3" });
  const vpcs = await emulator.call<{ vpcs: { id: string }[] }>("GET", "/v2/vpcs");
  const walled = await emulator.call<{ firewall: { id: string } }>("POST", "/v2/firewalls", { ...firewall, name: "walled" });
  await emulator.call("POST", "/v2/domains", { name: "example.com" });
  const { body } = await emulator.call<{ domain_records: { id: number }[] }>("GET", "/v2/domains/example.com/records");
  const domain = { domain: "example.com", record: String(body.domain_records[0]!.id) };
  const made = await emulator.call<{ load_balancer: { id: string } }>("POST", "/v2/load_balancers", balancer);
  return {
    ...domain,
    key,
    image,
    droplet: String(droplet),
    tag: "web",
    project: "default",
    firewall: walled.body.firewall.id,
    vpc: vpcs.body.vpcs[0]!.id,
    balancer: made.body.load_balancer.id,
    ip: ip.body.reserved_ip.ip,
  };
}

/** Bodies like `good` with one field that is wrong, for each field that is modelled. */
function wrongBodies(fields: BodyFields, good: Record<string, unknown>): { field: string; body: object }[] {
  return Object.entries(fields).flatMap(([name, rule]) => {
    if (rule === "modelled") return [{ field: name, body: { ...good, [name]: wrong } }];
    const [goodBelow] = [good[name] ?? {}].flat() as [Record<string, unknown>];
    return wrongBodies(nested(rule) ?? {}, goodBelow).map(({ field, body }) => {
      return { field, body: { ...good, [name]: typeof rule === "object" && "items" in rule ? [body] : body } };
    });
  });
}

test.each(bodies.map((body) => [`${body.method} ${body.path} ${body.type ?? ""}`.trim(), body] as const))(
  "%s reads every field that it models",
  async (_, { method, path, type, fields }) => {
    const emulator = inMemory();
    const names = await pathsFor(emulator);
    const url =
      path.replaceAll(/:(\w+)/g, (_match, name: string) => names[name]!) + (path.endsWith("droplets/actions") ? "?tag_name=web" : "");
    const good = acceptable[`${method} ${path} ${type ?? ""}`.trim()] ?? {};
    for (const { field, body } of wrongBodies(fields, good)) {
      const answer = await emulator.call<{ message: string }>(method, url, { ...body, ...(type !== undefined && { type }) });
      expect([field, answer.status >= 400, answer.body.message]).toEqual([field, true, expect.stringContaining(`\`${field}\``)]);
    }
    emulator.close();
  },
);

test("a field or a value that is not modelled answers 501 by its name", async () => {
  const emulator = inMemory();
  const droplet = acceptable["POST /v2/droplets"];
  const refusal = async (fields: object): Promise<unknown> => {
    const { status, body } = await emulator.call<{ message: string }>("POST", "/v2/droplets", { ...droplet, ...fields });
    return [status, body.message];
  };
  expect(await refusal({ unheard: 1 })).toEqual([501, "The emulator does not model the field `unheard` of POST /v2/droplets."]);
  const volumes = "The emulator does not model the field `volumes` of POST /v2/droplets except with `[]`.";
  expect(await refusal({ volumes: ["506f78a4-e098-11e5-ad9f-000f53306ae1"] })).toEqual([501, volumes]);
  expect(await refusal({ backup_policy: { plan: "daily", night: true } })).toEqual([
    501,
    "The emulator does not model the field `backup_policy.night` of POST /v2/droplets.",
  ]);
  expect((await emulator.call("POST", "/v2/droplets", { ...droplet, volumes: [], private_networking: true })).status).toBe(202);
  emulator.close();
});
