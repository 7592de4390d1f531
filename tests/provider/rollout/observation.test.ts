import { fleetTag, servingTag, templateTag } from "../../../provider/rollout/fleetTags";
import type { Gate } from "../../../provider/rollout/gates/gate";
import { FleetObservation, type KnownDroplet } from "../../../provider/rollout/observation";
import { VirtualClock } from "../../../virtual/virtualClock";
import { RecordedApi, wireOf } from "./recordedApi";

const signal = new AbortController().signal;
const gate: Gate = { address: "public", successThreshold: 1, intervalSeconds: 1, deadlineSeconds: 10, timeoutSeconds: 5, bakeSeconds: 0 };
const timing = { drainSeconds: 5, shutdownSeconds: 10 };
const [template, own] = ["0123456789ab", [fleetTag("f"), templateTag("0123456789ab")]];

function observe(known: readonly KnownDroplet[] = []) {
  const [recorded, clock] = [new RecordedApi(), new VirtualClock()];
  return { recorded, clock, observation: new FleetObservation("f", recorded.api.droplets, clock, known) };
}

test("reads slot and template from a Droplet's name and tags, and the slot of a renamed one from the state", async () => {
  const { recorded, observation } = observe([{ id: "2", slot: 5, template, serving: true }]);
  recorded.droplets = [wireOf(1, { tags: own }), wireOf(2, { name: "database", tags: own }), wireOf(3, { name: "unknown", tags: own })];
  await observation.look(signal);
  expect(observation.droplets.map(({ wire, slot, template: of }) => [wire.id, slot, of])).toEqual([
    [1, 1, template],
    [2, 5, template],
    [3, 9_999, template],
  ]);
});

test("a Droplet that a list lacks is asked for by its number, and gone only when that answers 404", async () => {
  const { recorded, observation } = observe();
  recorded.droplets = [wireOf(1, { tags: own }), wireOf(2, { tags: own })];
  await observation.look(signal);
  recorded.droplets = [wireOf(1, { tags: own })];
  recorded.asked.splice(0);
  await observation.look(signal);
  expect(recorded.asked).toEqual([`list ${fleetTag("f")}`, "get 2"]);
  expect(observation.droplets.map(({ wire }) => wire.id)).toEqual([1]);
});

test("a Droplet of a POST counts for 30 s although the service doesn't show it yet", async () => {
  const { clock, observation } = observe();
  observation.made([wireOf(7, { status: "new", tags: own })]);
  await observation.look(signal);
  expect(observation.droplets).toHaveLength(1);
  await clock.advance(30_000);
  await observation.look(signal);
  expect(observation.droplets).toEqual([]);
});

test("what a POST without an answer may have made takes its slot until it is seen or 30 s have passed", async () => {
  const { recorded, clock, observation } = observe();
  observation.mayBeMade("web", [0, 1], template);
  expect(observation.members(gate, timing).map(({ id, slot }) => [id, slot])).toEqual([
    [undefined, 0],
    [undefined, 1],
  ]);
  recorded.droplets = [wireOf(7, { name: "web-0-0123", tags: own })];
  await observation.look(signal);
  expect(observation.members(gate, timing).map(({ id, slot }) => [id, slot])).toEqual([
    ["7", 0],
    [undefined, 1],
  ]);
  await clock.advance(30_000);
  await observation.look(signal);
  expect(observation.members(gate, timing)).toHaveLength(1);
});

test("a Droplet drains from when it was last seen serving, and is overdue when its shutdown takes too long", async () => {
  const { recorded, clock, observation } = observe();
  recorded.droplets = [wireOf(1, { tags: [...own, servingTag("f")] })];
  await observation.look(signal);
  const member = () => observation.members(gate, timing)[0]!;
  expect(member()).toMatchObject({ serving: true, drained: false, gate: "passed", ending: "no" });
  const droplet = observation.get("1")!;
  Object.assign(droplet, { withdrawal: "done", idleSince: clock.now() });
  await clock.advance(4_999);
  expect(member()).toMatchObject({ serving: false, drained: false });
  await clock.advance(1);
  expect(member().drained).toBe(true);
  droplet.shutdownAt = clock.now();
  expect(member().ending).toBe("shuttingDown");
  await clock.advance(10_000);
  expect(member().ending).toBe("overdue");
});

test("a Droplet that lists show without the serving tag is idle only when they have shown so for as long as they may lag behind", async () => {
  const { recorded, clock, observation } = observe();
  const isDrained = () => observation.members(gate, { ...timing, drainSeconds: 0 })[0]!.drained;
  recorded.droplets = [wireOf(1, { tags: own })];
  await observation.look(signal);
  await clock.advance(40_000);
  expect(isDrained()).toBe(false);
  await observation.look(signal);
  expect(isDrained()).toBe(true);
});

test("one that serves neither by the state nor by this run is available only when lists have shown so for as long as they may lag", async () => {
  const known = [1, 2, 3].map((id) => ({ id: String(id), slot: id, template, serving: id === 1 }));
  const { recorded, clock, observation } = observe(known);
  const look = async (serving: readonly number[]) => {
    recorded.droplets = [1, 2, 3].map((id) => wireOf(id, { tags: serving.includes(id) ? [...own, servingTag("f")] : own }));
    await observation.look(signal);
    return observation.members(gate, timing).map((member) => [member.serving, member.available, member.gate]);
  };
  const idle = [false, false, "waiting"];
  expect(await look([1, 2])).toEqual([[true, true, "passed"], [true, false, "passed"], idle]);
  await clock.run(clock.sleep(29_000));
  expect(await look([1, 2, 3])).toEqual([
    [true, true, "passed"],
    [true, false, "passed"],
    [true, false, "passed"],
  ]);
  await clock.run(clock.sleep(1_000));
  expect(await look([1, 2])).toEqual([[true, true, "passed"], [true, true, "passed"], idle]);
});

test("a Droplet that lists are slow to show is asked for every five seconds, and not at every look", async () => {
  const { recorded, clock, observation } = observe();
  observation.made([wireOf(7, { status: "new", tags: own })]);
  const asked: number[] = [];
  for (let second = 0; second < 12; second += 1) {
    asked.push(await observation.take([], signal));
    await clock.advance(1_000);
  }
  expect(asked.reduce((sum, many) => sum + many, 0)).toBe(3);
  expect(recorded.asked).toEqual(["get 7", "get 7", "get 7"]);
});

test("a Droplet that has served is asked for where the first list lacks it, and gone where it is", async () => {
  const { recorded, observation } = observe([
    { id: "7", slot: 0, template, serving: true },
    { id: "8", slot: 1, template, serving: true },
  ]);
  const listed = recorded.droplets;
  recorded.droplets = [wireOf(7, { tags: own })];
  await observation.take(listed, signal);
  expect(recorded.asked).toEqual(["get 7", "get 8"]);
  expect(observation.members(gate, { ...timing, drainSeconds: 0 }).map(({ id }) => id)).toEqual(["7"]);
});
