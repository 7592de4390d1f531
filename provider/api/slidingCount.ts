/**
 * How many requests the service may still be counting: those under way, and those that ended less than a window ago. A request
 * is counted from its end, because it reached the service at some unknown moment before.
 */
export class SlidingCount {
  readonly #window: number;
  #ended: number[] = [];
  #underWay = 0;

  /** `window` in milliseconds. */
  constructor(window: number) {
    this.#window = window;
  }

  begin(): void {
    this.#underWay += 1;
  }

  end(now: number): void {
    this.#underWay -= 1;
    this.#ended.push(now);
  }

  count(now: number): number {
    const gone = this.#ended.findIndex((at) => at + this.#window > now);
    this.#ended.splice(0, gone === -1 ? this.#ended.length : gone);
    return this.#underWay + this.#ended.length;
  }

  /** Milliseconds until one more is within the limit, which may be a fraction; Infinity where a request must end first. */
  untilRoom(limit: number, now: number): number {
    const excess = this.count(now) + 1 - Math.floor(limit);
    if (excess <= 0) return 0;
    const leaving = this.#ended[excess - 1];
    return leaving === undefined ? Infinity : leaving + this.#window - now;
  }
}
