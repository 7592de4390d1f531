import type { Answer } from "./answers";
import type { BodyRules } from "./bodyFields";
import type { Cloud } from "./cloud";
import type { JsonObject } from "./fields";
import type { Team, Token } from "./team";

/** One request to the API that has passed authentication and rate limits. */
export interface ApiCall {
  readonly cloud: Cloud;
  readonly token: Token;
  readonly team: Team;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** Scheme and host that the client used, for links. */
  readonly origin: string;
  readonly path: string;
  /** When the request arrived, in milliseconds since the epoch. */
  readonly now: number;
  /** What lists show is the state at this moment, in milliseconds since the epoch. */
  readonly listedAt: number;
  /** From when on reads see what this request does, in milliseconds since the epoch. */
  readonly visibleAt: number;
}

/** One route: the scope that it needs, what it takes in its body, and its handler. Handlers are synchronous, so requests never interleave. */
export interface Route extends BodyRules {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly scope: string;
  readonly handle: (call: ApiCall) => Answer;
}
