import { Hono, type Context } from "hono";

import type { Cloud } from "./cloud";
import type { Fault } from "./faults";
import { checkOptions } from "./options";
import type { RequestLog } from "./requestLog";
import { checkSeed, type Seed } from "./seed";
import type { Workload } from "./workloads";

/** What the control interface acts on. */
export interface ControlArgs {
  /** The service as it is now: a reset replaces it. */
  readonly cloud: () => Cloud;
  readonly requests: RequestLog;
  readonly reset: (seed?: Seed) => void;
}

type Body = Readonly<Record<string, unknown>>;

/**
 * The emulator's controls, below `/_emulator`, without token or limit. Each GET shows, each POST with a JSON body changes, and both answer with
 * the state after it; DELETE empties. A body that is wrong answers 422 with `{ message }`.
 *
 * - `clock`: `{ advanceSeconds?, frozen? }` moves time forward, stops it or lets it run.
 * - `options`: any fields of `EmulatorOptions`, durations and switches.
 * - `faults`: a `Fault` or a list of them; DELETE disarms all.
 * - `requests`: the log of requests to the API; DELETE empties it.
 * - `workloads`: a `Workload` or a list of them.
 * - `network`: addresses of Droplets with the ports open on them (GET only).
 * - `reset`: `{}` for the seed of the start, or `{ seed }`: everything else is forgotten, faults, options and log included.
 */
export function createControl({ cloud, requests, reset }: ControlArgs): Hono {
  const control = new Hono();
  const showClock = (): unknown => ({ now: cloud().clock.now(), frozen: cloud().clock.frozen });
  const showFaults = (): unknown => ({ faults: cloud().faults.list() });
  const showWorkloads = (): unknown => ({ workloads: cloud().workloads.list() });
  const showRequests = (): unknown => ({ requests: requests.list() });

  const offer = (path: string, show: () => unknown, change?: (body: Body) => void, empty?: () => void): void => {
    control.get(path, (context) => context.json(show() as object));
    if (change) control.post(path, (context) => changed(context, change, show));
    if (empty) control.delete(path, (context) => (empty(), context.json(show() as object)));
  };

  offer("/clock", showClock, ({ advanceSeconds = 0, frozen }) => {
    if (typeof advanceSeconds !== "number" || advanceSeconds < 0) throw new Error("`advanceSeconds` must be a number, 0 or more.");
    if (frozen !== undefined && typeof frozen !== "boolean") throw new Error("`frozen` must be true or false.");
    if (frozen !== undefined) cloud().clock.freeze(frozen);
    cloud().clock.advance(advanceSeconds * 1000);
    cloud().agenda.settle();
  });
  offer(
    "/options",
    () => cloud().options,
    (body) => (cloud().options = { ...cloud().options, ...checkOptions(body) }),
  );
  offer(
    "/faults",
    showFaults,
    (body) => rows(body).forEach((fault) => cloud().faults.arm(fault as unknown as Fault)),
    () => cloud().faults.clear(),
  );
  offer("/requests", showRequests, undefined, () => requests.clear());
  offer("/workloads", showWorkloads, (body) => rows(body).forEach((workload) => cloud().workloads.set(workload as unknown as Workload)));
  offer("/network", () => ({ addresses: Object.fromEntries(cloud().network.listening()) }));
  control.post("/reset", (context) => changed(context, ({ seed }) => reset(seed === undefined ? undefined : checkSeed(seed)), showClock));
  return control;
}

async function changed(context: Context, change: (body: Body) => void, show: () => unknown): Promise<Response> {
  try {
    const text = await context.req.text();
    change(JSON.parse(text === "" ? "{}" : text) as Body);
    return context.json(show() as object);
  } catch (error) {
    return context.json({ message: error instanceof Error ? error.message : "The body is wrong." }, 422);
  }
}

function rows(body: Body): readonly Body[] {
  return Array.isArray(body) ? (body as readonly Body[]) : [body];
}
