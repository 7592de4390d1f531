import { Hono } from "hono";

import { Agenda } from "./agenda";
import { ApiError, errorBody, type Answer } from "./answers";
import { EmulatedClock, type Clock } from "./clock";
import type { Cloud } from "./cloud";
import { createControl } from "./control";
import { Faults, type RequestFault } from "./faults";
import { Ids, type Random } from "./ids";
import type { ImageSource } from "./importer";
import { Limits } from "./limits";
import type { Network } from "./network";
import { defaultOptions, type EmulatorOptions } from "./options";
import { RequestLog, withoutUserData, type LoggedRequest } from "./requestLog";
import type { Call, Route } from "./route";
import { routes } from "./routes";
import { createPublicImages } from "./routes/images";
import { plant, type Seed, type Tenants } from "./seed";
import type { Token } from "./team";
import { Workloads } from "./workloads";

/** What an emulator is made from. Time, chance, the image source and the network come from outside. */
export interface EmulatorArgs {
  readonly clock: Clock;
  readonly random: Random;
  readonly source: ImageSource;
  readonly network: Network;
  /** The token that acts for `My Team` with full access. */
  readonly token: string;
  /** What differs from `defaultOptions`. */
  readonly options?: Partial<EmulatorOptions>;
  readonly seed?: Seed;
}

/** DigitalOcean's API as a function from Request to Response, with state, time and faults. */
export interface Emulator {
  /** Answers a request to the API or to `/_emulator`. Rejects with `ConnectionDropped` where a fault closes the connection. */
  fetch(request: Request): Promise<Response>;
  /** The requests to the API so far. */
  readonly requests: RequestLog;
  /** Ends whatever waits, and closes the Droplets' ports. */
  close(): void;
}

/** A connection that a fault closed without an answer. */
export class ConnectionDropped extends Error {
  constructor() {
    super("The connection was closed without an answer.");
  }
}

/** Everything that a reset makes anew. */
interface World {
  readonly cloud: Cloud;
  readonly tenants: Tenants;
  readonly limits: Limits;
}

/** Makes an emulator. Throws one sentence where the seed is malformed. */
export function createEmulator(args: EmulatorArgs): Emulator {
  const clock = new EmulatedClock(args.clock);
  const ids = new Ids(args.random);
  const requests = new RequestLog();
  let world = createWorld(args, clock, ids);

  const leave = (): void => {
    world.cloud.agenda.clear();
    for (const { publicAddress, privateAddress } of [...world.tenants.teams.values()].flatMap((team) => team.droplets.all())) {
      for (const address of [publicAddress, privateAddress]) args.network.close(address);
    }
  };
  const reset = (seed?: Seed): void => {
    const next = createWorld({ ...args, seed: seed ?? args.seed }, clock, ids);
    leave();
    world = next;
    requests.clear();
  };

  const serve = async (request: Request, route: Route | undefined, params: Record<string, string>): Promise<Response> => {
    const url = new URL(request.url);
    const entry = requests.begin(request.method, url, clock.now());
    const text = await request.text();
    const { headers, answer } = await respond(world, { request, url, text, route, params, entry });
    entry.status = answer.status;
    if (world.cloud.options.keepAnswers) entry.answer = answer.body;
    const body = answer.body === undefined ? null : JSON.stringify(answer.body);
    return new Response(body, {
      status: answer.status,
      headers: { ...headers, ...(body !== null && { "content-type": "application/json; charset=utf-8" }) },
    });
  };

  const app = new Hono();
  for (const route of routes) app.on(route.method, route.path, (context) => serve(context.req.raw, route, context.req.param()));
  app.all("/v2/*", (context) => serve(context.req.raw, undefined, {}));
  app.route("/_emulator", createControl({ cloud: () => world.cloud, requests, reset }));
  app.notFound((context) => context.json(errorBody(404, "The emulator answers below /v2 and /_emulator.", ids.uuid()), 404));
  app.onError((error) => {
    throw error;
  });

  return { fetch: async (request) => app.fetch(request), requests, close: leave };
}

function createWorld({ network, source, token, options, seed = {} }: EmulatorArgs, clock: EmulatedClock, ids: Ids): World {
  const cloud: Cloud = {
    ...{ clock, ids, network, source, agenda: new Agenda(clock), faults: new Faults(), workloads: new Workloads() },
    publicImages: createPublicImages(clock.now()),
    options: { ...defaultOptions, ...options },
  };
  return { cloud, tenants: plant(cloud, token, seed), limits: new Limits() };
}

interface Arrival {
  readonly request: Request;
  readonly url: URL;
  readonly text: string;
  readonly route: Route | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly entry: LoggedRequest;
}

interface Reply {
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: Answer;
}

/** Who asks, is it within the limits, does a fault strike; then the route. */
async function respond(world: World, arrival: Arrival): Promise<Reply> {
  const { cloud, tenants, limits } = world;
  const { request, url } = arrival;
  const requestId = cloud.ids.uuid();
  const refuse = (error: ApiError): Answer => ({ status: error.status, body: errorBody(error.status, error.message, requestId) });
  let headers: Record<string, string> = { "x-request-id": requestId };

  const token = tenants.tokens.get(/^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "");
  if (token === undefined) return { headers, answer: refuse(new ApiError(401, "Unable to authenticate you.")) };
  const admission = limits.admit(token.token, request.method, url.pathname, cloud.clock.now(), cloud.options);
  headers = { ...headers, ...admission.headers };
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
  const strikes = fault?.drop === true || fault?.status !== undefined;
  const answer = strikes && fault.when !== "after" ? undefined : attempt();
  if (fault?.drop === true) throw new ConnectionDropped();
  if (fault?.retryAfterSeconds !== undefined) headers = { ...headers, "retry-after": String(fault.retryAfterSeconds) };
  return { headers, answer: answer === undefined || strikes ? faultAnswer(fault, refuse) : answer };
}

function faultAnswer(fault: RequestFault | undefined, refuse: (error: ApiError) => Answer): Answer {
  return refuse(new ApiError(fault?.status ?? 500, fault?.message ?? "Unexpected server-side error"));
}

function handle(cloud: Cloud, token: Token, { request, url, text, route, params, entry }: Arrival, lagSeconds: number): Answer {
  cloud.agenda.settle();
  if (route === undefined) throw new ApiError(501, `The emulator does not model ${request.method} ${url.pathname}.`);
  if (token.scopes?.has(route.scope) === false) throw new ApiError(403, `You are missing the required permission ${route.scope}.`);
  const body = readBody(text);
  if (text !== "") entry.body = withoutUserData(body);
  const now = cloud.clock.now();
  const call: Call = {
    ...{ cloud, token, team: token.team, params, query: url.searchParams, body, origin: url.origin, path: url.pathname, now },
    visibleAt: now + lagSeconds * 1000,
  };
  return route.handle(call);
}

function readBody(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === "") return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiError(400, "The request's body is not JSON.");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new ApiError(400, "The request's body must be a JSON object.");
  return body as Readonly<Record<string, unknown>>;
}
