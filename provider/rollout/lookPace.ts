/** What the service does to a Droplet, and tells only when it is asked. */
export type Work = "create" | "shutdown" | "delete" | "other";

/** Work under way; `since` in milliseconds since the epoch. */
export interface UnderWay {
  readonly work: Work;
  readonly since: number;
}

/** Between two looks at work that can be done by now, in milliseconds; the first is at least a fiftieth of what the work has taken. */
const [shortestPause, longestPause] = [300, 5_000];
/** By how much of the time since the work could be done the looks at it spread, for each page that one takes. */
const spread = 0.15;
/** A look without anything under way, for what others do to the Droplets. Milliseconds. */
const idlePause = 15_000;

/** Says when to look next: from when work can be done on, by how long such work has taken here so far. Times in milliseconds. */
export class LookPace {
  /** Requests that a look takes. */
  pages = 1;
  readonly #shortest = new Map<Work, number>();

  /** Takes in how long work took, as far as looks could tell. */
  took(work: Work, milliseconds: number): void {
    this.#shortest.set(work, Math.min(milliseconds, this.#shortest.get(work) ?? Infinity));
  }

  /** The pause until the next look; `random` in [0, 1) keeps processes from asking at the same moment. */
  pause(underWay: readonly UnderWay[], now: number, random: number): number {
    const pauses = underWay.map(({ work, since }) => {
      const elapsed = Math.max(0, now - since);
      // A little before: what it took so far is what looks, which come late, could tell.
      const over = elapsed - 0.85 * (this.#shortest.get(work) ?? 0);
      const step = Math.max((shortestPause * (1 + this.pages)) / 2, elapsed / 50, over * spread * this.pages);
      return Math.max(shortestPause, over < 0 ? -over : Math.min(longestPause, step));
    });
    return Math.round(Math.min(idlePause, ...pauses) * (1 + 0.05 * random));
  }
}
