import type { Fault } from "../../emulator/faults";
import { seededRandom } from "../../emulator/ids";
import type { EmulatorOptions } from "../../emulator/options";

/** What one seed puts the provider through. Times in seconds. */
export interface Trial {
  readonly images: readonly WantedImage[];
  readonly options: Partial<EmulatorOptions>;
  readonly faults: readonly Fault[];
  /** The `up`s with which something goes wrong; quiet ones follow until all is there. */
  readonly upsets: readonly UpsetRun[];
  readonly parallel: number;
  readonly continueOnError: boolean;
}

export interface WantedImage {
  readonly name: string;
  /** Another one is another source. Default: empty. */
  readonly version?: string;
  /** Default: a URL of its own, by name and version. */
  readonly source?: { readonly url: string; readonly sha256?: string };
  /** What the resource was called before, as its `aliases` say. */
  readonly formerly?: string;
  /** How many earlier versions are kept. Default: none. */
  readonly retain?: number;
  /** The import goes to the first. */
  readonly regions: readonly string[];
  /** The regions that `up` waits for. */
  readonly waited: ReadonlySet<string>;
}

export interface UpsetRun {
  /** What has passed since the run before: more than reads lag behind writes. */
  readonly pause: number;
  readonly refresh: boolean;
  /** `customTimeouts` of every operation, where set. */
  readonly timeLimit?: number;
  readonly upset: Upset;
}

export type Upset =
  | { readonly kind: "none" }
  /** kill -9 at a moment, most likely in a sleep. */
  | { readonly kind: "killed"; readonly after: number }
  /** kill -9 at a request, before it arrives or before its answer does. */
  | { readonly kind: "killedAtRequest"; readonly request: number; readonly when: "before" | "after" }
  | { readonly kind: "interrupted"; readonly after: number }
  | { readonly kind: "offline"; readonly after: number; readonly lasting: number }
  /** Someone sets the machine's clock, or it was asleep. */
  | { readonly kind: "clockSet"; readonly after: number; readonly by: number };

/** Every so many seeds, one has twenty images in ten regions. */
export const fullSizeEvery = 25;

const slugs = ["nyc3", "ams3", "fra1", "lon1", "sgp1", "tor1", "blr1", "syd1", "sfo3", "sfo2"];
const imagePaths = ["/v2/images", "/v2/images/:id", "/v2/images/:id/actions", "/v2/account", "/v2/actions"];
const longestLag = 8;

/** The trial of a seed, always the same one. */
export function trialOf(seed: number): Trial {
  const chance = new Chance(seed);
  const full = seed % fullSizeEvery === 0;
  const images = chance.times(full ? 20 : chance.among([1, 2, 3, 5, 10]), (at) =>
    wantedImage(`web-${at}`, full ? 10 : chance.whole(1, 10), chance),
  );
  const [importing, copying] = [chance.among([1, 20, 120]), chance.among([2, 60, 600])];
  const wanted = images.reduce((sum, { regions }) => sum + regions.length, 0);
  const length = importing + copying * 1.5;
  return {
    images,
    options: {
      importSeconds: importing,
      transferSeconds: copying,
      transferSecondsByRegion: Object.fromEntries(slugs.map((slug) => [slug, Math.round(copying * (0.5 + chance.next()))])),
      lagSeconds: chance.among([0, 0, 2]),
    },
    faults: [
      ...chance.times(chance.whole(0, 4), () => requestFault(chance)),
      ...chance.times(chance.whole(0, 3), () => workFault(chance, copying)),
    ],
    upsets: chance.times(chance.whole(1, 3), () => upsetRun(chance, length, wanted)),
    parallel: chance.among(full ? [8, 40, 200] : [1, 2, 8, 40]),
    continueOnError: chance.next() < 0.3,
  };
}

function wantedImage(name: string, count: number, chance: Chance): WantedImage {
  const start = chance.whole(0, slugs.length - 1);
  const regions = [...slugs.slice(start), ...slugs.slice(0, start)].slice(0, count);
  const waitsForAll = chance.next() < 0.7;
  return { name, regions, waited: new Set(regions.filter((_, at) => waitsForAll || at === 0 || chance.next() < 0.5)) };
}

function requestFault(chance: Chance): Fault {
  const path = chance.among(imagePaths);
  const struck = { on: "request", path, times: chance.among([1, 1, 2, 6]), skip: chance.whole(0, 25) } as const;
  const when = chance.among(["before", "after"] as const);
  switch (chance.whole(0, 4)) {
    case 0:
      return { ...struck, status: chance.among([500, 503]), when };
    case 1:
      return { ...struck, status: 429, ...(chance.next() < 0.5 ? { retryAfterSeconds: chance.whole(1, 60) } : {}) };
    case 2:
      return { ...struck, drop: true, when };
    case 3:
      // An import that is asked for by a killed run, and begins only after the next one has looked for it, nobody can find.
      return { ...struck, delaySeconds: chance.among(path === "/v2/images" ? [1, 5] : [1, 5, 25, 40]) };
    default:
      return { ...struck, path: "/v2/images", method: "POST", lagSeconds: chance.whole(1, longestLag) };
  }
}

function workFault(chance: Chance, copying: number): Fault {
  const region = chance.among(slugs);
  switch (chance.whole(0, 3)) {
    case 0:
      return { on: "import", fails: true, message: "We had a problem decompressing your file.", skip: chance.whole(0, 3) };
    case 1:
      return { on: "transfer", region, seconds: copying * chance.whole(1, 4) };
    case 2:
      return { on: "request", method: "POST", path: "/v2/images/:id/actions", status: 422, message: closed, skip: chance.whole(0, 9) };
    default:
      return { on: "transfer", region, fails: true, times: chance.whole(1, 3), seconds: chance.whole(0, copying) };
  }
}

export const closed = "Region does not support image transfers.";

function upsetRun(chance: Chance, length: number, wanted: number): UpsetRun {
  return {
    pause: longestLag + chance.whole(1, 100),
    refresh: chance.next() < 0.3,
    ...(chance.next() < 0.25 ? { timeLimit: chance.whole(5, Math.max(30, length)) } : {}),
    upset: upset(chance, chance.next() ** 2 * length, wanted),
  };
}

function upset(chance: Chance, after: number, wanted: number): Upset {
  switch (chance.whole(0, 7)) {
    case 0:
    case 1:
      return { kind: "killed", after };
    case 2:
    case 3:
    case 4:
      return { kind: "killedAtRequest", request: chance.whole(1, 6 + 3 * wanted), when: chance.among(["before", "after"] as const) };
    case 5:
      return { kind: "interrupted", after };
    case 6:
      return { kind: "offline", after, lasting: chance.among([5, 50, 300]) };
    default:
      return { kind: "clockSet", after, by: chance.whole(-7_200, 7_200) };
  }
}

/** Draws from one seed. */
class Chance {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = seededRandom(seed);
  }

  /** From the least to the most, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (Math.floor(most) - least + 1));
  }

  among<T>(things: readonly [T, ...T[]] | readonly T[]): T {
    return things[this.whole(0, things.length - 1)] as T;
  }

  times<T>(count: number, make: (at: number) => T): readonly T[] {
    return Array.from({ length: count }, (_, at) => make(at));
  }
}
