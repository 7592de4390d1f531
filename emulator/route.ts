import type { Answer } from "./answers";
import type { Cloud } from "./cloud";
import type { Team, Token } from "./team";

/** One request to the API, past authentication and limits. */
export interface Call {
  readonly cloud: Cloud;
  readonly token: Token;
  readonly team: Team;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** Scheme and host that the client used, for links. */
  readonly origin: string;
  readonly path: string;
  /** The moment of the request, milliseconds since the epoch. */
  readonly now: number;
  /** The moment from which reads see what this request does. */
  readonly visibleAt: number;
}

/** One route: what it needs of a token, and what it does. Handlers are synchronous, so a request is one step. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly scope: string;
  readonly handle: (call: Call) => Answer;
}
