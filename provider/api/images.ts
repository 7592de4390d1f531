import type { ImagesApi, Priority } from "./api";
import type { Client } from "./client";
import { isNotFound, isUnprocessable } from "./errors";
import { path } from "./paths";
import type { ActionWire, ImageWire } from "./wire";

export function imagesApi(client: Client): ImagesApi {
  const own = async (query: Readonly<Record<string, string>>, signal: AbortSignal, priority?: Priority): Promise<readonly ImageWire[]> => {
    const images = (await client.list("/v2/images", query, "images", signal, priority)) as ImageWire[];
    return images.filter((image) => image.public !== true && image.status !== "deleted");
  };

  return {
    create: async (image, find, signal) =>
      (await client.read({ method: "POST", path: "/v2/images", body: image, secrets: [image.url], find }, "image", signal)) as ImageWire,

    get: async (id, signal, priority) => (await client.find(path`/v2/images/${id}`, "image", signal, priority)) as ImageWire | undefined,

    listByTag: (tag, signal, priority) => own({ tag_name: tag }, signal, priority),
    list: (signal) => own({ private: "true" }, signal),

    update: async (id, changes, signal) =>
      (await client.read({ method: "PUT", path: path`/v2/images/${id}`, body: changes }, "image", signal)) as ImageWire,

    delete: async (id, signal) => {
      try {
        await client.request({ method: "DELETE", path: path`/v2/images/${id}` }, signal);
      } catch (error) {
        // What is deleted stays known to DELETE, which refuses it for good.
        const gone = isNotFound(error) || (isUnprocessable(error) && /already deleted/i.test(error.text));
        if (!gone) throw error;
      }
    },

    transfer: async (id, region, find, signal) => {
      const body = { type: "transfer", region };
      return (await client.read({ method: "POST", path: path`/v2/images/${id}/actions`, body, find }, "action", signal)) as ActionWire;
    },

    actions: async (id, signal, priority) => {
      const actions = (await client.list(path`/v2/images/${id}/actions`, {}, "actions", signal, priority)) as ActionWire[];
      return actions.sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at) || b.id - a.id);
    },
  };
}
