import { seededRandom } from "../../../../emulator/ids";
import type { FleetInputs } from "../../../../provider/resources/fleet/fleetState";
import { bounds, type Ended, FleetRig, imagesOf } from "./fleetRig";
import { leads, reachable, reserved, type ReservedRig } from "./reservedRig";

const policy = { maxSurge: "1", maxUnavailable: "0", maxFailures: "50%", drainSeconds: 2, shutdownSeconds: 10 };

/** Each strategy, for a fleet of two: how many exist at most and serve at least, and how many run the old image in the end. */
const strategies = [
  { name: "rolling", rollout: policy, most: 3, fewest: 2, old: 0 },
  {
    name: "a canary that pauses",
    rollout: { ...policy, canary: [{ count: "1", bakeSeconds: 3, pause: true }] },
    most: 3,
    fewest: 2,
    old: 1,
  },
  { name: "blue-green", rollout: { ...policy, blueGreen: { keepSeconds: 3_600 } }, most: 4, fewest: 2, old: 2 },
  { name: "a rebuild", rollout: { ...policy, rebuild: true }, most: 2, fewest: 1, old: 0 },
] as const;

interface Strategy extends Readonly<Record<"most" | "fewest" | "old", number>> {
  readonly name: string;
}

/** A read changes nothing: only the writes, before and after, tell moments of death apart. */
const isWrite = (request?: Request): boolean => request?.method !== "GET";

/** Kills engine and provider at each write of an operation, before it arrives and after it took effect, and runs the operation again. */
async function crashEverywhere(
  start: (own: ReservedRig) => Promise<Ended | undefined>,
  to: (own: ReservedRig) => Promise<FleetInputs>,
  { most, fewest, old, name }: Strategy,
) {
  for (const when of ["before", "after"] as const) {
    for (let at = 1, crashed = true; crashed; at += 1) {
      const own = await reserved(1);
      const { rig, ips } = own;
      const from = await start(own);
      const inputs = await to(own);
      const { servingTags = [] } = inputs;
      const seen = bounds(rig, from?.id ?? "", servingTags);
      const lead = reachable(own, from?.id ?? "");
      const run = () => (from === undefined ? rig.create(inputs) : rig.update(from, inputs));
      const first = await rig.untilCrash({ at, when, matches: isWrite }, run);
      crashed = first === undefined;
      // The tag is off and the state not yet stored: no order of the two can close this gap.
      if (from === undefined && when === "after" && rig.sent.at(-1)?.startsWith("DELETE /v2/tags/imagefleet:create:")) return;
      const last = first ?? (await run());
      const droplets = await rig.droplets();
      const tags = (await rig.tags()).filter((tag) => /^imagefleet:(create|leaving):/.test(tag));
      const images = imagesOf(droplets).filter((image) => image !== inputs.image).length;
      const holders = await leads(rig, ips);
      expect({ when, at, reasons: last.reasons, old: images, ids: droplets.map(({ id }) => String(id)).sort(), tags, holders }).toEqual({
        ...{ when, at, reasons: [], old, tags: [], holders: [last.state.droplets?.[0]?.id] },
        ids: last.state.live?.map(({ id }) => id).sort(),
      });
      expect(droplets.filter((droplet) => servingTags.every((tag) => droplet.tags.includes(tag))).length).toBeGreaterThanOrEqual(
        inputs.count,
      );
      const templates = (await rig.tags()).filter((tag) => /^imagefleet:template:/.test(tag));
      expect(templates.sort()).toEqual([...new Set(last.state.live?.map(({ template }) => `imagefleet:template:${template}`))].sort());
      expect({ name, when, at, most: seen.exist, fewest: from && seen.serve, reached: from && lead.least }).toEqual({
        ...{ name, when, at, most, fewest: from && fewest, reached: from && Math.min(1, fewest - inputs.count + 1) },
      });
      expect((await rig.read(last, inputs)).reasons).toEqual([]);
    }
  }
}

test("a create that was killed at any write is found again and finished, without an orphan", async () => {
  await crashEverywhere(
    () => Promise.resolve(undefined),
    ({ inputs }) => inputs(0, { count: 2 }),
    { ...strategies[0], most: 2 },
  );
});

test.each(strategies)(
  "$name that was killed at any write is finished by the next run, within the same bounds and with its address",
  async (strategy) => {
    const { rollout } = strategy;
    await crashEverywhere(
      async ({ rig, inputs }) => rig.create(await inputs(0, { count: 2, servingTags: ["shop"], rollout })),
      ({ inputs }) => inputs(1, { count: 2, servingTags: ["shop"], rollout }),
      strategy,
    );
  },
);

test("a rollout in which many leave at once is finished as well, without a Droplet too few or a tag too many", async () => {
  const rollout = { maxSurge: "5", maxUnavailable: "0", maxFailures: "0", drainSeconds: 2, shutdownSeconds: 10 };
  await crashEverywhere(
    async ({ rig, inputs }) => rig.create(await inputs(0, { count: 6, rollout })),
    ({ inputs }) => inputs(1, { count: 6, rollout }),
    { name: "rolling", most: 11, fewest: 6, old: 0 },
  );
});

/** Runs the update until it ends well, as a person does; a failed one has stored the live state. */
async function persist(rig: FleetRig, from: Ended, inputs: FleetInputs): Promise<Ended> {
  let last = from;
  for (let run = 1; run <= 10; run += 1) {
    // One that rejects has stored nothing.
    const from = last;
    last = await rig.update(from, inputs).catch((error: unknown) => ({ ...from, reasons: [String(error)] }));
    if (last.reasons.length === 0) return last;
  }
  throw new Error(`Ten runs did not finish it: ${last.reasons.join(" ")}`);
}

test.each(Array.from({ length: 20 }, (_, seed) => ({ seed, ...strategies[seed % strategies.length]! })))(
  "$name keeps its bounds whatever requests fail, and gets there (seed $seed)",
  async ({ seed, rollout, most, fewest, old }) => {
    const chance = seededRandom(seed + 1);
    const rig = new FleetRig({ lagSeconds: Math.floor(chance() * 10) }, seed + 1);
    const before = await rig.create(await rig.inputs(0, { count: 2, rollout }));
    const seen = bounds(rig, before.id);
    let troubles = 40;
    rig.trouble = () => {
      if (troubles === 0 || chance() > 0.35) return undefined;
      troubles -= 1;
      const kinds = ["lostBefore", "lostAfter", "failsBefore", "failsAfter"] as const;
      return kinds[Math.floor(chance() * kinds.length)];
    };
    const inputs = await rig.inputs(1, { count: 2, rollout });
    const after = await persist(rig, before, inputs);
    expect(troubles).toBeLessThan(40);
    const droplets = await rig.droplets();
    expect(imagesOf(droplets).filter((image) => image !== inputs.image)).toHaveLength(old);
    expect(droplets.map(({ id }) => String(id)).sort()).toEqual(after.state.live?.map(({ id }) => id).sort());
    expect(seen.exist).toBeLessThanOrEqual(most);
    expect(seen.serve).toBeGreaterThanOrEqual(fewest);
    rig.trouble = () => undefined;
    await rig.delete(after);
    expect([await rig.droplets(), await rig.tags()]).toEqual([[], []]);
    expect(rig.clock.pendingTimers).toBe(0);
  },
);

test("makes no Droplet too many after a killed change to another image, whose Droplets reads don't show yet", async () => {
  const rig = new FleetRig();
  rig.listLag = 25;
  const made = await rig.create(await rig.inputs(0, { count: 2 }));
  await rig.clock.advance(60_000);
  const isPost = (request?: Request): boolean => request?.method === "POST" && request.url.endsWith("/v2/droplets");
  const inputs = await rig.inputs(1, { count: 2 });
  expect(await rig.untilCrash({ at: 1, when: "after", matches: isPost }, () => rig.update(made, inputs))).toBeUndefined();
  const seen = bounds(rig, made.id);
  const after = await rig.update(made, { ...inputs, size: "s-2vcpu-2gb" });
  expect([after.reasons, seen.exist]).toEqual([[], 3]);
  expect((await rig.tags()).filter((tag) => tag.startsWith("imagefleet:change:"))).toEqual([]);
});
