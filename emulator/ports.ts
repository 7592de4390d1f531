import type { Cloud } from "./cloud";
import type { DropletRow } from "./routes/droplets";
import { admits } from "./routes/firewallRules";
import type { Team } from "./team";
import type { Listen } from "./workloads";

/** The addresses of a Droplet. */
export function addressesOf({ publicAddress, privateAddress, reservedAddress }: DropletRow): readonly string[] {
  return [privateAddress, publicAddress, reservedAddress].filter((address) => address !== undefined);
}

/** Opens and closes ports until each address has those that the Droplet listens on and that its firewalls admit. */
export function syncPorts(cloud: Cloud, team: Team, droplet: DropletRow): void {
  const { opened, listening, name, image } = droplet;
  const wanted = new Map(
    addressesOf(droplet).map((address) => {
      return [address, listening.filter(({ port }) => admits(team, droplet, port, address === droplet.privateAddress))] as const;
    }),
  );
  for (const [address, ports] of opened) {
    const kept = ports.filter((listen) => wanted.get(address)?.includes(listen) === true);
    for (const { port } of ports.filter((listen) => !kept.includes(listen))) cloud.network.close(address, port);
    opened.set(address, kept);
  }
  for (const [address, ports] of wanted) {
    const before: readonly Listen[] = opened.get(address) ?? [];
    for (const listen of ports.filter((one) => !before.includes(one))) {
      cloud.network.open(address, listen, `${name} runs ${image.name} (image ${image.id})`);
    }
    opened.set(address, ports);
  }
}

/** The same for every Droplet of a team, after something that its firewalls depend on has changed. */
export function syncAllPorts(cloud: Cloud, team: Team): void {
  for (const droplet of team.droplets.all()) syncPorts(cloud, team, droplet);
}
