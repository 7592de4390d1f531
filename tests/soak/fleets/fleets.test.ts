import { playFleets, soakFleets } from "./fleetSoak";

/** `SOAK_SEED=n npx jest tests/soak/fleets` plays one trial alone. */
const alone = process.env.SOAK_SEED;
const seeds = alone === undefined ? Array.from({ length: 100 }, (_, at) => at + 1) : [Number(alone)];

describe("rollouts under faults, kills and interruptions", () => {
  it(`end with every fleet whole, and keep their bounds on the way, from ${seeds.length} seeds`, async () => {
    const failures: string[] = [];
    for (const seed of seeds) {
      const wrongs = await soakFleets(seed);
      if (wrongs.length > 0) failures.push([`SOAK_SEED=${seed} npx jest tests/soak/fleets`, ...wrongs].join("\n  "));
    }
    expect(failures).toEqual([]);
  });

  it("are the same again from the same seed", async () => {
    const [first, second] = [await playFleets(7), await playFleets(7)];
    expect(second.runs).toEqual(first.runs);
  });
});
