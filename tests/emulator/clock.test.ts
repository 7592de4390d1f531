import { EmulatedClock, timestamp } from "../../emulator/clock";
import { VirtualClock } from "../../virtual/virtualClock";

test("sleeps until its own time has come, however that moves", async () => {
  const base = new VirtualClock();
  const clock = new EmulatedClock(base);
  let woke = false;
  const slept = clock.sleep(10_000).then(() => (woke = true));
  await base.advance(4_000);
  clock.advance(5_000);
  await base.advance(999);
  expect(woke).toBe(false);
  await base.advance(1);
  expect(woke).toBe(true);
  await slept;
  expect(base.pendingTimers).toBe(0);
});

test("comes to an end on a clock that stands between two milliseconds", async () => {
  const base = new VirtualClock();
  await base.advance(0.1);
  const clock = new EmulatedClock(base);
  await base.run(clock.sleep(1_000.7));
  expect(base.pendingTimers).toBe(0);
});

test("ends early, and leaves no timer, when it is told to", async () => {
  const base = new VirtualClock();
  const life = new AbortController();
  const slept = new EmulatedClock(base).sleep(10_000, life.signal);
  life.abort();
  await slept;
  expect(base.pendingTimers).toBe(0);
});

test("waits for longer than a timer can", async () => {
  const base = new VirtualClock();
  const start = base.now();
  await base.run(new EmulatedClock(base).sleep(10 ** 10));
  expect(base.now() - start).toBe(10 ** 10);
});

test("writes a moment in whole seconds of UTC", () => {
  expect(timestamp(Date.UTC(2030, 0, 1, 12, 30, 1) + 999.9)).toBe("2030-01-01T12:30:01Z");
});
