/** A count, or a percentage of the fleet's count: `3`, `25%`. */
export const sizePattern = /^(\d{1,4}|\d{1,3}%)$/;

/** Whether a text is a size from 0 to 1000, or from 0% to 100%. */
export function isSize(text: string): boolean {
  const amount = Number.parseInt(text, 10);
  return sizePattern.test(text) && amount <= (text.endsWith("%") ? 100 : 1_000);
}

/** How many Droplets a size is, of so many. */
export function resolveSize(size: string, count: number, rounding: "up" | "down"): number {
  const amount = Number.parseInt(size, 10);
  if (!size.endsWith("%")) return amount;
  // In whole numbers, for 7% of 100 in fractions is a little more than 7.
  const hundredfold = amount * count;
  return rounding === "up" ? Math.ceil(hundredfold / 100) : Math.floor(hundredfold / 100);
}

/** What a change may do at a time, in Droplets. */
export interface Bounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  readonly maxFailures: number;
}

/** The bounds for a fleet of so many. Where rounding alone leaves no room to move, one may be unavailable. */
export function boundsOf(sizes: { readonly [Name in keyof Bounds]: string }, count: number): Bounds {
  const maxSurge = resolveSize(sizes.maxSurge, count, "up");
  const maxUnavailable = resolveSize(sizes.maxUnavailable, count, "down");
  const isStuck = count > 0 && maxSurge === 0 && maxUnavailable === 0;
  const failures = resolveSize(sizes.maxFailures, count, "up");
  return { maxSurge, maxUnavailable: isStuck ? 1 : maxUnavailable, maxFailures: failures };
}
