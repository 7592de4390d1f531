import { withTimeLimit } from "../../../provider/host/timeLimit";
import { VirtualClock } from "../../../virtual/virtualClock";

test("ends with the operation what still goes on beside it", async () => {
  const clock = new VirtualClock();
  const limit = { verb: "update", seconds: 3_600, clock, cancellation: new AbortController().signal } as const;
  const fails = Promise.reject(new Error("The one look failed."));
  const looks = withTimeLimit(limit, (signal) => Promise.all([fails, clock.sleep(60_000, signal)]));
  await expect(looks).rejects.toThrow("The one look failed.");
  expect(clock.pendingTimers).toBe(0);
});

test("leaves the reason of a Cancel as it is", async () => {
  const clock = new VirtualClock();
  const cancelled = new AbortController();
  const signals: AbortSignal[] = [];
  const running = withTimeLimit({ verb: "update", seconds: 0, clock, cancellation: cancelled.signal }, async (signal) => {
    signals.push(signal);
    await clock.sleep(60_000, signal);
  });
  cancelled.abort(new Error("Stopped."));
  await expect(running).rejects.toThrow("Stopped.");
  expect(signals.map(({ reason }) => (reason as Error).message)).toEqual(["Stopped."]);
});
