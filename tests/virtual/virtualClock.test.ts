import { VirtualClock } from "../../virtual/virtualClock";

test("wakes sleepers in the order of their times, and equal times in the order they were set", async () => {
  const clock = new VirtualClock(0);
  const woken: string[] = [];
  const sleeper = async (name: string, milliseconds: number): Promise<void> => {
    await clock.sleep(milliseconds);
    woken.push(`${name} at ${clock.now()}`);
  };
  await clock.run(Promise.all([sleeper("a", 200), sleeper("b", 100), sleeper("c", 200)]));
  expect(woken).toEqual(["b at 100", "a at 200", "c at 200"]);
  expect(clock.pendingTimers).toBe(0);
});

test("an aborted sleep rejects with the signal's reason and leaves no timer", async () => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  const sleep = clock.sleep(1_000, controller.signal);
  expect(clock.pendingTimers).toBe(1);
  controller.abort("enough");
  await expect(sleep).rejects.toBe("enough");
  await expect(clock.sleep(1_000, controller.signal)).rejects.toBe("enough");
  expect(clock.pendingTimers).toBe(0);
});

test("stands still while work outside takes real time", async () => {
  const clock = new VirtualClock(0);
  const outside = async (): Promise<number> => {
    await clock.outside(new Promise((resolve) => setTimeout(resolve, 20)));
    return clock.now();
  };
  const sleep = clock.sleep(1_000);
  expect(await clock.run(outside())).toBe(0);
  await clock.run(sleep);
  expect(clock.now()).toBe(1_000);
});

test("advances by exactly as long as asked, and jumps without waking anyone", async () => {
  const clock = new VirtualClock(0);
  let woken = false;
  const sleep = clock.sleep(1_000).then(() => {
    woken = true;
  });
  clock.jump(5_000);
  await clock.advance(999);
  expect({ now: clock.now(), woken }).toEqual({ now: 5_999, woken: false });
  await clock.run(sleep);
  expect({ now: clock.now(), woken }).toEqual({ now: 6_000, woken: true });
});

test("says so where nothing can bring what it waits for", async () => {
  await expect(new VirtualClock().run(new Promise(() => undefined))).rejects.toThrow(
    "Virtual time stands still: no timer is set, and the promise isn't settled.",
  );
});
