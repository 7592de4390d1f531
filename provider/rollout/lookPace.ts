/** What the service does to a Droplet, and tells only when it is asked. */
export type Work = "create" | "shutdown" | "delete" | "other";

/** Work under way; `since` in milliseconds since the epoch. */
export interface UnderWay {
  readonly work: Work;
  readonly since: number;
}

/** A look without anything under way, for what others do to the Droplets. Milliseconds. */
const idlePause = 15_000;

/** Says when to look next: shortly before work can be done, by how long such work has taken here so far. Times in milliseconds. */
export class LookPace {
  readonly #shortest = new Map<Work, number>();

  /** Takes in how long work took, as far as looks could tell. */
  took(work: Work, milliseconds: number): void {
    this.#shortest.set(work, Math.min(milliseconds, this.#shortest.get(work) ?? Infinity));
  }

  /** The pause until the next look; `random` in [0, 1) keeps processes from asking at the same moment. */
  pause(underWay: readonly UnderWay[], now: number, random: number): number {
    const pauses = underWay.map(({ work, since }) => {
      const elapsed = Math.max(0, now - since);
      const early = 0.8 * (this.#shortest.get(work) ?? 0) - elapsed;
      return Math.max(early, elapsed < 15_000 ? 1_000 : elapsed < 90_000 ? 2_000 : 5_000);
    });
    return Math.round(Math.min(idlePause, ...pauses) * (0.9 + 0.2 * random));
  }
}
