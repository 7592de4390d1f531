import { play, soak } from "./soak";
import { violationsOf } from "./violations";

/** `SOAK_SEED=n npx jest tests/soak` plays one trial alone. */
const alone = process.env.SOAK_SEED;
const seeds = alone === undefined ? Array.from({ length: 100 }, (_, at) => at + 1) : [Number(alone)];

describe("imports and copies under faults, kills and interruptions", () => {
  it(`end with every copy there exactly once and nothing asked for in vain, from ${seeds.length} seeds`, async () => {
    const failures: string[] = [];
    for (const seed of seeds) {
      const violations = await soak(seed);
      if (violations.length > 0) failures.push([`SOAK_SEED=${seed} npx jest tests/soak`, ...violations].join("\n  "));
    }
    expect(failures).toEqual([]);
  });

  it("are the same again from the same seed", async () => {
    const [first, second] = [await play(27), await play(27)];
    expect(second.runs).toEqual(first.runs);
    expect(second.simulation.emulator.requests.list()).toEqual(first.simulation.emulator.requests.list());
  });

  it("are judged by what is at the service: a second image of a name does not pass", async () => {
    const played = await play(1);
    await played.simulation.ask("POST", "/v2/images", { name: "web-0", region: "nyc3", url: "http://127.0.0.1/web-0.img" });
    expect(await violationsOf(played)).toEqual(["web-0 exists 2 times.", "6 imports for 5 images, of which 0 failed."]);
  });
});
