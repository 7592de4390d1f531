/** One of a kind for each of some regions, by their slugs. */
export type ByRegion<T> = Readonly<Record<string, T>>;

export function byRegion<T>(regions: readonly string[], make: (region: string) => T): ByRegion<T> {
  return Object.fromEntries(regions.map((region) => [region, make(region)]));
}

export function mapped<T, U>(things: ByRegion<T>, change: (thing: T) => U): ByRegion<U> {
  return Object.fromEntries(Object.entries(things).map(([region, thing]) => [region, change(thing)]));
}
