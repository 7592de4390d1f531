import type { TagsApi } from "./api";
import type { Client } from "./client";
import { isNotFound, isUnprocessable, type ApiError } from "./errors";
import { path } from "./paths";
import type { TaggedResourceWire } from "./wire";

export function tagsApi(client: Client): TagsApi {
  const attach = (tag: string, resources: readonly TaggedResourceWire[], signal: AbortSignal): Promise<void> =>
    client.request({ method: "POST", path: path`/v2/tags/${tag}/resources`, body: { resources }, idempotent: true }, signal);

  /** The API refused to create a tag; someone else may have created it in the meantime. */
  const create = async (tag: string, signal: AbortSignal): Promise<ApiError | undefined> => {
    try {
      await client.request({ method: "POST", path: "/v2/tags", body: { name: tag }, idempotent: true }, signal);
      return undefined;
    } catch (error) {
      if (isUnprocessable(error)) return error;
      throw error;
    }
  };

  const make: TagsApi["make"] = async (tag, resources, signal) => {
    const refusal = await create(tag, signal);
    try {
      await attach(tag, resources, signal);
    } catch (error) {
      throw isNotFound(error) ? (refusal ?? error) : error;
    }
  };

  /** One missing resource refuses all of a request: which it is, single requests tell, and the others must not stay tagged. */
  const remove: TagsApi["remove"] = async (tag, resources, signal) => {
    try {
      await client.request({ method: "DELETE", path: path`/v2/tags/${tag}/resources`, body: { resources } }, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      if (resources.length > 1) for (const resource of resources) await remove(tag, [resource], signal);
    }
  };

  const ignoringMissing = async (request: Promise<void>): Promise<void> => {
    try {
      await request;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };

  const exists: TagsApi["exists"] = async (tag, signal) => (await client.find(path`/v2/tags/${tag}`, "tag", signal)) !== undefined;

  return {
    add: async (tag, resources, signal) => {
      try {
        await attach(tag, resources, signal);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await make(tag, resources, signal);
      }
    },
    make,
    create: async (tag, signal) => {
      await create(tag, signal);
    },
    exists,
    names: async (signal) => ((await client.list("/v2/tags", {}, "tags", signal)) as { readonly name: string }[]).map(({ name }) => name),
    remove,
    delete: (tag, signal) => ignoringMissing(client.request({ method: "DELETE", path: path`/v2/tags/${tag}` }, signal)),
  };
}
