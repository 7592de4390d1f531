import type { World } from "../../provider/world";

/** One configured account of the stand-in: where it sends and as whom. */
export interface Account {
  readonly token: string;
  /** Without a path: `https://api.digitalocean.com`. */
  readonly apiEndpoint: string;
  readonly send: World["send"];
}

export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/v2/`. */
  readonly path: string;
  readonly body?: object;
  readonly signal: AbortSignal;
}

/** The answer's JSON, or undefined where the API answers 404. Rejects with method, URL, status and the API's own message. */
export async function callApi(account: Account, { method, path, body, signal }: ApiCall): Promise<object | undefined> {
  const url = new URL(`v2/${path}`, withSlash(account.apiEndpoint)).href;
  const headers = { authorization: `Bearer ${account.token}`, "content-type": "application/json" };
  const response = await account.send(
    new Request(url, { method, headers, signal, body: body === undefined ? null : JSON.stringify(body) }),
  );
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${method} ${url} was answered ${response.status}: ${messageIn(text)}`);
  return text === "" ? {} : (JSON.parse(text) as object);
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
