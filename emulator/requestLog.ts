/** One request to the API, in the order of incoming. */
export interface LoggedRequest {
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Its JSON body, user data left out. */
  body?: unknown;
  /** JSON of the answer, while the option `keepAnswers` is on. */
  answer?: unknown;
  /** Status of the answer; null while there is none, and where the connection was dropped. */
  status: number | null;
}

/** Every request to the API since the start or the last `clear`. Tokens are not kept. */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  begin(method: string, url: URL, at: number): LoggedRequest {
    const query = Object.fromEntries(url.searchParams);
    const entry: LoggedRequest = { at, method, path: url.pathname, ...(url.search !== "" && { query }), status: null };
    this.#entries.push(entry);
    return entry;
  }

  list(): readonly LoggedRequest[] {
    return this.#entries;
  }

  clear(): void {
    this.#entries = [];
  }
}

/** A body as the log shows it. */
export function withoutUserData(body: Readonly<Record<string, unknown>>): unknown {
  return "user_data" in body ? { ...body, user_data: "(left out)" } : body;
}
