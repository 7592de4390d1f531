import type { DropletWire } from "../api/wire";

/** The Droplet's IPv4 address of that kind, once it has one. */
export function addressOf(droplet: DropletWire, kind: string): string | undefined {
  return droplet.networks.v4.find((network) => network.type === kind)?.ip_address;
}
