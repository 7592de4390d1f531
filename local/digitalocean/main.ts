import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "../../provider/host/serve";
import type { World } from "../../provider/world";
import { standIn } from "./provider";

/** Nothing here has a gate. */
const nothing = () => Promise.resolve({ reason: "nothing here has a gate", reached: false });

const world: World = {
  clock: { now: Date.now, sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }) },
  random: Math.random,
  send: (request) => fetch(request),
  probe: { http: nothing, tcp: nothing },
};

/** `pulumi-resource-digitalocean [flags] ENGINE_ADDRESS`, as the engine starts it. */
export function main(): void {
  void serve(standIn, world, process).then(() => process.exit(0));
}
