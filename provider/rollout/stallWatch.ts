/** Tells when a change stands still: no step towards the goal has been made for so many milliseconds. */
export class StallWatch {
  readonly #limit: number;
  #least = Infinity;
  #since: number;

  constructor(limit: number, now: number) {
    this.#limit = limit;
    this.#since = now;
  }

  /** Milliseconds since the last step. */
  idle(now: number): number {
    return now - this.#since;
  }

  /** Takes in how many steps are left; only fewer than ever before are progress. Returns whether it stands still for too long. */
  isStalled(distance: number, now: number): boolean {
    if (distance < this.#least) {
      this.#least = distance;
      this.#since = now;
    }
    return now - this.#since > this.#limit;
  }
}
