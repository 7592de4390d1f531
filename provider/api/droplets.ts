import type { DropletsApi } from "./api";
import type { Client } from "./client";
import { isNotFound } from "./errors";
import { path } from "./paths";
import type { ActionWire, DropletWire } from "./wire";

export function dropletsApi(client: Client): DropletsApi {
  const act = async (id: string, type: string, signal: AbortSignal, fields = {}): Promise<ActionWire> =>
    (await client.read(
      { method: "POST", path: path`/v2/droplets/${id}/actions`, body: { type, ...fields }, idempotent: true },
      "action",
      signal,
    )) as ActionWire;

  const remove = async (path: string, signal: AbortSignal): Promise<boolean> => {
    try {
      await client.request({ method: "DELETE", path }, signal);
      return true;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return false;
    }
  };

  return {
    create: async (droplets, signal) => {
      const secrets = droplets.user_data === undefined ? [] : [droplets.user_data];
      return (await client.read({ method: "POST", path: "/v2/droplets", body: droplets, secrets }, "droplets", signal)) as DropletWire[];
    },
    get: async (id, signal, priority) =>
      (await client.find(path`/v2/droplets/${id}`, "droplet", signal, priority)) as DropletWire | undefined,
    listByTag: async (tag, signal, priority) =>
      (await client.list("/v2/droplets", { tag_name: tag }, "droplets", signal, priority)) as DropletWire[],
    list: async (signal) => (await client.list("/v2/droplets", {}, "droplets", signal)) as DropletWire[],
    delete: (id, signal) => remove(path`/v2/droplets/${id}`, signal),
    total: async (signal) => {
      const meta = await client.read({ method: "GET", path: "/v2/droplets?per_page=1" }, "meta", signal);
      return (meta as { readonly total: number }).total;
    },
    deleteByTag: async (tag, signal) => {
      await remove(path`/v2/droplets?tag_name=${tag}`, signal);
    },
    shutdown: (id, signal) => act(id, "shutdown", signal),
    shutdownByTag: (tag, signal) =>
      client.request({ method: "POST", path: path`/v2/droplets/actions?tag_name=${tag}`, body: { type: "shutdown" } }, signal),
    act,
    rebuild: (id, image, signal) => act(id, "rebuild", signal, { image: Number(image) }),
    powerOff: (id, signal) => act(id, "power_off", signal),
  };
}
