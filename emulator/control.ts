import { Hono, type Context } from "hono";

import type { Cloud } from "./cloud";
import type { Fault } from "./faults";
import type { JsonObject } from "./fields";
import { checkOptions } from "./options";
import type { RequestLog } from "./requestLog";
import { checkSeed, type Seed } from "./seed";
import type { Workload } from "./workloads";

/** What the control interface works on. */
export interface ControlArgs {
  /** The current service: a reset replaces it. */
  readonly cloud: () => Cloud;
  readonly requests: RequestLog;
  readonly reset: (seed?: Seed) => void;
}

/**
 * The emulator's controls, below `/_emulator`, without token or rate limit. GET reads, POST with a JSON body changes, DELETE empties. Each of
 * them answers with the new state. An invalid body is answered 422 with `{ message }`.
 *
 * - `clock`: `{ advanceSeconds?, frozen? }` moves time forward, stops it or starts it again.
 * - `options`: any fields of `EmulatorOptions`, durations and switches.
 * - `faults`: a `Fault` or a list of them; DELETE removes all.
 * - `requests`: the log of requests to the API; DELETE empties it.
 * - `workloads`: a `Workload` or a list of them.
 * - `network`: addresses of Droplets with the ports open on them (GET only).
 * - `reset`: `{}` for the seed of the start, or `{ seed }`: everything else is dropped, including faults, options and the log.
 */
export function createControl({ cloud, requests, reset }: ControlArgs): Hono {
  const control = new Hono();
  const showClock = (): unknown => ({ now: cloud().clock.now(), frozen: cloud().clock.frozen });
  const showFaults = (): unknown => ({ faults: cloud().faults.list() });
  const showWorkloads = (): unknown => ({ workloads: cloud().workloads.list() });
  const showRequests = (): unknown => ({ requests: requests.list() });

  const serve = (path: string, show: () => unknown, change?: (body: JsonObject) => void, empty?: () => void): void => {
    control.get(path, (context) => context.json(show() as object));
    if (change) control.post(path, (context) => changed(context, change, show));
    if (empty) control.delete(path, (context) => (empty(), context.json(show() as object)));
  };

  serve("/clock", showClock, ({ advanceSeconds = 0, frozen }) => {
    if (typeof advanceSeconds !== "number" || advanceSeconds < 0) throw new Error("`advanceSeconds` must be a number, 0 or more.");
    if (frozen !== undefined && typeof frozen !== "boolean") throw new Error("`frozen` must be true or false.");
    if (frozen !== undefined) cloud().clock.freeze(frozen);
    cloud().clock.advance(advanceSeconds * 1000);
    cloud().scheduler.runDue();
  });
  serve(
    "/options",
    () => cloud().options,
    (body) => (cloud().options = { ...cloud().options, ...checkOptions(body) }),
  );
  serve(
    "/faults",
    showFaults,
    (body) => rows(body).forEach((fault) => cloud().faults.add(fault as unknown as Fault)),
    () => cloud().faults.clear(),
  );
  serve("/requests", showRequests, undefined, () => requests.clear());
  serve("/workloads", showWorkloads, (body) => rows(body).forEach((workload) => cloud().workloads.set(workload as unknown as Workload)));
  serve("/network", () => ({ addresses: Object.fromEntries(cloud().network.listening()) }));
  control.post("/reset", (context) => changed(context, ({ seed }) => reset(seed === undefined ? undefined : checkSeed(seed)), showClock));
  return control;
}

async function changed(context: Context, change: (body: JsonObject) => void, show: () => unknown): Promise<Response> {
  try {
    const text = await context.req.text();
    change(JSON.parse(text === "" ? "{}" : text) as JsonObject);
    return context.json(show() as object);
  } catch (error) {
    return context.json({ message: error instanceof Error ? error.message : "The body must be a JSON object." }, 422);
  }
}

function rows(body: JsonObject): readonly JsonObject[] {
  return Array.isArray(body) ? (body as readonly JsonObject[]) : [body];
}
