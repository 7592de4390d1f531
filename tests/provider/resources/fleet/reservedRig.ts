import type { FleetInputs } from "../../../../provider/resources/fleet/fleetState";
import { servingTag } from "../../../../provider/rollout/fleetTags";
import { FleetRig } from "./fleetRig";

export const usual = { maxSurge: "1", maxUnavailable: "0", maxFailures: "0", drainSeconds: 2, shutdownSeconds: 10 };

export interface ReservedRig {
  readonly rig: FleetRig;
  readonly ips: readonly string[];
  readonly inputs: (image: number, changes?: Partial<FleetInputs>) => Promise<FleetInputs>;
}

/** An account with so many Reserved IPs, and the inputs of a fleet of three that has all of them. */
export async function reserved(many = 2, policy: FleetInputs["rollout"] = usual): Promise<ReservedRig> {
  const rig = new FleetRig({ reservedIpLimit: 10 });
  const ips: string[] = [];
  for (let at = 0; at < many; at += 1) {
    ips.push(((await rig.ask("POST", "/v2/reserved_ips", { region: "ams3" })) as { reserved_ip: { ip: string } }).reserved_ip.ip);
  }
  return { rig, ips, inputs: (image, changes = {}) => rig.inputs(image, { reservedIps: ips, rollout: policy, ...changes }) };
}

/** By address, number of the Droplet that it leads to. */
export async function leads(rig: FleetRig, ips: readonly string[]): Promise<readonly (string | undefined)[]> {
  const { reserved_ips: all } = (await rig.ask("GET", "/v2/reserved_ips")) as {
    reserved_ips: { ip: string; droplet: { id: number } | null }[];
  };
  const holders = new Map(all.map(({ ip, droplet }) => [ip, droplet === null ? undefined : String(droplet.id)]));
  return ips.map((ip) => holders.get(ip));
}

/** How many of the addresses led, at any request, to a Droplet that serves. */
export function reachable({ rig, ips }: Pick<ReservedRig, "rig" | "ips">, id: string): { least: number } {
  const seen = { least: ips.length };
  const watch = rig.watch;
  rig.watch = (droplets) => {
    watch(droplets);
    const serving = droplets.filter(({ tags, status }) => status === "active" && tags.includes(servingTag(id)));
    const reached = ips.filter((ip) => serving.some(({ networks }) => networks.v4.some(({ ip_address: one }) => one === ip)));
    seen.least = Math.min(seen.least, reached.length);
  };
  return seen;
}
