import type { Clock } from "../../../provider/world";

/** DigitalOcean's limits as documented: 250 requests a minute, 5,000 an hour, both windows sliding, told in the headers. */
export class LimitedService {
  /** Refused with 429. */
  refused = 0;
  readonly #clock: Clock;
  readonly #arrived: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Requests of the last so many milliseconds, whoever sent them. */
  recent(window: number): number {
    const since = this.#clock.now() - window;
    return this.#arrived.filter((at) => at > since).length;
  }

  /** One request arrives now. */
  receive(): Response {
    const now = this.#clock.now();
    while (this.#arrived[0] !== undefined && this.#arrived[0] <= now - hour) this.#arrived.shift();
    const crowded = this.#arrived.length >= 250 && this.#arrived[this.#arrived.length - 250]! > now - minute;
    const exhausted = this.#arrived.length >= 5_000;
    if (!crowded && !exhausted) this.#arrived.push(now);
    else this.refused += 1;
    const headers = {
      "ratelimit-limit": "5000",
      "ratelimit-remaining": `${5_000 - this.#arrived.length}`,
      "ratelimit-reset": `${Math.ceil(((this.#arrived[0] ?? now) + hour) / 1_000)}`,
    };
    if (exhausted) return new Response("{}", { status: 429, headers });
    if (!crowded) return new Response("{}", { status: 200, headers });
    const free = this.#arrived[this.#arrived.length - 250]! + minute - now;
    return new Response("{}", { status: 429, headers: { ...headers, "retry-after": `${Math.ceil(free / 1_000)}` } });
  }
}

const minute = 60_000;
const hour = 3_600_000;
