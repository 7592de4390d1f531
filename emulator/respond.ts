import { ApiError, errorBody, type Answer } from "./answers";
import { checkBody } from "./bodyFields";
import type { Cloud } from "./cloud";
import type { JsonObject } from "./fields";
import type { RateLimits } from "./rateLimits";
import { syncAllPorts } from "./ports";
import type { ApiCall, Route } from "./route";
import type { Tenancy } from "./seed";
import type { Token } from "./team";

/** Everything that a reset replaces. */
export interface ServiceState {
  readonly cloud: Cloud;
  readonly tenancy: Tenancy;
  readonly limits: RateLimits;
}

/** A request whose body has been read. */
export interface IncomingRequest {
  readonly request: Request;
  readonly url: URL;
  /** Empty if there is none, undefined if it is not a JSON object. */
  readonly body: JsonObject | undefined;
  /** Undefined if no route matches. */
  readonly route: Route | undefined;
  readonly params: Readonly<Record<string, string>>;
}

/** What is sent back. */
export interface Reply {
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: Answer;
}

/** A connection that a fault closed without an answer. */
export class ConnectionDropped extends Error {
  constructor() {
    super("The connection was closed without an answer.");
  }
}

/** Answers a request: checks the token, the rate limits and the faults, then calls the route. Rejects with `ConnectionDropped`. */
export async function respond(state: ServiceState, incoming: IncomingRequest): Promise<Reply> {
  const { cloud, tenancy, limits } = state;
  const { request, url } = incoming;
  const requestId = cloud.ids.uuid();
  const refuse = (error: ApiError): Answer => ({ status: error.status, body: errorBody(error.status, error.message, requestId) });
  const headers: Record<string, string> = { "x-request-id": requestId };

  const token = tenancy.tokens.get(/^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "");
  if (token === undefined) return { headers, answer: refuse(new ApiError(401, "Unable to authenticate you.")) };
  const rateLimit = limits.admit(token.token, request.method, url.pathname, cloud.clock.now(), cloud.options);
  Object.assign(headers, rateLimit.headers);
  if (rateLimit.refused) return { headers, answer: refuse(new ApiError(429, "API rate limit exceeded.")) };

  const fault = cloud.faults.ofRequest(request.method, url.pathname);
  if (fault?.delaySeconds !== undefined) await cloud.clock.sleep(fault.delaySeconds * 1000);
  const attempt = (): Answer => {
    try {
      return handle(cloud, token, incoming, fault?.lagSeconds ?? cloud.options.lagSeconds);
    } catch (error) {
      if (error instanceof ApiError) return refuse(error);
      throw error;
    }
  };
  if (fault?.drop !== true && fault?.status === undefined) return { headers, answer: attempt() };
  if (fault.when === "after") attempt();
  if (fault.drop === true) throw new ConnectionDropped();
  if (fault.retryAfterSeconds !== undefined) headers["retry-after"] = String(fault.retryAfterSeconds);
  return { headers, answer: refuse(new ApiError(fault.status ?? 500, fault.message ?? "Unexpected server-side error")) };
}

function handle(cloud: Cloud, token: Token, { request, url, body, route, params }: IncomingRequest, lagSeconds: number): Answer {
  cloud.scheduler.runDue();
  if (route === undefined) throw new ApiError(501, `The emulator does not model ${request.method} ${url.pathname}.`);
  if (token.scopes?.has(route.scope) === false) throw new ApiError(403, `You are missing the required permission ${route.scope}.`);
  if (body === undefined) throw new ApiError(400, "The request's body is not a JSON object.");
  checkBody(route, body, `${route.method} ${route.path}`);
  const now = cloud.clock.now();
  const call: ApiCall = {
    ...{ cloud, token, team: token.team, params, query: url.searchParams, body, origin: url.origin, path: url.pathname, now },
    listedAt: now - cloud.options.listLagSeconds * 1000,
    visibleAt: now + lagSeconds * 1000,
  };
  const answer = route.handle(call);
  // What firewalls cover depends on tags, Droplets and load balancers, which any write can change.
  if (route.method !== "GET") syncAllPorts(cloud, token.team);
  return answer;
}
