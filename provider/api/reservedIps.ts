import type { ReservedIpsApi } from "./api";
import type { Client } from "./client";
import { path } from "./paths";
import type { ReservedIpWire } from "./wire";

export function reservedIpsApi(client: Client): ReservedIpsApi {
  const act = (ip: string, body: object, signal: AbortSignal): Promise<void> =>
    client.request({ method: "POST", path: path`/v2/reserved_ips/${ip}/actions`, body }, signal);

  return {
    list: async (signal, priority) => (await client.list("/v2/reserved_ips", {}, "reserved_ips", signal, priority)) as ReservedIpWire[],
    assign: (ip, droplet, signal) => act(ip, { type: "assign", droplet_id: Number(droplet) }, signal),
    unassign: (ip, signal) => act(ip, { type: "unassign" }, signal),
  };
}
