import { readFileSync } from "node:fs";
import path from "node:path";

import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

import type { LoggedRequest } from "../../emulator/requestLog";

const file = path.resolve(__dirname, "../openapi/digitalocean.json");

interface Schema {
  readonly $ref?: string;
  readonly enum?: string[];
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly discriminator?: { readonly mapping?: Readonly<Record<string, string>> };
}

interface Operation {
  readonly responses?: Readonly<Record<string, Schema>>;
  readonly requestBody?: Schema;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Schema>>; readonly schemas: Readonly<Record<string, Schema>> };
}

const document = readDocument(file);
const validators = new Map<string, ValidateFunction>();
const ajv = createAjv();

/** Reads the schema, and adds what the service is known to answer though the schema's closed lists lack it. */
function readDocument(name: string): Document {
  const read = JSON.parse(readFileSync(name, "utf8")) as Document;
  read.components.schemas.region_slug?.enum?.push("atl1", "ric1");
  read.components.schemas.distribution?.enum?.push("Unknown OS");
  return read;
}

function createAjv(): Ajv {
  const made = new Ajv({ strict: false, unicodeRegExp: false, allErrors: true });
  addFormats(made);
  made.addSchema(document, "openapi");
  return made;
}

/**
 * What is wrong with an answer, a line each; none if it is as DigitalOcean's schema and the observed answers say.
 * `body` is the parsed JSON, undefined where there is none.
 */
export function validateAnswer(method: string, requestPath: string, status: number, body: unknown): string[] {
  const where = `${method} ${requestPath} -> ${status}`;
  const template = findTemplate(document, requestPath);
  const responses = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()]?.responses;
  if (template === undefined || responses === undefined) {
    return status === 501 ? [] : [`${where}: the schema has no such operation, and the answer is not 501`];
  }
  if (status === 204) return body === undefined ? [] : [`${where}: an answer without content has a body`];
  if (status < 300 && responses[status] === undefined) return [`${where}: the schema has no such status`];
  const response = responses[status] ?? responses.default ?? {};
  const schema = (response.$ref === undefined ? response : document.components.responses[response.$ref.split("/").pop() ?? ""])?.content;
  const faults = check(`${template} ${method} ${status}`, schema?.["application/json"]?.schema ?? {}, body);
  // Images' actions are wrapped, though the schema shows them bare.
  const action = (body as { action?: unknown } | undefined)?.action;
  const wrapped = action === undefined ? [] : check("action", { $ref: "#/components/schemas/action" }, action);
  return [...faults, ...wrapped, ...missingFields(template, method, status, body)].map((fault) => `${where}: ${fault}`);
}

/** The same for a whole log of requests, which must have been kept with the option `keepAnswers`. */
export function validateLog(requests: readonly LoggedRequest[]): string[] {
  return requests.flatMap(({ method, path: requestPath, status, answer }) => {
    return status === null ? [] : validateAnswer(method, requestPath, status, answer);
  });
}

/** The fields of a request's body, each with the fields of the object or the list of objects that it holds. */
export interface FieldTree {
  readonly [field: string]: FieldTree;
}

/** The fields that the schema gives a request's body, by action type where the body is an action's. Undefined without a body. */
export function requestFields(
  method: string,
  requestPath: string,
): { fields: FieldTree } | { actions: Record<string, FieldTree> } | undefined {
  const template = findTemplate(document, requestPath);
  const body = document.paths[template ?? ""]?.[method.toLowerCase()]?.requestBody;
  const schema = body && resolve(resolve(body).content?.["application/json"]?.schema ?? {});
  if (schema === undefined) return undefined;
  const types = Object.entries(schema.discriminator?.mapping ?? {});
  if (types.length === 0) return { fields: fieldTree(schema) };
  return { actions: Object.fromEntries(types.map(([type, $ref]) => [type, fieldTree({ $ref })])) };
}

function fieldTree(given: Schema): FieldTree {
  const schema = resolve(given);
  const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.items ? [schema.items] : [])];
  const own = Object.entries(schema.properties ?? {}).map(([name, property]) => [name, fieldTree(property)] as const);
  return Object.assign(Object.fromEntries(own), ...parts.map(fieldTree)) as FieldTree;
}

function resolve(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const target = schema.$ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document);
  return resolve(target as Schema);
}

function findTemplate({ paths }: Document, requestPath: string): string | undefined {
  const segments = requestPath.split("/");
  const fits = (template: string): boolean => {
    const parts = template.split("/");
    return parts.length === segments.length && parts.every((part, at) => part.startsWith("{") || part === segments[at]);
  };
  // `/v2/droplets/actions` fits `/v2/droplets/{droplet_id}` too: the literal one wins.
  return requestPath in paths ? requestPath : Object.keys(paths).find(fits);
}

function check(key: string, schema: Schema, body: unknown): string[] {
  const known = validators.get(key);
  const text = JSON.stringify(schema).replaceAll('"#/', '"openapi#/');
  const validate = known ?? ajv.compile(JSON.parse(text) as object);
  validators.set(key, validate);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? "is wrong"}`);
}

/** Fields that every entity has in the observed answers: the schema requires few of them, and of an image none. */
const imageFields =
  "id name type distribution slug public regions created_at min_disk_size size_gigabytes description tags status error_message";
const fieldsOf: Readonly<Record<string, string>> = {
  image: imageFields,
  action: "id status type started_at completed_at resource_id resource_type region region_slug",
  droplet:
    "id name memory vcpus disk disk_info locked status kernel created_at features backup_ids next_backup_window snapshot_ids image volume_ids size size_slug networks region tags vpc_uuid",
  ssh_key: "id fingerprint public_key name",
  region: "name slug features available sizes",
  size: "slug memory vcpus disk transfer price_monthly price_hourly regions available description disk_info",
  tag: "name resources",
  snapshot: "id name created_at regions resource_id resource_type min_disk_size size_gigabytes tags",
  vpc: "id urn name description region ip_range created_at default",
  reserved_ip: "ip region droplet locked project_id",
  load_balancer:
    "id name ip size_unit status created_at forwarding_rules health_check sticky_sessions region tag droplet_ids redirect_http_to_https enable_proxy_protocol enable_backend_keepalive vpc_uuid project_id http_idle_timeout_seconds",
  firewall: "id name status created_at pending_changes droplet_ids tags inbound_rules outbound_rules",
  certificate: "id name not_after sha1_fingerprint created_at dns_names state type",
  member: "urn name created_at",
  domain: "name ttl zone_file",
  domain_record: "id type name data priority port ttl weight flags tag",
  project: "id owner_uuid owner_id name description purpose environment is_default created_at updated_at",
  resource: "urn assigned_at links status",
  account: "droplet_limit floating_ip_limit reserved_ip_limit volume_limit email uuid email_verified status status_message team",
};
const newImageFields = "created_at description distribution error_message id name regions type tags status";

function missingFields(template: string, method: string, status: number, body: unknown): string[] {
  if (typeof body !== "object" || body === null) return ["an answer has no body"];
  // A tag that cannot be one is answered in an envelope of its own.
  if (status >= 400) return "error" in body ? [] : missing("the error", "id message request_id", body);
  if ("data" in body) return missing("the metrics", "status data", body);
  const isNewImage = template === "/v2/images" && method === "POST";
  const entities = Object.entries(body).flatMap(([key, value]) => {
    const one = Array.isArray(value) ? key.replace(/s$/, "") : key;
    return (Array.isArray(value) ? value : [value]).map((row: unknown) => ({ one, row }));
  });
  const known = entities.filter(({ one }) => one in fieldsOf);
  if (known.length === 0 && !("meta" in body) && !("actions" in body)) return ["an answer has no entity of a known name"];
  return known.flatMap(({ one, row }) => missing(one, isNewImage ? newImageFields : (fieldsOf[one] ?? ""), row));
}

function missing(what: string, fields: string, row: unknown): string[] {
  const lacking = fields.split(" ").filter((field) => typeof row !== "object" || row === null || !(field in row));
  return lacking.length === 0 ? [] : [`${what} lacks ${lacking.join(", ")}`];
}
