import { describe as said, pause, waitFor, Waits } from "../../../provider/waiting/waits";
import { Mutex } from "../../../provider/waiting/mutex";
import { SingleFlight } from "../../../provider/waiting/singleFlight";
import { VirtualClock } from "../../../virtual/virtualClock";

const never = new Promise<never>(() => undefined);
const { signal } = new AbortController();

test("work says what it has waited for longest, and nothing once that has come", async () => {
  const waits = new Waits();
  let come: (() => void) | undefined;
  waits.during(() => {
    void waitFor({ what: "the later", since: 2_000 }, never);
    void waitFor({ what: "the first", since: 1_000 }, new Promise<void>((resolve) => (come = resolve)));
  });
  expect(waits.longest?.what).toBe("the first");
  come?.();
  await new Promise(setImmediate);
  expect(waits.longest?.what).toBe("the later");
});

test("a line gives the time so far, and the time left where it is known", () => {
  expect(said({ what: "a turn to upload", since: 0 }, 125_000)).toBe("waiting for a turn to upload (2 min 5 s)");
  expect(said({ what: "the rate limit of the API", since: 0, until: () => 165_000 }, 125_000)).toBe(
    "waiting for the rate limit of the API (2 min 5 s, 40 s left)",
  );
  expect(said({ what: "an answer", since: 0, until: () => 1_000 }, 2_000)).toBe("waiting for an answer (2 s)");
});

test("everyone who shares one read waits for what that read waits for", () => {
  const clock = new VirtualClock();
  const read = new SingleFlight((inner) => pause(clock, 60_000, "another try of GET /v2/account", inner));
  const [first, second] = [new Waits(), new Waits()];
  for (const waits of [first, second]) void waits.during(() => read.get(signal));
  expect(first.longest).toBeDefined();
  expect(said(second.longest!, clock.now())).toBe("waiting for another try of GET /v2/account (0 s, 1 min 0 s left)");
});

test("whoever stands in the queue of a mutex says for what, and who holds it does not", async () => {
  const mutex = new Mutex(new VirtualClock(), "a turn to upload");
  const [holder, next] = [new Waits(), new Waits()];
  void holder.during(() => mutex.runExclusive(signal, () => never));
  void next.during(() => mutex.runExclusive(signal, () => never));
  await new Promise(setImmediate);
  expect(holder.longest).toBeUndefined();
  expect(next.longest?.what).toBe("a turn to upload");
});
