import { createHash } from "node:crypto";
import type { World } from "../world";
import { RateBudget } from "./budget";

const budgets = new WeakMap<World["clock"], Map<string, RateBudget>>();

/** The one budget of this process for a token at an endpoint. Another clock (a simulation's) has other budgets. */
export function sharedBudget(token: string, endpoint: string, world: World): RateBudget {
  const ofClock = budgets.get(world.clock) ?? new Map<string, RateBudget>();
  budgets.set(world.clock, ofClock);
  const key = createHash("sha256").update(`${endpoint}\n${token}`).digest("hex");
  const budget = ofClock.get(key) ?? new RateBudget(world.clock, world.random);
  ofClock.set(key, budget);
  return budget;
}
