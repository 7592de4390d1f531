import fc from "fast-check";
import { untilNextTick, type Pace } from "../../../provider/watch/ticks";

const middle = 0.5;
const fresh: Pace = { underWay: [0], expected: undefined, finishing: false, spent: 0, watched: 0 };

describe("the next look", () => {
  it("comes after 0.4 s at first, and after a second at most while nothing is older than 20 s", () => {
    expect(untilNextTick(fresh, middle)).toBe(400);
    expect(untilNextTick({ ...fresh, underWay: [9_000] }, middle)).toBe(600);
    expect(untilNextTick({ ...fresh, underWay: [19_000] }, middle)).toBe(1_000);
  });

  it("comes after a twentieth of the age for what is older, up to about 4 s", () => {
    expect(untilNextTick({ ...fresh, underWay: [40_000], watched: 40_000 }, middle)).toBe(2_000);
    expect(untilNextTick({ ...fresh, underWay: [400_000], watched: 400_000 }, middle)).toBe(3_900);
  });

  it("is slow while nothing is expected to finish, and back in time for what is", () => {
    const expected = { soonest: 600_000, usual: 800_000 };
    expect(untilNextTick({ ...fresh, underWay: [300_000], watched: 300_000, expected }, middle)).toBe(10_000);
    expect(untilNextTick({ ...fresh, underWay: [595_000], watched: 595_000, expected }, middle)).toBe(5_000);
  });

  it("is as quick as the one of several that is the youngest wants it", () => {
    expect(untilNextTick({ ...fresh, underWay: [400_000, 2_000], watched: 400_000 }, middle)).toBe(400);
  });

  it("is quicker once the first of several has ended", () => {
    expect(untilNextTick({ ...fresh, underWay: [400_000], watched: 400_000, finishing: true }, middle)).toBe(3_000);
  });

  it("never costs more than 720 requests in an hour, whatever is waited for", () => {
    const anything = fc.record({
      seed: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
      restarts: fc.array(fc.nat(3_600_000), { maxLength: 20 }),
      soonest: fc.option(fc.nat(7_200_000), { nil: undefined }),
      finishing: fc.boolean(),
    });
    fc.assert(
      fc.property(anything, ({ seed, restarts, soonest, finishing }) => {
        const expected = soonest === undefined ? undefined : { soonest, usual: soonest };
        let [watched, spent] = [0, 0];
        while (watched < 3_600_000) {
          const now = watched;
          const underWay = [0, ...restarts].filter((begun) => begun <= now).map((begun) => now - begun);
          watched += untilNextTick({ underWay, expected, finishing, spent, watched }, seed);
          spent += 1;
        }
        expect(spent).toBeLessThanOrEqual(720);
      }),
      { numRuns: 50 },
    );
  });
});
