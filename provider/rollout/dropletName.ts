/** The same name for the same slot and template: a Droplet of a POST that got no answer is known by it. */
export function dropletName(prefix: string, slot: number, template: string): string {
  return `${prefix}-${slot}-${template.slice(0, 4)}`;
}

/** The slot that a name says, or undefined for a name that somebody changed. */
export function slotOf(name: string): number | undefined {
  const digits = /-(\d{1,4})-[0-9a-f]{4}$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
