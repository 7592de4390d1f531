import type { Clock } from "../world";
import { elapsedOf } from "./duration";
import type { Listener } from "./listener";

/** A line at least this often while nothing changes, in milliseconds. */
const heartbeat = 30_000;

/** Says where one operation stands: at each change, and every 30 s while nothing changes. What was left out is said again the next time. */
export class StatusLine {
  /** What was said last, without times; empty before the first. */
  phase = "";
  readonly #listener: Pick<Listener, "progress">;
  readonly #clock: Clock;
  readonly #expected: number | undefined;
  readonly #begun: number;
  #saidAt = 0;

  /** `expected` is how long the operation usually takes, in milliseconds. */
  constructor(listener: Pick<Listener, "progress">, clock: Clock, expected?: number) {
    this.#listener = listener;
    this.#clock = clock;
    this.#expected = expected;
    this.#begun = clock.now();
  }

  /** `line` is what to say of the phase now, with times of its own. Default: the phase, and how long the operation has lasted. */
  say(phase: string, line?: string): void {
    const now = this.#clock.now();
    if (phase === this.phase && now - this.#saidAt < heartbeat) return;
    this.phase = phase;
    const isSaid = this.#listener.progress(line ?? `${phase}, ${elapsedOf(now - this.#begun, this.#expected)}`);
    if (isSaid !== false) this.#saidAt = now;
  }
}
