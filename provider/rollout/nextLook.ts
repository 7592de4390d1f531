/**
 * Milliseconds until the fleet is looked at again: a second while things change, up to five in a long wait. `random` in [0, 1) keeps
 * fleets from asking at the same moment.
 */
export function nextLook(sinceChange: number, random: number): number {
  const seconds = sinceChange < 10_000 ? 1 : sinceChange < 60_000 ? 2 : 5;
  return Math.round(seconds * 1_000 * (0.9 + 0.2 * random));
}
