import type { Call } from "../host/resource";
import type { Clock } from "../world";

/** A line at least this often while nothing changes, in milliseconds. */
const heartbeat = 30_000;

/** Says where one operation stands: at each change, and every 30 s of waiting with the seconds since. */
export class StatusLine {
  /** What was said last, without the seconds; empty before the first. */
  phase = "";
  readonly #call: Call;
  readonly #clock: Clock;
  #since = 0;
  #saidAt = 0;

  constructor(call: Call, clock: Clock) {
    this.#call = call;
    this.#clock = clock;
  }

  say(phase: string): void {
    const now = this.#clock.now();
    const isNew = phase !== this.phase;
    if (!isNew && now - this.#saidAt < heartbeat) return;
    if (isNew) this.#since = now;
    this.phase = phase;
    this.#saidAt = now;
    this.#call.progress(isNew ? phase : `${phase} (${Math.round((now - this.#since) / 1_000)} s)`);
  }
}
