import { invalid, noContent, notFound, page, type Answer } from "../answers";
import type { BodyFields } from "../bodyFields";
import type { Cloud } from "../cloud";
import { requiredText, text, type JsonObject } from "../fields";
import type { ApiCall, Route } from "../route";

/** A domain with its records. They are stored: nothing resolves them. */
export interface DomainRow {
  /** The name, which the API uses as its id. */
  readonly id: string;
  readonly records: Map<number, DomainRecord>;
}

/** A record as the API shows it. */
interface DomainRecord {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  readonly data: string;
  readonly priority: number | null;
  readonly port: number | null;
  readonly ttl: number;
  readonly weight: number | null;
  readonly flags: number | null;
  readonly tag: string | null;
}

const types = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"];
const defaultTtl = 1800;

function createDomain({ cloud, team, body, visibleAt }: ApiCall): Answer {
  const name = requiredText(body, "name").toLowerCase();
  if (!/^([a-z0-9-]+\.)+[a-z]{2,}$/.test(name))
    throw invalid(`\`name\` must be a domain name such as example.com, got ${JSON.stringify(name)}.`);
  if (team.domains.get(name) !== undefined) throw invalid(`domain '${name}': name already exists`);
  const address = text(body, "ip_address") ?? "";
  const domain: DomainRow = { id: name, records: new Map() };
  for (const server of ["ns1", "ns2", "ns3"]) addRecord(cloud, domain, { type: "NS", name: "@", data: `${server}.digitalocean.com` });
  if (address !== "") addRecord(cloud, domain, { type: "A", name: "@", data: address });
  team.domains.add(domain, visibleAt);
  return { status: 201, body: { domain: formatDomain(domain) } };
}

function addRecord(cloud: Cloud, domain: DomainRow, body: JsonObject): DomainRecord {
  const record = readRecord(body, cloud.ids.next("record"));
  domain.records.set(record.id, record);
  return record;
}

/** Reads a record, with what an update leaves out taken from the record before. */
function readRecord(body: JsonObject, id: number, before?: DomainRecord): DomainRecord {
  const type = text(body, "type") ?? before?.type ?? "";
  if (!types.includes(type)) throw invalid(`\`type\` must be one of ${types.join(", ")}, got ${JSON.stringify(type)}.`);
  const number = (field: "priority" | "port" | "ttl" | "weight" | "flags"): number | null => {
    const value = body[field] ?? before?.[field] ?? null;
    if (value !== null && (typeof value !== "number" || !Number.isInteger(value))) {
      throw invalid(`\`${field}\` must be a whole number, got ${JSON.stringify(value)}.`);
    }
    return value;
  };
  const ttl = number("ttl") ?? defaultTtl;
  if (ttl < 30) throw invalid(`\`ttl\` must be at least 30 s, got ${ttl}.`);
  return {
    ...{
      id,
      type,
      name: text(body, "name") ?? before?.name ?? "@",
      data: text(body, "data") ?? before?.data ?? requiredText(body, "data"),
    },
    ...{ priority: number("priority"), port: number("port"), ttl, weight: number("weight"), flags: number("flags") },
    tag: text(body, "tag") ?? before?.tag ?? null,
  };
}

function requireDomain({ team, params, now }: ApiCall): DomainRow {
  const domain = team.domains.read((params.domain ?? "").toLowerCase(), now);
  if (domain === undefined) throw notFound();
  return domain;
}

function requireRecord(call: ApiCall): DomainRecord {
  const record = requireDomain(call).records.get(Number(call.params.record));
  if (record === undefined) throw notFound();
  return record;
}

function updateRecord(call: ApiCall): Answer {
  const before = requireRecord(call);
  const record = readRecord(call.body, before.id, before);
  requireDomain(call).records.set(record.id, record);
  return { status: 200, body: { domain_record: record } };
}

function listRecords(call: ApiCall): Answer {
  const [type, name] = [call.query.get("type"), call.query.get("name")];
  const domain = requireDomain(call);
  const named = (record: DomainRecord): string => (record.name === "@" ? domain.id : `${record.name}.${domain.id}`);
  const found = [...domain.records.values()].filter(
    (record) => (type ?? record.type) === record.type && (name ?? named(record)) === named(record),
  );
  return page(call, "domain_records", found, (record) => record);
}

function formatDomain({ id, records }: DomainRow): unknown {
  const lines = [...records.values()].map(
    ({ name, ttl, type, data }) => `${name === "@" ? id : `${name}.${id}`}. IN ${ttl} ${type} ${data}`,
  );
  return { name: id, ttl: defaultTtl, zone_file: [`$ORIGIN ${id}.`, `$TTL ${defaultTtl}`, ...lines, ""].join("\n") };
}

const recordFields: BodyFields = {
  ...{ type: "modelled", name: "modelled", data: "modelled", priority: "modelled", port: "modelled", ttl: "modelled", weight: "modelled" },
  ...{ flags: "modelled", tag: "modelled", id: "noEffect" },
};
const path = "/v2/domains/:domain";
const records = `${path}/records`;

export const domainRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/domains",
    scope: "domain:read",
    handle: (call) => page(call, "domains", call.team.domains.list(call.listedAt), formatDomain),
  },
  {
    method: "POST",
    path: "/v2/domains",
    scope: "domain:create",
    body: { name: "modelled", ip_address: "modelled", ttl: "noEffect", zone_file: "noEffect" },
    handle: createDomain,
  },
  { method: "GET", path, scope: "domain:read", handle: (call) => ({ status: 200, body: { domain: formatDomain(requireDomain(call)) } }) },
  {
    method: "DELETE",
    path,
    scope: "domain:delete",
    handle: (call) => {
      call.team.domains.remove(requireDomain(call).id, call.visibleAt);
      return noContent;
    },
  },
  { method: "GET", path: records, scope: "domain:read", handle: listRecords },
  {
    method: "POST",
    path: records,
    scope: "domain:create",
    body: recordFields,
    handle: (call) => ({ status: 201, body: { domain_record: addRecord(call.cloud, requireDomain(call), call.body) } }),
  },
  {
    method: "GET",
    path: `${records}/:record`,
    scope: "domain:read",
    handle: (call) => ({ status: 200, body: { domain_record: requireRecord(call) } }),
  },
  { method: "PUT", path: `${records}/:record`, scope: "domain:update", body: recordFields, handle: updateRecord },
  { method: "PATCH", path: `${records}/:record`, scope: "domain:update", body: recordFields, handle: updateRecord },
  {
    method: "DELETE",
    path: `${records}/:record`,
    scope: "domain:delete",
    handle: (call) => {
      requireDomain(call).records.delete(requireRecord(call).id);
      return noContent;
    },
  },
];
