import { stagedSlots } from "../../../provider/rollout/canary";
import { boundsOf, isSize, resolveSize } from "../../../provider/rollout/size";

test("takes counts and percentages, and nothing else", () => {
  expect(["0", "1", "1000", "0%", "25%", "100%"].filter(isSize)).toHaveLength(6);
  expect(["", "-1", "1.5", "1001", "101%", "25 %", "%", "half"].filter(isSize)).toEqual([]);
});

test("rounds a percentage as it is told, without the errors of fractions", () => {
  expect([resolveSize("25%", 3, "up"), resolveSize("25%", 3, "down"), resolveSize("7", 3, "up")]).toEqual([1, 0, 7]);
  expect([resolveSize("7%", 100, "up"), resolveSize("29%", 100, "down"), resolveSize("100%", 60, "up")]).toEqual([7, 29, 60]);
});

test("rounds what may be added, fail or try first up, and what may be missing down", () => {
  const quarter = { maxSurge: "25%", maxUnavailable: "25%", maxFailures: "25%" };
  expect(boundsOf(quarter, 5)).toEqual({ maxSurge: 2, maxUnavailable: 1, maxFailures: 2 });
  expect(stagedSlots([{ count: "25%" }], "new", "old", 5)).toEqual(["new", "new", "old", "old", "old"]);
  // The default of `maxFailures` is one at least.
  expect([1, 5, 11].map((count) => boundsOf({ ...quarter, maxFailures: "10%" }, count).maxFailures)).toEqual([1, 1, 2]);
});

test("lets one be unavailable where rounding alone leaves no room to move", () => {
  const sizes = { maxSurge: "0", maxUnavailable: "10%", maxFailures: "10%" };
  expect(boundsOf(sizes, 5)).toEqual({ maxSurge: 0, maxUnavailable: 1, maxFailures: 1 });
  expect(boundsOf({ ...sizes, maxSurge: "0%", maxUnavailable: "33%" }, 3)).toMatchObject({ maxSurge: 0, maxUnavailable: 1 });
  expect(boundsOf(sizes, 20)).toEqual({ maxSurge: 0, maxUnavailable: 2, maxFailures: 2 });
  expect(boundsOf({ maxSurge: "25%", maxUnavailable: "0", maxFailures: "0" }, 60)).toEqual({
    maxSurge: 15,
    maxUnavailable: 0,
    maxFailures: 0,
  });
});
