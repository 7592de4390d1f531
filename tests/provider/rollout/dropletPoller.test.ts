import { DropletPoller } from "../../../provider/rollout/dropletPoller";
import { fleetsTag, fleetTag } from "../../../provider/rollout/fleetTags";
import type { World } from "../../../provider/world";
import { VirtualClock } from "../../../virtual/virtualClock";
import { RecordedApi, wireOf } from "./recordedApi";

function poller(count = 2) {
  const [recorded, clock] = [new RecordedApi(), new VirtualClock()];
  recorded.droplets = Array.from({ length: count }, (_, id) => wireOf(id, { tags: [fleetsTag, fleetTag(`f${id % 2}`)] }));
  return { recorded, clock, poller: new DropletPoller(recorded.api, { clock } as unknown as World) };
}

const signal = new AbortController().signal;

test("shows each fleet its own Droplets by one list for all", async () => {
  const { recorded, clock, poller: one } = poller();
  const [first, second] = await clock.run(Promise.all([one.look("f0", signal), one.look("f1", signal)]));
  expect([first.map(({ id }) => id), second.map(({ id }) => id)]).toEqual([[0], [1]]);
  expect(recorded.asked).toEqual([`list ${fleetsTag}`]);
});

test("makes under a thousand requests an hour for three fleets that look as often as they can, and begins quickly", async () => {
  const { recorded, clock, poller: one } = poller();
  const end = clock.now() + 3_600_000;
  let early = 0;
  const look = async (fleet: string): Promise<void> => {
    while (clock.now() < end) {
      await one.look(fleet, signal);
      await clock.sleep(1_000);
      if (clock.now() < end - 3_540_000) early = recorded.asked.length;
    }
  };
  await clock.run(Promise.all(["f0", "f1", "f2"].map(look)));
  expect(early).toBeGreaterThan(50);
  expect(recorded.asked.length).toBeGreaterThan(800);
  expect(recorded.asked.length).toBeLessThan(1_000);
});

test("counts the pages of a long list", async () => {
  const { recorded, clock, poller: one } = poller(1_000);
  const end = clock.now() + 3_600_000;
  const work = async (): Promise<void> => {
    while (clock.now() < end) await one.look("f0", signal).then(() => clock.sleep(500));
  };
  await clock.run(work());
  expect(recorded.asked.length * 5).toBeLessThan(1_000);
});

test("lets one waiter go without disturbing the other", async () => {
  const { recorded, clock, poller: one } = poller();
  const leaves = new AbortController();
  const [left, stayed] = [one.look("f0", leaves.signal), one.look("f1", signal)];
  leaves.abort(new Error("left"));
  await expect(left).rejects.toThrow("left");
  expect((await clock.run(stayed)).map(({ id }) => id)).toEqual([1]);
  expect(recorded.asked).toHaveLength(1);
});

test("finds a create that has failed among all actions since, however busy the account is", async () => {
  const { recorded, clock, poller: one } = poller(0);
  const at = (seconds: number): string => new Date(clock.now() + seconds * 1_000).toISOString();
  const old = Array.from(
    { length: 600 },
    (_, id) => ({ id, type: "snapshot", status: "completed", resource_id: 1, started_at: at(-1) }) as const,
  );
  const busy = old.slice(0, 450).map((action) => ({ ...action, started_at: at(10) }));
  recorded.droplets = [1, 2].map((id) => wireOf(id, { status: "new", created_at: at(0), tags: [fleetsTag, fleetTag("f1")] }));
  recorded.actions = [...busy, { type: "create", status: "errored", resource_id: 2, started_at: at(0) }, ...old];
  await clock.run(one.look("f1", signal));
  await clock.advance(29_000);
  await clock.run(one.look("f1", signal));
  expect([...one.failedCreates]).toEqual([]);
  await clock.advance(1_000);
  await clock.run(one.look("f1", signal));
  expect([...one.failedCreates]).toEqual([2]);
  expect(recorded.asked.filter((asked) => asked.startsWith("actions"))).toEqual(["actions 1", "actions 2", "actions 3"]);
});

test("makes up for the requests that a look takes beside the list", async () => {
  const { recorded, clock, poller: one } = poller();
  const end = clock.now() + 3_600_000;
  const work = async (): Promise<void> => {
    while (clock.now() < end) await one.look("f0", signal).then(() => (one.spend(9), clock.sleep(500)));
  };
  await clock.run(work());
  expect(recorded.asked.length).toBeGreaterThan(80);
  expect(recorded.asked.length * 10).toBeLessThan(1_000);
});
