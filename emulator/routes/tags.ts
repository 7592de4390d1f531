import { ApiError, invalid, noContent, notFound, page, type Answer } from "../answers";
import type { BodyFields } from "../bodyFields";
import { list, reference, text, textList } from "../fields";
import type { ApiCall, Route } from "../route";
import type { Team } from "../team";

/** A tag. Which resources have it is read from the Droplets and images themselves. */
export interface TagRow {
  /** The name in lower case: tags that differ in case only are one tag. */
  readonly id: string;
  readonly name: string;
  /** The last tagged resource of each kind, newest first, as `droplets/<id>` or `images/<id>`. */
  lastTagged: readonly string[];
}

interface Tagged {
  readonly id: number;
  tags: readonly string[];
}

const kinds = ["droplets", "images"] as const;
type Kind = (typeof kinds)[number];

/** The resource types that the emulator models. */
const kindOfType: Readonly<Record<string, Kind>> = { droplet: "droplets", image: "images" };

/** Reads `tags` of a request that creates something. Throws a 422 for an invalid name, and a 403 without `tag:create`. */
export function readTags({ token, body }: ApiCall): readonly string[] {
  const names = textList(body, "tags");
  const bad = names.find((name) => !isTagName(name));
  if (bad !== undefined) throw invalid(`Tag name ${JSON.stringify(bad)} contains invalid characters.`);
  if (names.length > 0 && token.scopes?.has("tag:create") === false)
    throw new ApiError(403, "You are missing the required permission tag:create.");
  return [...new Set(names)];
}

/** Adds tags to a resource, and creates those that don't exist yet. */
export function addTags(team: Team, kind: Kind, resource: Tagged, names: readonly string[]): void {
  const tags = names.map((name) => ensureTag(team, name));
  for (const tag of tags) tag.lastTagged = [`${kind}/${resource.id}`, ...tag.lastTagged.filter((other) => !other.startsWith(kind))];
  resource.tags = [...new Set([...resource.tags, ...tags.map((tag) => tag.name)])];
}

/** Whether a resource has this tag, in whatever case. */
export function hasTag(resource: Tagged, name: string): boolean {
  return resource.tags.some((tag) => tag.toLowerCase() === name.toLowerCase());
}

function ensureTag(team: Team, name: string): TagRow {
  const known = team.tags.get(name.toLowerCase());
  if (known !== undefined) return known;
  const tag = { id: name.toLowerCase(), name, lastTagged: [] };
  team.tags.add(tag);
  return tag;
}

/** Whether a text can be the name of a tag. */
export function isTagName(name: string): boolean {
  return /^[a-zA-Z0-9_\-:]{1,255}$/.test(name);
}

function requireTag({ team, params }: ApiCall): TagRow {
  const tag = team.tags.get((params.tag ?? "").toLowerCase());
  if (tag === undefined) throw notFound();
  return tag;
}

function createTag(call: ApiCall): Answer {
  const name = text(call.body, "name") ?? "";
  if (!isTagName(name)) {
    const error = `Error validating resource tag: "tag-name ${JSON.stringify(name)} contains invalid characters"`;
    return { status: 400, body: { error, messages: null, root_causes: [`rpc error: code = InvalidArgument desc = ${error}`] } };
  }
  if (call.team.tags.get(name.toLowerCase()) !== undefined && call.cloud.options.tagTwice === "refuse") {
    throw invalid("Tag name has already been taken.");
  }
  return { status: 201, body: { tag: formatTag(call, ensureTag(call.team, name)) } };
}

function formatTag({ team, origin }: ApiCall, tag: TagRow): unknown {
  const last = (kind: string): object => {
    const path = tag.lastTagged.find((tagged) => tagged.startsWith(kind));
    return path === undefined ? {} : { last_tagged_uri: `${origin}/v2/${path}` };
  };
  const count = (kind: Kind): number => team[kind].all().filter((row: Tagged) => hasTag(row, tag.name)).length;
  const [droplets, images] = [count("droplets"), count("images")];
  return {
    name: tag.name,
    resources: {
      count: droplets + images,
      ...last(""),
      droplets: { count: droplets, ...last("droplets") },
      images: { count: images, ...last("images") },
      volumes: { count: 0 },
      volume_snapshots: { count: 0 },
      databases: { count: 0 },
    },
  };
}

/** The resources that a request tags or untags. An unknown one is answered 404 before anything changes. */
function namedResources({ team, body }: ApiCall): { kind: Kind; row: Tagged }[] {
  return list(body, "resources").map((entry) => {
    const { resource_id: id, resource_type: type } = (entry ?? {}) as Record<string, unknown>;
    const kind = kindOfType[reference(type, "resource_type")];
    if (kind === undefined) throw new ApiError(501, `The emulator does not model tags of the resource type ${JSON.stringify(type)}.`);
    const row = team[kind].get(reference(id, "resource_id"));
    if (row === undefined) throw notFound();
    return { kind, row };
  });
}

function untag(resource: Tagged, tag: TagRow): void {
  resource.tags = resource.tags.filter((name) => name !== tag.name);
}

const taggedResources: BodyFields = { resources: { items: { resource_id: "modelled", resource_type: "modelled" } } };

export const tagRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/tags",
    scope: "tag:read",
    handle: (call) => page(call, "tags", call.team.tags.all(), (tag) => formatTag(call, tag)),
  },
  { method: "POST", path: "/v2/tags", scope: "tag:create", body: { name: "modelled", resources: "noEffect" }, handle: createTag },
  {
    method: "GET",
    path: "/v2/tags/:tag",
    scope: "tag:read",
    handle: (call) => ({ status: 200, body: { tag: formatTag(call, requireTag(call)) } }),
  },
  {
    method: "DELETE",
    path: "/v2/tags/:tag",
    scope: "tag:delete",
    handle: (call) => {
      const tag = requireTag(call);
      for (const row of kinds.flatMap((kind): Tagged[] => call.team[kind].all())) untag(row, tag);
      call.team.tags.remove(tag.id, 0);
      return noContent;
    },
  },
  {
    method: "POST",
    path: "/v2/tags/:tag/resources",
    scope: "tag:create",
    body: taggedResources,
    handle: (call) => {
      const tag = requireTag(call);
      for (const { kind, row } of namedResources(call)) addTags(call.team, kind, row, [tag.name]);
      return noContent;
    },
  },
  {
    method: "DELETE",
    path: "/v2/tags/:tag/resources",
    scope: "tag:delete",
    body: taggedResources,
    handle: (call) => {
      const tag = requireTag(call);
      for (const { row } of namedResources(call)) untag(row, tag);
      return noContent;
    },
  },
];
