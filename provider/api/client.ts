import { setMaxListeners } from "node:events";
import type { World } from "../world";
import type { Priority } from "./api";
import type { RateBudget } from "./budget";
import { isNotFound, NetworkError, type ApiError, type Method } from "./errors";
import { redact } from "./redaction";
import { apiErrorOf } from "./apiErrorOf";
import { RetryPolicy } from "./retryPolicy";
import { withTimeout } from "../waiting/timeout";

/** The most that the API puts on a page. */
const pageSize = 200;

export interface ApiRequest {
  readonly method: Method;
  /** From `/v2/` on, query included, escaped. */
  readonly path: string;
  readonly body?: unknown;
  /** Default `foreground`. */
  readonly priority?: Priority;
  /** Whether a second time has no further effect. Default: true of every method but POST. */
  readonly idempotent?: boolean;
  /** Values of the body that must not come back in an error. */
  readonly secrets?: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

type Outcome =
  | { readonly took: number; readonly answer: Answer; readonly error?: undefined }
  | { readonly took: number; readonly answer?: undefined; readonly error: ApiError | NetworkError };

interface ClientSettings {
  readonly token: string;
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly world: World;
  readonly userAgent: string;
  readonly budget: RateBudget;
}

/** Sends requests to one endpoint with one token: each takes its turn in the budget, and is repeated where that is safe. */
export class Client {
  readonly #settings: ClientSettings;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /** Carries out a call whose answer has no body worth reading. Rejects with `ApiError`, `NetworkError` or the signal's reason. */
  async request(call: ApiRequest, signal: AbortSignal): Promise<void> {
    await this.#answer(call, signal);
  }

  /** What the answer's JSON holds under the key. Rejects as `request` does. */
  async read(call: ApiRequest, key: string, signal: AbortSignal): Promise<unknown> {
    return this.#field(call, await this.#json(call, signal), key);
  }

  /** What is there under the key, undefined where the answer is 404. */
  async find(path: string, key: string, signal: AbortSignal, priority?: Priority): Promise<unknown> {
    try {
      return await this.read({ method: "GET", path, priority }, key, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Everything of a collection. Of a page's link only the query is followed: the token goes to the endpoint, not to where a link points. */
  async list(
    path: string,
    query: Readonly<Record<string, string>>,
    key: string,
    signal: AbortSignal,
    priority?: Priority,
  ): Promise<unknown[]> {
    const things: unknown[] = [];
    const seen = new Set<string>();
    let next: string | undefined = new URLSearchParams({ ...query, per_page: `${pageSize}` }).toString();
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      const call: ApiRequest = { method: "GET", path: `${path}?${next}`, priority };
      const page = await this.#json(call, signal);
      things.push(...(this.#field(call, page, key) as unknown[]));
      next = nextQuery(page);
    }
    return things;
  }

  async #answer(call: ApiRequest, signal: AbortSignal): Promise<Answer> {
    // Calls of one operation run side by side on its signal: more than ten listeners are no leak here.
    setMaxListeners(0, signal);
    const { clock, random } = this.#settings.world;
    const policy = new RetryPolicy(call.idempotent ?? call.method !== "POST", random, clock.now());
    for (;;) {
      const { took, answer, error } = await this.#try(call, policy.timeLimit, signal);
      if (error === undefined) return answer;
      const pause = policy.pauseAfter(error, took, clock.now());
      if (pause === undefined) throw error;
      await clock.sleep(pause, signal);
    }
  }

  /** One turn in the budget and one request; `took` is the request alone. */
  async #try(call: ApiRequest, timeLimit: number, signal: AbortSignal): Promise<Outcome> {
    const { budget, world } = this.#settings;
    let sentAt = world.clock.now();
    try {
      const answer = await budget.spend(call.priority ?? "foreground", signal, () => {
        sentAt = world.clock.now();
        return this.#send(call, timeLimit, signal);
      });
      const took = world.clock.now() - sentAt;
      if (answer.status >= 200 && answer.status < 300) return { took, answer };
      return { took, error: apiErrorOf(call.method, this.#url(call.path), answer, this.#secrets(call)) };
    } catch (failure) {
      signal.throwIfAborted();
      return { took: world.clock.now() - sentAt, error: this.#networkError(call, failure) };
    }
  }

  #send({ method, path, body }: ApiRequest, timeLimit: number, signal: AbortSignal): Promise<Answer> {
    const { token, world, userAgent } = this.#settings;
    return withTimeout(world.clock, timeLimit, signal, async (inner) => {
      const request = new Request(this.#url(path), {
        method,
        signal: inner,
        // A redirect would take the token elsewhere.
        redirect: "manual",
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/json",
          "user-agent": userAgent,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const response = await world.send(request);
      return { status: response.status, headers: response.headers, text: await response.text() };
    });
  }

  async #json(call: ApiRequest, signal: AbortSignal): Promise<unknown> {
    const { text } = await this.#answer(call, signal);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw this.#networkError(call, new Error("what came back is not JSON"));
    }
  }

  #field(call: ApiRequest, body: unknown, key: string): unknown {
    const value = typeof body === "object" && body !== null ? (body as Record<string, unknown>)[key] : undefined;
    if (value === undefined || value === null) throw this.#networkError(call, new Error(`what came back has no \`${key}\``));
    return value;
  }

  /** The failure's text only, and redacted: what transports throw may quote a header. */
  #networkError(call: ApiRequest, failure: unknown): NetworkError {
    const { code, text } = innermost(failure);
    const connected = code === undefined || !notConnected.has(code);
    return new NetworkError(call.method, this.#url(call.path), redact(text, this.#secrets(call)), connected);
  }

  #secrets(call: ApiRequest): readonly string[] {
    return [this.#settings.token, ...(call.secrets ?? [])];
  }

  #url(path: string): string {
    return `${this.#settings.endpoint}${path}`;
  }
}

/** What a transport says when it never reached anyone. */
const notConnected = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** `fetch failed` says nothing; the error behind it does. Errors of another realm are no `Error` here, so it goes by shape. */
function innermost(failure: unknown): { readonly code?: string; readonly text: string } {
  if (typeof failure !== "object" || failure === null) return { text: String(failure) };
  const { cause, code, message } = failure as { readonly cause?: unknown; readonly code?: unknown; readonly message?: unknown };
  if (typeof cause === "object" && cause !== null) return innermost(cause);
  const word = typeof code === "string" ? code : undefined;
  return { code: word, text: typeof message === "string" && message !== "" ? message : (word ?? "the connection failed") };
}

function nextQuery(page: unknown): string | undefined {
  const next = (page as { readonly links?: { readonly pages?: { readonly next?: unknown } } }).links?.pages?.next;
  if (typeof next !== "string" || next === "") return undefined;
  return new URLSearchParams(next.split("?")[1]).toString();
}
