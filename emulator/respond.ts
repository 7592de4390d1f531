import { ApiError, errorBody, type Answer } from "./answers";
import type { Cloud } from "./cloud";
import type { Limits } from "./limits";
import type { Call, Route } from "./route";
import type { Tenants } from "./seed";
import type { Token } from "./team";

/** Everything that a reset makes anew. */
export interface World {
  readonly cloud: Cloud;
  readonly tenants: Tenants;
  readonly limits: Limits;
}

/** A request, its body read. */
export interface Arrival {
  readonly request: Request;
  readonly url: URL;
  /** Empty where there is none, undefined where it is not a JSON object. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** Undefined where no route fits. */
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

/** The way of every request: who asks, is it within the limits, does a fault strike; then the route. Rejects with `ConnectionDropped`. */
export async function respond(world: World, arrival: Arrival): Promise<Reply> {
  const { cloud, tenants, limits } = world;
  const { request, url } = arrival;
  const requestId = cloud.ids.uuid();
  const refuse = (error: ApiError): Answer => ({ status: error.status, body: errorBody(error.status, error.message, requestId) });
  const headers: Record<string, string> = { "x-request-id": requestId };

  const token = tenants.tokens.get(/^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "");
  if (token === undefined) return { headers, answer: refuse(new ApiError(401, "Unable to authenticate you.")) };
  const admission = limits.admit(token.token, request.method, url.pathname, cloud.clock.now(), cloud.options);
  Object.assign(headers, admission.headers);
  if (admission.refused) return { headers, answer: refuse(new ApiError(429, "API rate limit exceeded.")) };

  const fault = cloud.faults.ofRequest(request.method, url.pathname);
  if (fault?.delaySeconds !== undefined) await cloud.clock.sleep(fault.delaySeconds * 1000);
  const attempt = (): Answer => {
    try {
      return handle(cloud, token, arrival, fault?.lagSeconds ?? cloud.options.lagSeconds);
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

function handle(cloud: Cloud, token: Token, { request, url, body, route, params }: Arrival, lagSeconds: number): Answer {
  cloud.agenda.settle();
  if (route === undefined) throw new ApiError(501, `The emulator does not model ${request.method} ${url.pathname}.`);
  if (token.scopes?.has(route.scope) === false) throw new ApiError(403, `You are missing the required permission ${route.scope}.`);
  if (body === undefined) throw new ApiError(400, "The request's body is not a JSON object.");
  const now = cloud.clock.now();
  const call: Call = {
    ...{ cloud, token, team: token.team, params, query: url.searchParams, body, origin: url.origin, path: url.pathname, now },
    visibleAt: now + lagSeconds * 1000,
  };
  return route.handle(call);
}
