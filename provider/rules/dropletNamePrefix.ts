/** A prefix of Droplets' names, which are hostnames. */
export function isDropletNamePrefix(name: string): boolean {
  return name.length <= 200 && /^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/.test(name);
}
