import { retryAfter } from "../../provider/rules/retryAfter";
import type { Clock } from "../../provider/world";

/** An account at an endpoint, asked slowly enough that no limit runs dry. */
export interface AccountArgs {
  readonly endpoint: string;
  readonly token: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Default: half of what the service lets a token ask, since others may use it, too. */
  readonly requestsPerMinute?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined where there is none. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** Fewer are left to whoever else uses the token. */
const leastRemaining = 200;

/** One account; its token is in no message. */
export class Account {
  readonly #args: AccountArgs;
  readonly #sentAt: number[] = [];

  constructor(args: AccountArgs) {
    this.#args = args;
  }

  get clock(): Clock {
    return this.#args.clock;
  }

  get signal(): AbortSignal {
    return this.#args.signal;
  }

  /** The same account for work that an interruption does not end. */
  with(signal: AbortSignal): Account {
    return new Account({ ...this.#args, signal });
  }

  /** One request and its answer, whatever its status; where there were too many of them, the answer that comes once it may be asked again. */
  async ask(method: string, path: string, body?: object, token = this.#args.token): Promise<Answer> {
    const { clock, signal } = this.#args;
    for (;;) {
      const answer = await this.askOnce(method, path, body, token);
      if (!isTooMany(answer)) return answer;
      await clock.sleep(retryAfter(answer.headers, clock.now()) ?? 10_000, signal);
    }
  }

  /** Every item of a list. */
  async list<T>(path: string, key: string): Promise<readonly T[]> {
    const items: T[] = [];
    for (let page = 1; ; page += 1) {
      const { status, body } = await this.ask("GET", `${path}${path.includes("?") ? "&" : "?"}per_page=200&page=${page}`);
      if (status !== 200) throw new Error(`GET ${path} was answered ${status}: ${String(body?.["message"])}`);
      const found = (body?.[key] ?? []) as readonly T[];
      items.push(...found);
      if (found.length < 200) return items;
    }
  }

  /** One request and its answer, even where that is 429. */
  async askOnce(method: string, path: string, body?: object, token = this.#args.token): Promise<Answer> {
    const { endpoint, signal } = this.#args;
    await this.#turn();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(`${endpoint}${path}`, {
      method,
      headers,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const remaining = response.headers.get("ratelimit-remaining");
    if (remaining !== null && Number(remaining) < leastRemaining) {
      throw new Error(
        `The token has ${remaining} requests left this hour, and a run leaves at least ${leastRemaining}: run it again later.`,
      );
    }
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: readJson(text) };
  }

  async #turn(): Promise<void> {
    const { clock, signal, requestsPerMinute = 120 } = this.#args;
    for (;;) {
      const now = clock.now();
      while ((this.#sentAt[0] ?? now) <= now - 60_000) this.#sentAt.shift();
      if (this.#sentAt.length < requestsPerMinute) break;
      await clock.sleep((this.#sentAt[0] ?? now) + 60_000 - now, signal);
    }
    this.#sentAt.push(clock.now());
  }
}

/** An account that may have no more of something is answered 429, too: that doesn't pass. */
function isTooMany({ status, headers, body }: Answer): boolean {
  return status === 429 && (headers.has("retry-after") || /rate limit/i.test(String(body?.["message"])));
}

function readJson(text: string): Answer["body"] {
  try {
    return text === "" ? undefined : (JSON.parse(text) as Answer["body"]);
  } catch {
    return { message: text.slice(0, 200) };
  }
}
