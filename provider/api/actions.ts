import { type ActionsApi, actionsPage } from "./api";
import type { Client } from "./client";
import type { ActionWire } from "./wire";

export function actionsApi(client: Client): ActionsApi {
  return {
    recent: async (signal, priority, page = 1) => {
      const path = `/v2/actions?per_page=${actionsPage}${page > 1 ? `&page=${page}` : ""}`;
      return (await client.read({ method: "GET", path, priority }, "actions", signal)) as ActionWire[];
    },
  };
}
