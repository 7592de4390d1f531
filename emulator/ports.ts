import type { Cloud } from "./cloud";
import type { DropletRow } from "./routes/droplets";
import { admits } from "./routes/firewallRules";
import type { Team } from "./team";
import type { Listen } from "./workloads";

/** The addresses of a Droplet. */
export function addressesOf({ publicAddress, privateAddress, reservedAddress }: DropletRow): readonly string[] {
  return [privateAddress, publicAddress, reservedAddress].filter((address) => address !== undefined);
}

/** A port that a Droplet listens on, and whether its firewalls admit connections to it on an address. */
export interface Door {
  readonly listen: Listen;
  readonly isOpen: boolean;
}

/** Opens and closes ports until each address has those that the Droplet listens on, and drops what its firewalls don't admit. */
export function syncPorts(cloud: Cloud, team: Team, droplet: DropletRow): void {
  const { doors, listening, name, image } = droplet;
  const wanted = new Map(
    addressesOf(droplet).map((address) => {
      const admitted = (port: number): boolean => admits(team, droplet, port, address === droplet.privateAddress);
      return [address, listening.map((listen) => ({ listen, isOpen: admitted(listen.port) }))] as const;
    }),
  );
  for (const address of new Set([...doors.keys(), ...wanted.keys()])) {
    const before = doors.get(address) ?? [];
    const after: readonly Door[] = wanted.get(address) ?? [];
    for (const { listen } of before.filter((door) => !after.some((other) => isSame(door, other))))
      cloud.network.close(address, listen.port);
    for (const { listen, isOpen } of after.filter((door) => !before.some((other) => isSame(door, other)))) {
      if (isOpen) cloud.network.open(address, listen, `${name} runs ${image.name} (image ${image.id})`);
      else cloud.network.drop(address, listen.port);
    }
    doors.set(address, after);
  }
}

function isSame(one: Door, other: Door): boolean {
  return one.listen === other.listen && one.isOpen === other.isOpen;
}

/** The same for every Droplet of a team, after something that its firewalls depend on has changed. */
export function syncAllPorts(cloud: Cloud, team: Team): void {
  for (const droplet of team.droplets.all()) syncPorts(cloud, team, droplet);
}
