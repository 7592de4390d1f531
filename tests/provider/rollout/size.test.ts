import { boundsOf, isSize, resolveSize } from "../../../provider/rollout/size";

test("takes counts and percentages, and nothing else", () => {
  expect(["0", "1", "1000", "0%", "25%", "100%"].filter(isSize)).toHaveLength(6);
  expect(["", "-1", "1.5", "1001", "101%", "25 %", "%", "half"].filter(isSize)).toEqual([]);
});

test("rounds a percentage as it is told, without the errors of fractions", () => {
  expect([resolveSize("25%", 3, "up"), resolveSize("25%", 3, "down"), resolveSize("7", 3, "up")]).toEqual([1, 0, 7]);
  expect([resolveSize("7%", 100, "up"), resolveSize("29%", 100, "down"), resolveSize("100%", 60, "up")]).toEqual([7, 29, 60]);
});

test("lets one be unavailable where rounding alone leaves no room to move", () => {
  const sizes = { maxSurge: "0", maxUnavailable: "10%", maxFailures: "10%" };
  expect(boundsOf(sizes, 5)).toEqual({ maxSurge: 0, maxUnavailable: 1, maxFailures: 1 });
  expect(boundsOf(sizes, 20)).toEqual({ maxSurge: 0, maxUnavailable: 2, maxFailures: 2 });
  expect(boundsOf({ maxSurge: "25%", maxUnavailable: "0", maxFailures: "0" }, 60)).toEqual({
    maxSurge: 15,
    maxUnavailable: 0,
    maxFailures: 0,
  });
});
