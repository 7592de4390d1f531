import type { Call } from "../host/resource";
import type { Clock } from "../world";
import { duration } from "./duration";

/** A line at least this often while nothing changes, in milliseconds. */
const heartbeat = 30_000;

/** Says where one operation stands: at each change, and every 30 s while nothing changes. */
export class StatusLine {
  /** What was said last, without times; empty before the first. */
  phase = "";
  readonly #call: Pick<Call, "progress">;
  readonly #clock: Clock;
  #since = 0;
  #saidAt = 0;

  constructor(call: Pick<Call, "progress">, clock: Clock) {
    this.#call = call;
    this.#clock = clock;
  }

  /** `line` is what to say of the phase now, with times of its own. Default: the phase, and how long it has lasted. */
  say(phase: string, line?: string): void {
    const now = this.#clock.now();
    const isNew = phase !== this.phase;
    if (!isNew && now - this.#saidAt < heartbeat) return;
    if (isNew) this.#since = now;
    this.phase = phase;
    this.#saidAt = now;
    this.#call.progress(line ?? (isNew ? phase : `${phase} (${duration(now - this.#since)})`));
  }
}
