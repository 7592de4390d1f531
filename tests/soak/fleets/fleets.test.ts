import { fleetTag } from "../../../provider/rollout/fleetTags";
import { FleetCloud, region, sshKey } from "./fleetCloud";
import { playFleets, soakFleets } from "./fleetSoak";

/** `SOAK_SEED=n npx jest tests/soak/fleets` plays one trial alone. */
const alone = process.env.SOAK_SEED;
/** Failed once: runs that followed another at once and went by what lists still showed. */
const found = [1398, 1978, 2973, 3628];
const seeds = alone === undefined ? [...Array.from({ length: 100 }, (_, at) => at + 1), ...found] : [Number(alone)];

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

describe("the account of a trial", () => {
  it("shows in lists what was so long ago, the lag of the service's own reads included, also of work that ends by itself", async () => {
    const options = { dropletSeconds: 20, lagSeconds: 8 };
    const none = { fleets: [], faults: [], programs: [] };
    const cloud = new FleetCloud({ ...none, options, listLag: 25 }, () => ({ count: 1, least: 0, most: 1, mostAtFirst: 1 }));
    const { clock } = cloud;
    const life = new AbortController().signal;
    const listed = async (): Promise<readonly string[]> => {
      const droplets = await cloud.process.context.api.droplets.listByTag(fleetTag("a"), life);
      return droplets.map(({ status }) => status);
    };
    const seen = await clock.run(
      (async () => {
        await cloud.process.context.api.droplets.create(
          { names: ["web-0"], region, size: "s-1vcpu-1gb", ssh_keys: [sshKey], image: Number(await cloud.image(0)), tags: [fleetTag("a")] },
          life,
        );
        const shown: (readonly string[])[] = [];
        for (const seconds of [24, 4, 10]) {
          await clock.sleep(seconds * 1_000);
          shown.push(await listed());
        }
        return shown;
      })(),
    );
    expect(seen).toEqual([[], ["new"], ["active"]]);
  });
});
