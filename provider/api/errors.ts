export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** What of an answer a refusal is told by; none of it may contain a secret. */
export interface Refusal {
  readonly method: Method;
  readonly url: string;
  readonly status: number;
  /** DigitalOcean's word for the error, such as `unprocessable_entity`; empty where the body has none. */
  readonly id: string;
  /** The service's own sentence, or the body as it is where it isn't JSON. */
  readonly text: string;
  readonly requestId?: string;
  /** In how many milliseconds the service wants to be asked again, where it says so. */
  readonly retryAfter?: number;
}

/** The service answered, and the answer says no. */
export class ApiError extends Error implements Refusal {
  override readonly name = "ApiError";
  readonly method: Method;
  readonly url: string;
  readonly status: number;
  readonly id: string;
  readonly text: string;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  /** True for a POST that a failing service may have carried out all the same. */
  readonly mayHaveTakenEffect: boolean;

  constructor(refusal: Refusal) {
    super(describe(refusal));
    this.method = refusal.method;
    this.url = refusal.url;
    this.status = refusal.status;
    this.id = refusal.id;
    this.text = refusal.text;
    this.requestId = refusal.requestId;
    this.retryAfter = refusal.retryAfter;
    this.mayHaveTakenEffect = refusal.method === "POST" && refusal.status >= 500;
  }
}

/** No answer arrived, or none that can be read. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly method: Method;
  readonly url: string;
  /** True for a POST, unless no connection was made at all. */
  readonly mayHaveTakenEffect: boolean;

  /** `reason` is a clause without a secret; it is kept as `cause`. */
  constructor(method: Method, url: string, reason: string, connected: boolean) {
    const uncertain = method === "POST" && connected;
    super(
      `${method} ${url} got no usable answer: ${reason}. ` +
        (uncertain ? "It may have taken effect all the same. " : "") +
        "Check the network and the endpoint (`imagefleet:apiEndpoint` or `DIGITALOCEAN_API_URL`), then run it again.",
      { cause: reason },
    );
    this.method = method;
    this.url = url;
    this.mayHaveTakenEffect = uncertain;
  }
}

/** The thing that was asked for isn't there. */
export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 404;
}

/** The request was understood and refused (422). */
export function isUnprocessable(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 422;
}

/** A POST whose effect is unknown: look for what it would have made before it is repeated. */
export function mayHaveTakenEffect(error: unknown): boolean {
  return (error instanceof ApiError || error instanceof NetworkError) && error.mayHaveTakenEffect;
}

function describe({ method, url, status, id, text, requestId }: Refusal): string {
  const word = id === "" ? "" : ` ${id}`;
  const said = text === "" ? "" : `: ${text.replace(/\.+$/, "")}`;
  const trace = requestId === undefined ? "" : ` (request id ${requestId})`;
  return `${method} ${url} answered ${status}${word}${said}${trace}.${remedy(status, text)}`;
}

function remedy(status: number, text: string): string {
  switch (status) {
    case 401:
      return (
        " The token is read from `imagefleet:token`, then `DIGITALOCEAN_TOKEN`, then `DIGITALOCEAN_ACCESS_TOKEN`: " +
        "set one of them to a token that DigitalOcean accepts."
      );
    case 403: {
      const permission = /permission ([a-z_]+:[a-z_]+)/.exec(text)?.[1];
      return permission === undefined
        ? " Use a token whose scopes allow this request."
        : ` Use a token that has the scope \`${permission}\`, or add it to this one.`;
    }
    default:
      return status >= 300 && status < 400
        ? " The token isn't sent after a redirect: set `imagefleet:apiEndpoint` to the API's own address."
        : "";
  }
}
