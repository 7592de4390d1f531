/** A random source: a number from 0 up to, but not including, 1. */
export type Random = () => number;

/** Ids that look like DigitalOcean's: large, rising, with gaps. The same random source gives the same ids. */
export class Ids {
  readonly #random: Random;
  readonly #last = { image: 190_000_000, droplet: 510_000_000, action: 2_400_000_000, key: 42_000_000, record: 1_700_000_000 };

  constructor(random: Random) {
    this.#random = random;
  }

  next(kind: "image" | "droplet" | "action" | "key" | "record"): number {
    this.#last[kind] += 1 + Math.floor(this.#random() * 97);
    return this.#last[kind];
  }

  uuid(): string {
    let hex = "";
    while (hex.length < 32) hex += "0123456789abcdef".charAt(Math.floor(this.#random() * 16));
    return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join("-");
  }
}

/** A repeatable random source that starts from a number (the generator mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
