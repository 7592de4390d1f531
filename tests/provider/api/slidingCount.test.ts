import { SlidingCount } from "../../../provider/api/slidingCount";

test("counts a request from its start until a window after its end", () => {
  const count = new SlidingCount(60_000);
  count.begin();
  expect(count.count(1_000_000)).toBe(1);
  count.end(1_000_000);
  expect(count.count(1_059_999)).toBe(1);
  expect(count.count(1_060_000)).toBe(0);
});

test("says when one more is within the limit, whole or not", () => {
  const count = new SlidingCount(60_000);
  for (const at of [1_000, 2_000, 3_000]) {
    count.begin();
    count.end(at);
  }
  const untilRoom = (limit: number): number => count.untilRoom(limit, 4_000);
  expect([4, 3, 2.8, 2, 1.5, 0].map(untilRoom)).toEqual([0, 57_000, 58_000, 58_000, 59_000, Infinity]);
});

test("knows no moment while the requests that must end are under way", () => {
  const count = new SlidingCount(60_000);
  count.begin();
  expect(count.untilRoom(1, 0)).toBe(Infinity);
});
