import type { ActionsApi } from "./api";
import type { Client } from "./client";
import type { ActionWire } from "./wire";

export function actionsApi(client: Client): ActionsApi {
  return {
    recent: async (signal, priority) =>
      (await client.read({ method: "GET", path: "/v2/actions?per_page=200", priority }, "actions", signal)) as ActionWire[],
  };
}
