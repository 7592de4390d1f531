import { setMaxListeners } from "node:events";
import * as fc from "fast-check";
import type { Priority } from "../../../provider/api/api";
import { RateBudget } from "../../../provider/api/budget";
import { sharedBudget } from "../../../provider/api/sharedBudget";
import { VirtualClock } from "../../../virtual/virtualClock";
import { LimitedService } from "./limitedService";
import { failure, never, ScriptedService } from "./scriptedService";

setMaxListeners(0, never);
const minute = 60_000;
const hour = 60 * minute;

/** Processes that share a service's limits, not memory. */
class Scene {
  readonly clock = new VirtualClock();
  readonly service = new LimitedService(this.clock);
  readonly started = this.clock.now();
  /** 429 answers to our requests. */
  refused = 0;
  polls = 0;
  longestWrite = 0;

  process(): RateBudget {
    return new RateBudget(this.clock, () => 0.5);
  }

  /** One request, repeated after a 429; what it took in milliseconds. */
  async call(budget: RateBudget, priority: Priority, latency = 100): Promise<number> {
    const begun = this.clock.now();
    for (;;) {
      const answer = await budget.spend(priority, never, async () => {
        await this.clock.sleep(latency / 2);
        const response = this.service.receive();
        await this.clock.sleep(latency / 2);
        return response;
      });
      if (answer.status !== 429) return this.clock.now() - begun;
      this.refused += 1;
    }
  }

  /** An image's ten transfers, then a poll every 5 s for as long as said. */
  async watcher(budget: RateBudget, duration: number): Promise<void> {
    for (let region = 0; region < 10; region += 1) {
      this.longestWrite = Math.max(this.longestWrite, await this.call(budget, "foreground"));
    }
    while (this.clock.now() - this.started < duration) {
      await this.call(budget, "background");
      this.polls += 1;
      await this.clock.sleep(5_000);
    }
  }

  async writer(budget: RateBudget, duration: number): Promise<void> {
    while (this.clock.now() - this.started < duration) {
      this.longestWrite = Math.max(this.longestWrite, await this.call(budget, "foreground"));
      await this.clock.sleep(30_000);
    }
  }

  async thirdParty(hourly: number, duration: number): Promise<void> {
    while (this.clock.now() - this.started < duration) {
      this.service.receive();
      await this.clock.sleep(hour / hourly);
    }
  }
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

test("20 watchers of 20 images with 10 regions meet no 429 in two hours, and no write waits for their polls", async () => {
  const scene = new Scene();
  const budget = scene.process();
  await scene.clock.run(Promise.all([scene.writer(budget, 2 * hour), ...times(20, () => scene.watcher(budget, 2 * hour))]));
  expect(scene.refused).toBe(0);
  expect(scene.longestWrite).toBe(100);
  expect(scene.polls).toBeGreaterThan(4_000);
  expect(scene.clock.pendingTimers).toBe(0);
});

test("two processes on one token both get through, and writes go at once in both", async () => {
  const scene = new Scene();
  const polls: number[] = [];
  const process = async (): Promise<void> => {
    const budget = scene.process();
    await Promise.all([
      scene.writer(budget, 2 * hour),
      ...times(10, async () => {
        for (let count = 0; scene.clock.now() - scene.started < 2 * hour; count += 1) {
          await scene.call(budget, "background");
          await scene.clock.sleep(5_000);
          if (scene.clock.now() - scene.started >= 2 * hour) polls.push(count);
        }
      }),
    ]);
  };
  await scene.clock.run(Promise.all([process(), process()]));
  expect(scene.refused).toBe(0);
  expect(scene.longestWrite).toBe(100);
  expect(Math.min(...polls)).toBeGreaterThan(0.5 * Math.max(...polls));
});

test("with a third party on half the budget polls slow down and writes still go at once", async () => {
  const scene = new Scene();
  const budget = scene.process();
  const all = [scene.thirdParty(2_500, 2 * hour), scene.writer(budget, 2 * hour), ...times(20, () => scene.watcher(budget, 2 * hour))];
  await scene.clock.run(Promise.all(all));
  expect(scene.refused).toBe(0);
  expect(scene.longestWrite).toBe(100);
  expect(scene.polls).toBeGreaterThan(1_500);
});

test("a poll gets through within two minutes though foreground requests never stop", async () => {
  const scene = new Scene();
  const budget = scene.process();
  const flood = times(300, async () => {
    while (scene.clock.now() - scene.started < 5 * minute) await scene.call(budget, "foreground");
  });
  const poll = scene.call(budget, "background");
  await scene.clock.run(Promise.all(flood));
  expect(await poll).toBeLessThan(2 * minute);
  expect(scene.refused).toBe(0);
});

test("a foreground request overtakes every poll that waits", async () => {
  const scene = new Scene();
  const budget = scene.process();
  const polls = times(500, () => scene.call(budget, "background"));
  await scene.clock.advance(10_000);
  expect(await scene.clock.run(scene.call(budget, "foreground"))).toBe(100);
  await scene.clock.run(Promise.all(polls));
  expect(scene.refused).toBe(0);
});

test("a request that is given up while it waits leaves the queue and no timer", async () => {
  const scene = new Scene();
  const budget = scene.process();
  await scene.clock.run(Promise.all(times(250, () => scene.call(budget, "foreground"))));
  const controller = new AbortController();
  const waiting = failure(budget.spend("foreground", controller.signal, () => Promise.reject(new Error("sent"))));
  await scene.clock.advance(1_000);
  expect(scene.clock.pendingTimers).toBe(1);
  controller.abort("no longer");
  expect(await waiting).toBe("no longer");
  expect(scene.clock.pendingTimers).toBe(0);
});

test("a service that refuses with retry-after 0 is asked once a second at most", async () => {
  const scene = new Scene();
  const budget = scene.process();
  const begun = scene.clock.now();
  const refuse = () => Promise.resolve(new Response("", { status: 429, headers: { "retry-after": "0" } }));
  for (let count = 0; count < 5; count += 1) await scene.clock.run(budget.spend("foreground", never, refuse));
  expect(scene.clock.now() - begun).toBeGreaterThanOrEqual(4_000);
});

test("a clock that is set back an hour holds nobody up", async () => {
  const scene = new Scene();
  const budget = scene.process();
  await scene.clock.run(Promise.all(times(250, () => scene.call(budget, "foreground"))));
  scene.clock.jump(-hour);
  const waiting = budget.spend("foreground", never, () => Promise.resolve(new Response()));
  await scene.clock.advance(62_000);
  expect((await waiting).status).toBe(200);
});

test("any schedule keeps the limits, starves nobody and leaves no timer", async () => {
  const request = fc.record({
    after: fc.integer({ min: 0, max: 4 * minute }),
    latency: fc.integer({ min: 0, max: 25_000 }),
    count: fc.integer({ min: 1, max: 150 }),
    priority: fc.constantFrom<Priority>("foreground", "background"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 12 }), async (requests) => {
      const scene = new Scene();
      const budget = scene.process();
      const all = requests.flatMap(({ after, latency, count, priority }) =>
        times(count, async () => {
          await scene.clock.sleep(after);
          return scene.call(budget, priority, latency);
        }),
      );
      const took = await scene.clock.run(Promise.all(all));
      expect(scene.refused).toBe(0);
      expect(Math.max(0, ...took)).toBeLessThan(hour);
      expect(scene.clock.pendingTimers).toBe(0);
    }),
    { numRuns: 25 },
  );
});

test("any third party and any refusals only delay: every request is answered, and waits out each retry-after", async () => {
  const refusal = fc.record({ at: fc.integer({ min: 1, max: 60 }), seconds: fc.integer({ min: 0, max: 90 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(refusal, { maxLength: 8 }), fc.integer({ min: 1, max: 4_000 }), async (refusals, hourly) => {
      const scene = new Scene();
      const budget = scene.process();
      let sent = 0;
      let closedUntil = 0;
      const early: number[] = [];
      const ask = async (priority: Priority): Promise<void> => {
        for (;;) {
          const { status } = await budget.spend(priority, never, () => {
            sent += 1;
            if (scene.clock.now() < closedUntil) early.push(sent);
            const refused = refusals.find(({ at }) => at === sent);
            if (refused === undefined) return Promise.resolve(scene.service.receive());
            closedUntil = Math.max(closedUntil, scene.clock.now() + refused.seconds * 1_000);
            return Promise.resolve(new Response("", { status: 429, headers: { "retry-after": `${refused.seconds}` } }));
          });
          if (status !== 429) return;
          await Promise.resolve();
        }
      };
      const one = async (): Promise<void> => {
        for (let count = 0; count < 40; count += 1) {
          await ask(count % 3 === 0 ? "foreground" : "background");
          await scene.clock.sleep(2_000);
        }
      };
      await scene.clock.run(Promise.all([scene.thirdParty(hourly, hour / 4), one()]));
      expect(early).toEqual([]);
      expect(scene.clock.pendingTimers).toBe(0);
    }),
    { numRuns: 25 },
  );
});

test("one budget serves a token at an endpoint, another each other token, endpoint and clock", () => {
  const { world } = new ScriptedService(() => new Response());
  const other = new ScriptedService(() => new Response()).world;
  const budget = sharedBudget("token", "https://a", world);
  expect(sharedBudget("token", "https://a", { ...world })).toBe(budget);
  expect(sharedBudget("other", "https://a", world)).not.toBe(budget);
  expect(sharedBudget("token", "https://b", world)).not.toBe(budget);
  expect(sharedBudget("token", "https://a", other)).not.toBe(budget);
});
