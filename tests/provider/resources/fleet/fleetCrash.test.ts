import { seededRandom } from "../../../../emulator/ids";
import type { FleetInputs } from "../../../../provider/resources/fleet/fleetState";
import { bounds, type Ended, FleetRig, imagesOf } from "./fleetRig";

/** Kills engine and provider at each request of an operation, before it arrives and after it took effect, and runs the operation again. */
async function crashEverywhere(
  start: (rig: FleetRig) => Promise<Ended | undefined>,
  to: (rig: FleetRig) => Promise<FleetInputs>,
  most: number,
) {
  for (const when of ["before", "after"] as const) {
    for (let at = 1, crashed = true; crashed; at += 1) {
      const rig = new FleetRig();
      const from = await start(rig);
      const inputs = await to(rig);
      const { servingTags = [] } = inputs;
      const seen = bounds(rig, from?.id ?? "", servingTags);
      const run = () => (from === undefined ? rig.create(inputs) : rig.update(from, inputs));
      const first = await rig.untilCrash({ at, when }, run);
      crashed = first === undefined;
      // The tag is off and the state not yet stored: no order of the two can close this gap.
      if (from === undefined && when === "after" && rig.sent.at(-1)?.startsWith("DELETE /v2/tags/imagefleet:create:")) return;
      const last = first ?? (await run());
      const droplets = await rig.droplets();
      const tags = (await rig.tags()).filter((tag) => /^imagefleet:(create|template|leaving):/.test(tag));
      expect({ when, at, reasons: last.reasons, images: imagesOf(droplets), ids: droplets.map(({ id }) => String(id)), tags }).toEqual({
        ...{ when, at, reasons: [], images: Array(inputs.count).fill(inputs.image) },
        tags: [`imagefleet:template:${last.state.template}`],
        ids: last.state.live?.map(({ id }) => id),
      });
      expect(droplets.filter((droplet) => servingTags.every((tag) => droplet.tags.includes(tag)))).toHaveLength(inputs.count);
      expect({ when, at, most: seen.exist, fewest: from && seen.serve }).toEqual({ when, at, most, fewest: from && inputs.count });
    }
  }
}

test("a create that was killed at any request is found again and finished, without an orphan", async () => {
  await crashEverywhere(
    () => Promise.resolve(undefined),
    (rig) => rig.inputs(0),
    3,
  );
});

test("a rollout that was killed at any request is finished by the next one, within the same bounds", async () => {
  await crashEverywhere(
    async (rig) => rig.create(await rig.inputs(0, { count: 2, servingTags: ["shop"] })),
    (rig) => rig.inputs(1, { count: 2, servingTags: ["shop"] }),
    3,
  );
});

test("a rollout in which many leave at once is finished as well, without a Droplet too few or a tag too many", async () => {
  const rollout = { maxSurge: "5", maxUnavailable: "0", maxFailures: "0", drainSeconds: 2, shutdownSeconds: 10 };
  await crashEverywhere(
    async (rig) => rig.create(await rig.inputs(0, { count: 6, rollout })),
    (rig) => rig.inputs(1, { count: 6, rollout }),
    11,
  );
});

/** Runs the update until it ends well, as a person does; a failed one has stored the live state. */
async function persist(rig: FleetRig, from: Ended, inputs: FleetInputs): Promise<Ended> {
  let last = from;
  for (let run = 1; run <= 10; run += 1) {
    last = await rig.update(last, inputs);
    if (last.reasons.length === 0) return last;
  }
  throw new Error(`Ten runs did not finish it: ${last.reasons.join(" ")}`);
}

test.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
  "keeps its bounds whatever requests fail, and gets there (seed %i)",
  async (seed) => {
    const chance = seededRandom(seed);
    const rig = new FleetRig({ lagSeconds: Math.floor(chance() * 10) }, seed);
    const before = await rig.create(await rig.inputs(0));
    const seen = bounds(rig, before.id);
    let troubles = 40;
    rig.trouble = () => {
      if (troubles === 0 || chance() > 0.35) return undefined;
      troubles -= 1;
      const kinds = ["lostBefore", "lostAfter", "failsBefore", "failsAfter"] as const;
      return kinds[Math.floor(chance() * kinds.length)];
    };
    const inputs = await rig.inputs(1);
    const after = await persist(rig, before, inputs);
    expect(troubles).toBeLessThan(35);
    const droplets = await rig.droplets();
    expect(imagesOf(droplets)).toEqual([inputs.image, inputs.image, inputs.image]);
    expect(droplets.map(({ id }) => String(id)).sort()).toEqual(after.state.live?.map(({ id }) => id).sort());
    expect(seen).toEqual({ exist: 4, serve: 3 });
    rig.trouble = () => undefined;
    await rig.delete(after);
    expect([await rig.droplets(), await rig.tags()]).toEqual([[], []]);
    expect(rig.clock.pendingTimers).toBe(0);
  },
);
