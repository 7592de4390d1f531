import type { World } from "../../../provider/world";
import { VirtualClock } from "../../../virtual/virtualClock";

/** A request as it arrived. */
export interface Arrival {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: unknown;
  readonly headers: Headers;
  /** Seconds since the start. */
  readonly at: number;
}

export type Answering = (arrival: Arrival, count: number) => Response | Promise<Response>;

/** A world whose network is one function, on virtual time. */
export class ScriptedService {
  readonly clock = new VirtualClock();
  readonly arrivals: Arrival[] = [];
  readonly world: World;
  readonly #started = this.clock.now();

  constructor(answer: Answering, random: () => number = () => 0) {
    this.world = {
      clock: this.clock,
      random,
      probe: { http: () => Promise.reject(new Error("no probe here")), tcp: () => Promise.reject(new Error("no probe here")) },
      send: async (request) => {
        const url = new URL(request.url);
        const text = await request.text();
        const arrival = {
          method: request.method,
          path: `${url.pathname}${url.search}`,
          body: text === "" ? undefined : (JSON.parse(text) as unknown),
          headers: request.headers,
          at: (this.clock.now() - this.#started) / 1_000,
        };
        this.arrivals.push(arrival);
        return answer(arrival, this.arrivals.length);
      },
    };
  }

  /** `GET /v2/images/7` and the like, in order. */
  get requests(): string[] {
    return this.arrivals.map(({ method, path }) => `${method} ${path}`);
  }

  get times(): number[] {
    return this.arrivals.map(({ at }) => at);
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

/** Looks for what a POST would have made, in vain. */
export const foundNothing = () => Promise.resolve(undefined);

/** A signal that never aborts. */
export const never = new AbortController().signal;

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome) return outcome.error;
  throw new Error(`expected a failure, got ${JSON.stringify(outcome.value)}`);
}
