import { ApiError, NetworkError } from "../../../provider/api/errors";
import { changeTag, fleetsTag, fleetTag, leavingTag, programTag, servingTag, templateTag } from "../../../provider/rollout/fleetTags";
import { FleetObservation } from "../../../provider/rollout/observation";
import { ReservedAddresses } from "../../../provider/rollout/reservedAddresses";
import { type FleetSettings, uniformGoal } from "../../../provider/rollout/settings";
import { RefusedError, StepExecutor } from "../../../provider/rollout/stepExecutor";
import { VirtualClock } from "../../../virtual/virtualClock";
import { RecordedApi, wireOf } from "./recordedApi";

const signal = new AbortController().signal;
const fingerprint = "0123456789ab";
const wanted = uniformGoal({ fingerprint, template: { image: "12", size: "s-1vcpu-1gb", sshKeys: ["1"] } }, 12);
const program = programTag("", "urn");
const own = [fleetsTag, program, fleetTag("f"), templateTag(fingerprint)];

async function executor(tags: readonly string[] = ["shop"], creationTag?: string, count = 2) {
  const recorded = new RecordedApi();
  recorded.droplets = [wireOf(1, { tags: [...own, "shop", "old"] }), wireOf(2, { tags: own })];
  for (let id = 3; id <= count; id += 1) recorded.droplets.push(wireOf(id, { tags: own }));
  const settings: FleetSettings = {
    ...{ fleetId: "f", name: "web", region: "ams3", tags, servingTags: [], backups: false, creationTag, known: [], reservedIps: [] },
    programTag: program,
    formerReservedIps: [],
    formerTemplates: [],
    gate: { address: "public", successThreshold: 1, intervalSeconds: 1, deadlineSeconds: 1, timeoutSeconds: 5, bakeSeconds: 0 },
    policy: { maxSurge: 1, maxUnavailable: 0, maxFailures: 1, drainSeconds: 1, shutdownSeconds: 1 },
  };
  const clock = new VirtualClock();
  const observation = new FleetObservation("f", recorded.api.droplets, clock, []);
  const addresses = new ReservedAddresses([], [], recorded.api.reservedIps, clock);
  await observation.look(signal);
  recorded.asked.splice(0);
  return { recorded, observation, executor: new StepExecutor(settings, { observation, addresses }, recorded.api, clock, signal) };
}

test("makes ten Droplets a POST, named by slot and template, and knows them at once", async () => {
  const { recorded, observation, executor: one } = await executor();
  const slots = Array.from({ length: 12 }, (_, slot) => slot);
  await one.do({ kind: "create", slots }, wanted);
  const names = slots.map((slot) => `web-${slot}-0123`);
  expect(recorded.asked).toEqual([`create ${names.slice(0, 10).join(" ")}`, `create ${names.slice(10).join(" ")}`]);
  expect(observation.droplets.map(({ slot }) => slot).sort((a, b) => a - b)).toEqual([0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test("a change that makes Droplets is marked by them, one of a create by that, and any other makes its tag and deletes it in the end", async () => {
  const { recorded, executor: one } = await executor();
  await one.do({ kind: "create", slots: [2] }, wanted);
  expect([one.isMarked, recorded.asked.splice(0)]).toEqual([true, ["create web-2-0123"]]);
  const { recorded: another, executor: other } = await executor();
  expect(other.isMarked).toBe(false);
  await other.mark();
  expect(other.isMarked).toBe(true);
  await other.forget(new Set());
  expect([other.isMarked, another.asked]).toEqual([false, [`makeTag ${changeTag("f")}`, `forget ${changeTag("f")}`]]);
});

test("tags and untags in one request, and shuts down and deletes by number where others of the template stay", async () => {
  const { recorded, executor: one } = await executor();
  for (const kind of ["serve", "withdraw"] as const) await one.do({ kind, ids: ["1", "2"] }, wanted);
  for (const kind of ["shutdown", "delete"] as const) await one.do({ kind, ids: ["2"] }, wanted);
  expect(recorded.asked).toEqual([`tag ${servingTag("f")} 1 2`, `untag ${servingTag("f")} 1 2`, "shutdown 2", "delete 2"]);
});

test("shuts down and deletes all of a template by its tag, never by the fleet's", async () => {
  const { recorded, executor: one } = await executor();
  for (const kind of ["shutdown", "delete"] as const) await one.do({ kind, ids: ["1", "2"] }, wanted);
  expect(recorded.asked).toEqual([`shutdownByTag ${templateTag(fingerprint)}`, `deleteByTag ${templateTag(fingerprint)}`]);
});

describe("many Droplets that leave while others of their template stay", () => {
  const leaving = leavingTag("f");
  const many = ["1", "2", "3", "4", "5"];
  const all = [...many, "6", "7"];

  async function crowd() {
    const there = await executor([], undefined, 8);
    return { ...there, asked: () => there.recorded.asked.splice(0) };
  }

  test("get a tag of their own, from which the first use takes what a killed run has tagged, and that goes at the end", async () => {
    const { executor: one, asked } = await crowd();
    await one.do({ kind: "shutdown", ids: many }, wanted);
    expect(asked()).toEqual([`forget ${leaving}`, `make ${leaving} ${many.join(" ")}`, `shutdownByTag ${leaving}`]);
    await one.do({ kind: "delete", ids: many }, wanted);
    expect(asked()).toEqual([`deleteByTag ${leaving}`]);
    await one.forget(new Set());
    expect(asked()).toEqual([`forget ${leaving}`]);
  });

  test("are the only ones that carry the tag: those that are not ready yet lose it before the others are deleted", async () => {
    const { executor: one, asked } = await crowd();
    await one.do({ kind: "shutdown", ids: all }, wanted);
    asked();
    await one.do({ kind: "delete", ids: many }, wanted);
    expect(asked()).toEqual([`untag ${leaving} 6 7`, `deleteByTag ${leaving}`]);
  });

  test("are asked one by one where one of them is gone by now, and not at all where the tag may be on others", async () => {
    const { recorded, executor: one, asked } = await crowd();
    recorded.failures.set("make", refusal(404, "not found"));
    await one.do({ kind: "delete", ids: many }, wanted);
    expect(asked().slice(2)).toEqual(many.map((id) => `delete ${id}`));
    await one.do({ kind: "shutdown", ids: all }, wanted);
    recorded.failures.set("untag", refusal(503, "unavailable"));
    asked();
    await expect(one.do({ kind: "delete", ids: many }, wanted)).rejects.toThrow("unavailable");
    expect(asked()).toEqual([`untag ${leaving} 6 7`]);
    await one.do({ kind: "delete", ids: many }, wanted);
    expect(asked()).toEqual([`forget ${leaving}`, `make ${leaving} ${many.join(" ")}`, `deleteByTag ${leaving}`]);
  });
});

test("a shutdown that is refused is no failure: the deletion works without it", async () => {
  const { recorded, executor: one } = await executor();
  recorded.failures.set("shutdown", new Error("no"));
  await one.do({ kind: "shutdown", ids: ["1"] }, wanted);
  expect(recorded.asked).toEqual(["shutdown 1"]);
});

function refusal(status: number, text: string): ApiError {
  return new ApiError({ method: "POST", url: "https://api.example.com/v2/droplets", status, id: "", text });
}

test("tells a refusal of the template from a service that has no room at the moment", async () => {
  const { recorded, executor: one } = await executor();
  recorded.failures.set("create", refusal(422, "You specified an invalid size."));
  await expect(one.do({ kind: "create", slots: [0] }, wanted)).rejects.toThrow(RefusedError);
  recorded.failures.set("create", refusal(422, "Region is not available"));
  await expect(one.do({ kind: "create", slots: [0] }, wanted)).rejects.toThrow(ApiError);
});

test("asks for what still fits where the whole would exceed the Droplet limit", async () => {
  const { recorded, executor: one } = await executor();
  recorded.failures.set("create", refusal(422, "creating this/these droplet(s) will exceed your droplet limit"));
  recorded.limit = 4;
  await expect(one.do({ kind: "create", slots: [0, 1, 2] }, wanted)).rejects.toThrow("droplet limit");
  expect(recorded.asked.at(-1)).toBe("create web-0-0123 web-1-0123");
});

test("counts what a POST without an answer may have made", async () => {
  const { recorded, observation, executor: one } = await executor();
  recorded.failures.set("create", new NetworkError("POST", "https://api.example.com/v2/droplets", "connection reset", true));
  await expect(one.do({ kind: "create", slots: [0] }, wanted)).rejects.toThrow("connection reset");
  const timing = { drainSeconds: 1, shutdownSeconds: 1 };
  const members = observation.members(
    { address: "public", successThreshold: 1, intervalSeconds: 1, deadlineSeconds: 1, timeoutSeconds: 5, bakeSeconds: 0 },
    timing,
  );
  expect(members.filter(({ id }) => id === undefined)).toEqual([expect.objectContaining({ slot: 0, template: fingerprint, power: "new" })]);
});

test("a Droplet that was made a moment ago and isn't known yet isn't gone", async () => {
  const { recorded, observation, executor: one } = await executor();
  await one.do({ kind: "create", slots: [0] }, wanted);
  const [made] = observation.droplets.filter(({ madeAt }) => madeAt !== undefined);
  recorded.unknown.add(String(made!.wire.id));
  await one.do({ kind: "delete", ids: [String(made!.wire.id), "2"] }, wanted);
  expect([made!.deletedAt, observation.get("2")!.deletedAt]).toEqual([undefined, expect.any(Number)]);
});

test("puts tags on and off only where that changes something, and ends a create that the state knows", async () => {
  const { recorded, executor: one } = await executor(["shop"]);
  expect(await one.retag(["shop", "old"])).toBe(true);
  expect(recorded.asked).toEqual(["tag shop 2", "untag old 1"]);
  const { executor: idle } = await executor([]);
  expect(await idle.retag([])).toBe(false);
});
