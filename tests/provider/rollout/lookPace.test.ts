import { LookPace } from "../../../provider/rollout/lookPace";

test("looks every second at first, then more rarely, and hardly where nothing is under way", () => {
  const pace = new LookPace();
  const after = (seconds: number) => pace.pause([{ work: "create", since: 0 }], seconds * 1_000, 0.5);
  expect([0, 14, 15, 89, 90, 3_600].map(after)).toEqual([1_000, 1_000, 2_000, 2_000, 5_000, 5_000]);
  expect([pace.pause([], 0, 0.5), pace.pause([], 0, 0), pace.pause([], 0, 0.999)]).toEqual([15_000, 13_500, 16_497]);
});

test("waits until work can be done, by the shortest time that such work has taken", () => {
  const pace = new LookPace();
  pace.took("create", 60_000);
  pace.took("create", 10_000);
  pace.took("create", 20_000);
  expect(pace.pause([{ work: "create", since: 0 }], 0, 0.5)).toBe(8_000);
  expect(pace.pause([{ work: "create", since: 0 }], 8_000, 0.5)).toBe(1_000);
  const both = [{ work: "create", since: 0 } as const, { work: "delete", since: 0 } as const];
  expect(pace.pause(both, 0, 0.5)).toBe(1_000);
});
