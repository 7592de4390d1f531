import type { DropletWire } from "../api/wire";

/** The Droplet's name in projects. */
export function dropletUrn({ id }: Pick<DropletWire, "id">): string {
  return `do:droplet:${id}`;
}
