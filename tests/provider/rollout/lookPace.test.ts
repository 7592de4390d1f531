import { LookPace } from "../../../provider/rollout/lookPace";

test("looks quickly at first, then more rarely, and hardly where nothing is under way", () => {
  const pace = new LookPace();
  const after = (seconds: number) => pace.pause([{ work: "create", since: 0 }], seconds * 1_000, 0);
  expect([0, 2, 10, 30, 3_600].map(after)).toEqual([300, 300, 1_500, 4_500, 5_000]);
  expect([pace.pause([], 0, 0), pace.pause([], 0, 0.5)]).toEqual([15_000, 15_375]);
});

test("looks more rarely where a look takes several requests", () => {
  const pace = new LookPace();
  pace.pages = 3;
  expect([0, 10].map((seconds) => pace.pause([{ work: "create", since: 0 }], seconds * 1_000, 0))).toEqual([600, 4_500]);
});

test("waits until work can be done, by the shortest time that such work has taken, and is soon after that", () => {
  const pace = new LookPace();
  pace.took("create", 60_000);
  pace.took("create", 10_000);
  pace.took("create", 20_000);
  const create = { work: "create", since: 0 } as const;
  expect([0, 8_499, 8_500, 12_500, 20_000].map((at) => pace.pause([create], at, 0))).toEqual([8_500, 300, 300, 600, 1_725]);
  expect(pace.pause([create, { work: "delete", since: 0 }], 0, 0)).toBe(300);
});
