import { steadyClock } from "../../provider/steadyClock";

const hour = 3_600_000;
const day = 24 * hour;

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

test.each([["back", -hour] as const, ["forward", hour] as const])(
  "goes on as before when somebody sets the machine's clock %s",
  (_, jump) => {
    const before = steadyClock.now();
    const set = Date.now() + jump;
    jest.spyOn(Date, "now").mockReturnValue(set);
    jest.spyOn(Date.prototype, "getTime").mockReturnValue(set);
    expect(Math.abs(steadyClock.now() - before)).toBeLessThan(hour / 2);
  },
);

test("sleeps as long as it was told, also longer than a timer of Node.js can be set", async () => {
  jest.useFakeTimers();
  let isOver = false;
  void steadyClock.sleep(30 * day).then(() => (isOver = true));
  await jest.advanceTimersByTimeAsync(30 * day - 1);
  expect(isOver).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  expect(isOver).toBe(true);
});

test("a sleep that is aborted rejects with the reason, and leaves no timer", async () => {
  jest.useFakeTimers();
  const controller = new AbortController();
  const slept = steadyClock.sleep(hour, controller.signal);
  controller.abort(new Error("cancelled"));
  await expect(slept).rejects.toThrow("cancelled");
  expect(jest.getTimerCount()).toBe(0);
});
