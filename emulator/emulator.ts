import { Hono } from "hono";

import { Scheduler } from "./scheduler";
import { errorBody } from "./answers";
import { EmulatedClock, type Clock } from "./clock";
import type { Cloud } from "./cloud";
import { createControl } from "./control";
import { Faults } from "./faults";
import type { JsonObject } from "./fields";
import { Ids, type Random } from "./ids";
import type { ImageHost } from "./importer";
import { RateLimits } from "./rateLimits";
import type { Network } from "./network";
import { checkOptions, defaultOptions, type EmulatorOptions } from "./options";
import { closePool } from "./pool";
import { addressesOf } from "./ports";
import { RequestLog, withoutUserData } from "./requestLog";
import { respond, type ServiceState } from "./respond";
import type { Route } from "./route";
import { routes } from "./routes";
import { createPublicImages } from "./routes/images";
import { applySeed, type Seed } from "./seed";
import { Workloads } from "./workloads";

/** What an emulator needs. The clock, the random source, the image host and the network come from outside. */
export interface EmulatorArgs {
  readonly clock: Clock;
  readonly random: Random;
  readonly source: ImageHost;
  readonly network: Network;
  /** The token that acts for `My Team` with full access. */
  readonly token: string;
  /** What differs from `defaultOptions`. */
  readonly options?: Partial<EmulatorOptions>;
  readonly seed?: Seed;
}

/** DigitalOcean's API as a function from Request to Response, with its own state, clock and faults. */
export interface Emulator {
  /** Answers a request to the API or to `/_emulator`. Rejects with `ConnectionDropped` where a fault closes the connection. */
  fetch(request: Request): Promise<Response>;
  /** The requests to the API so far. */
  readonly requests: RequestLog;
  /** Ends every wait and closes the Droplets' ports. */
  close(): void;
}

/** Creates an emulator. Throws one sentence if the options or the seed are invalid. */
export function createEmulator(args: EmulatorArgs): Emulator {
  const clock = new EmulatedClock(args.clock);
  const ids = new Ids(args.random);
  const requests = new RequestLog();
  let state = createState(args, clock, ids);

  const stop = (): void => {
    state.cloud.scheduler.clear();
    for (const { droplets, loadBalancers } of state.tenancy.teams.values()) {
      for (const address of droplets.all().flatMap(addressesOf)) args.network.close(address);
      for (const { pool } of loadBalancers.all()) closePool(state.cloud, pool);
    }
  };
  const reset = (seed?: Seed): void => {
    const next = createState({ ...args, seed: seed ?? args.seed }, clock, ids);
    stop();
    state = next;
    requests.clear();
  };

  const serve = async (request: Request, route: Route | undefined, params: Record<string, string>): Promise<Response> => {
    const url = new URL(request.url);
    const entry = requests.begin(request.method, url, clock.now());
    const text = await request.text();
    const body = readBody(text);
    if (body !== undefined && text !== "") entry.body = withoutUserData(body);
    const { headers, answer } = await respond(state, { request, url, body, route, params });
    entry.status = answer.status;
    if (state.cloud.options.keepAnswers) entry.answer = structuredClone(answer.body);
    const init = { status: answer.status, headers: { ...headers, ...answer.headers } };
    return answer.body === undefined ? new Response(null, init) : Response.json(answer.body, init);
  };

  const app = new Hono();
  for (const route of routes) app.on(route.method, route.path, (context) => serve(context.req.raw, route, context.req.param()));
  app.all("/v2/*", (context) => serve(context.req.raw, undefined, {}));
  app.route("/_emulator", createControl({ cloud: () => state.cloud, requests, reset }));
  app.notFound((context) => context.json(errorBody(404, "The emulator answers below /v2 and /_emulator.", ids.uuid()), 404));
  app.onError((error) => {
    throw error;
  });

  return { fetch: async (request) => app.fetch(request), requests, close: stop };
}

function createState({ network, source, token, options = {}, seed = {} }: EmulatorArgs, clock: EmulatedClock, ids: Ids): ServiceState {
  const cloud: Cloud = {
    ...{ clock, ids, network, source, scheduler: new Scheduler(clock), faults: new Faults(), workloads: new Workloads() },
    publicImages: createPublicImages(clock.now()),
    options: { ...defaultOptions, ...checkOptions(options) },
  };
  return { cloud, tenancy: applySeed(cloud, token, seed), limits: new RateLimits() };
}

function readBody(text: string): JsonObject | undefined {
  try {
    const body: unknown = JSON.parse(text === "" ? "{}" : text);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
