import { retryAfter } from "../../provider/rules/retryAfter";
import type { World } from "../../provider/world";

/** One configured account of the stand-in: where it sends and as whom. */
export interface Account extends Pick<World, "send" | "clock"> {
  readonly token: string;
  /** Without a path: `https://api.digitalocean.com`. */
  readonly apiEndpoint: string;
}

export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/v2/`. */
  readonly path: string;
  readonly body?: object;
  readonly signal: AbortSignal;
}

/** The API said no. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor({ method }: ApiCall, url: string, status: number, text: string) {
    super(`${method} ${url} was answered ${status}: ${messageIn(text)}`);
    this.status = status;
  }
}

/** Seconds before each further try where an answer doesn't say how long: those of the official plugin, which makes four. */
const retrySeconds = [1, 2, 4, 8];

/** The answer's JSON, or undefined where the API answers 404. Rejects with method, URL, status and the API's own message. */
export async function callApi(account: Account, call: ApiCall): Promise<object | undefined> {
  const { method, path, body, signal } = call;
  const url = new URL(`v2/${path}`, withSlash(account.apiEndpoint)).href;
  const headers = { authorization: `Bearer ${account.token}`, "content-type": "application/json" };
  const ask = () => account.send(new Request(url, { method, headers, signal, body: body === undefined ? null : JSON.stringify(body) }));
  let response = await ask();
  for (const seconds of retrySeconds) {
    if (response.status !== 429) break;
    await account.clock.sleep(retryAfter(response.headers, account.clock.now()) ?? seconds * 1_000, signal);
    response = await ask();
  }
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Refusal(call, url, response.status, text);
  return text === "" ? {} : (JSON.parse(text) as object);
}

const busySeconds = 2;

/** Makes a request again while its subject is in use: a VPC whose Droplets are going, an address whose last action runs. */
export async function whileBusy(account: Account, call: ApiCall): Promise<object | undefined> {
  for (;;) {
    try {
      return await callApi(account, call);
    } catch (error) {
      if (!(error instanceof Refusal) || !(isInUse(error) || error.message.includes("pending event"))) throw error;
      await account.clock.sleep(busySeconds * 1000, call.signal);
    }
  }
}

function isInUse({ status }: Refusal): boolean {
  return status === 409 || status === 412;
}

function withSlash(endpoint: string): string {
  return endpoint.endsWith("/") ? endpoint : `${endpoint}/`;
}

/** The API's own words, where it answered in its error envelope. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === "string" ? message : text;
  } catch {
    return text;
  }
}
