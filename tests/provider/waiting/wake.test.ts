import { Wake } from "../../../provider/waiting/wake";
import { VirtualClock } from "../../../virtual/virtualClock";

const signal = new AbortController().signal;

test("sleeps its time where there is no news, and wakes at once where there is", async () => {
  const clock = new VirtualClock(0);
  const wake = new Wake(clock);
  await clock.run(wake.wait(5_000, signal));
  expect(clock.now()).toBe(5_000);
  const waiting = wake.wait(5_000, signal);
  wake.notify();
  await clock.run(waiting);
  expect([clock.now(), clock.pendingTimers]).toEqual([5_000, 0]);
});

test("misses no news that came between two waits", async () => {
  const clock = new VirtualClock(0);
  const wake = new Wake(clock);
  wake.notify();
  await clock.run(wake.wait(5_000, signal));
  expect(clock.now()).toBe(0);
  await clock.run(wake.wait(5_000, signal));
  expect(clock.now()).toBe(5_000);
});

test("stops at once when it is interrupted", async () => {
  const wake = new Wake(new VirtualClock(0));
  const interrupt = new AbortController();
  const waiting = wake.wait(5_000, interrupt.signal);
  interrupt.abort(new Error("interrupted"));
  await expect(waiting).rejects.toThrow("interrupted");
});
