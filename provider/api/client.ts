import { setMaxListeners } from "node:events";
import type { World } from "../world";
import type { Priority } from "./api";
import type { RateBudget } from "./budget";
import { isNotFound, mayHaveTakenEffect, NetworkError, type ApiError, type Method } from "./errors";
import { quoted } from "./quoted";
import { apiErrorOf } from "./apiErrorOf";
import { RetryPolicy } from "./retryPolicy";
import { withTimeout } from "../waiting/timeout";
import { pause, waitFor } from "../waiting/waits";

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
  /**
   * Looks for what a POST makes. Asked for after an answer that leaves open whether it was made: what is found stands for the answer, and
   * only where nothing is found the POST is sent again. A POST that is neither idempotent nor can be looked for is not repeated then.
   */
  readonly find?: (signal: AbortSignal) => Promise<unknown>;
  /** Values of the body that must not come back in an error. */
  readonly secrets?: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** `took` is the request alone, in milliseconds. */
type Outcome<T> = { readonly took: number; readonly value: T } | { readonly took: number; readonly error: ApiError | NetworkError };

/** The pauses before each look for what a POST may have made, in milliseconds: lists show a new thing seconds later. */
const looks = [1_000, 2_000, 4_000, 8_000, 15_000];

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
  /** Requests so far, with those that were repeated. */
  sent = 0;
  readonly #settings: ClientSettings;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /** Carries out a call whose answer has no body worth reading. Rejects with `ApiError`, `NetworkError` or the signal's reason. */
  async request(call: ApiRequest, signal: AbortSignal): Promise<void> {
    await this.#perform(call, () => undefined, signal);
  }

  /** What the answer's JSON holds under the key. Rejects as `request` does. */
  async read(call: ApiRequest, key: string, signal: AbortSignal): Promise<unknown> {
    return this.#perform(call, (text) => fieldOf(text, key).value, signal);
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
      const { body, value } = await this.#perform(call, (text) => fieldOf(text, key), signal);
      things.push(...(value as unknown[]));
      next = nextQuery(body);
    }
    return things;
  }

  /** Sends it until it is carried out, or fails for good. An answer that `parse` can't read counts as no answer. */
  async #perform<T>(call: ApiRequest, parse: (text: string) => T, signal: AbortSignal): Promise<T> {
    // Calls of one operation run side by side on its signal: more than ten listeners are no leak here.
    setMaxListeners(0, signal);
    const { clock, random } = this.#settings.world;
    const policy = new RetryPolicy(random, clock.now());
    for (;;) {
      const outcome = await this.#try(call, parse, policy.timeLimit, signal);
      if ("value" in outcome) return outcome.value;
      const { took, error } = outcome;
      const isOpen = mayHaveTakenEffect(error) && call.idempotent !== true;
      if (isOpen && call.find === undefined) throw error;
      const found = isOpen ? await this.#look(call, error, signal) : undefined;
      if (found !== undefined) return found as T;
      const milliseconds = policy.pauseAfter(error, took, clock.now());
      if (milliseconds === undefined) throw error;
      await pause(clock, milliseconds, `another try of ${describe(call, error)}`, signal);
    }
  }

  /** What a POST has made after all. Rejects with the POST's own error if the look fails too. */
  async #look(call: ApiRequest, error: ApiError | NetworkError, signal: AbortSignal): Promise<unknown> {
    for (const milliseconds of looks) {
      await pause(this.#settings.world.clock, milliseconds, `what became of ${describe(call, error)}`, signal);
      try {
        const found = await call.find?.(signal);
        if (found !== undefined) return found;
      } catch {
        signal.throwIfAborted();
        throw error;
      }
    }
    return undefined;
  }

  /** One turn in the budget and one request. */
  async #try<T>(call: ApiRequest, parse: (text: string) => T, timeLimit: number, signal: AbortSignal): Promise<Outcome<T>> {
    const { budget, world } = this.#settings;
    let sentAt = world.clock.now();
    try {
      const answer = await budget.spend(call.priority ?? "foreground", signal, () => {
        sentAt = world.clock.now();
        return waitFor({ what: `an answer to ${call.method} ${call.path}`, since: sentAt }, this.#send(call, timeLimit, signal));
      });
      const took = world.clock.now() - sentAt;
      if (answer.status >= 200 && answer.status < 300) return { took, value: parse(answer.text) };
      return { took, error: apiErrorOf(call.method, this.#url(call.path), answer, this.#secrets(call), world.clock.now()) };
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
      this.sent += 1;
      const response = await world.send(request);
      return { status: response.status, headers: response.headers, text: await response.text() };
    });
  }

  /** The failure's text only, and redacted: what transports throw may quote a header. */
  #networkError(call: ApiRequest, failure: unknown): NetworkError {
    const { code, text } = innermost(failure);
    const connected = code === undefined || !notConnected.has(code);
    return new NetworkError(call.method, this.#url(call.path), quoted(text, this.#secrets(call)), connected);
  }

  #secrets(call: ApiRequest): readonly string[] {
    return [this.#settings.token, ...(call.secrets ?? [])];
  }

  #url(path: string): string {
    return `${this.#settings.endpoint}${path}`;
  }
}

/** The request, and what came of it. */
function describe({ method, path }: ApiRequest, error: ApiError | NetworkError): string {
  return `${method} ${path.split("?")[0]}, which got ${"status" in error ? `status ${error.status}` : "no answer"}`;
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

/** Throws where the text is no JSON, such as a proxy's page, or was cut short. */
function fieldOf(text: string, key: string): { readonly body: unknown; readonly value: unknown } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Error(text.trim() === "" ? "what came back is empty" : "what came back is not JSON");
  }
  const value = typeof body === "object" && body !== null ? (body as Record<string, unknown>)[key] : undefined;
  if (value === undefined || value === null) throw new Error(`what came back has no \`${key}\``);
  return { body, value };
}

function nextQuery(page: unknown): string | undefined {
  const next = (page as { readonly links?: { readonly pages?: { readonly next?: unknown } } }).links?.pages?.next;
  if (typeof next !== "string" || next === "") return undefined;
  return new URLSearchParams(next.split("?")[1]).toString();
}
