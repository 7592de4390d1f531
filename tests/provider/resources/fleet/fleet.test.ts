import { programTag } from "../../../../provider/rollout/fleetTags";
import { bounds, FleetRig, imagesOf, servingTag, urn } from "./fleetRig";

test("creates all Droplets by one request and lets each serve after its gate", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0, { tags: ["shop"] }));
  const droplets = await rig.droplets();
  expect(made.reasons).toEqual([]);
  expect(made.id).toMatch(/^[a-z0-9]{12}$/);
  expect(rig.sent.filter((request) => request === "POST /v2/droplets")).toHaveLength(1);
  const own = [
    `imagefleet:fleet:${made.id}`,
    "imagefleet:fleets",
    programTag("", urn),
    servingTag(made.id),
    `imagefleet:template:${made.state.template ?? ""}`,
  ];
  const tags = [...own, "shop"];
  expect(droplets.map((droplet) => [...droplet.tags].sort())).toEqual([tags, tags, tags]);
  expect(made.state.droplets?.map(({ dropletUrn }) => dropletUrn)).toEqual(droplets.map(({ id }) => `do:droplet:${id}`));
  expect(new Set(made.state.addresses).size).toBe(3);
  expect(made.state.live?.map(({ slot, serving }) => [slot, serving])).toEqual([
    [0, true],
    [1, true],
    [2, true],
  ]);
  expect(rig.clock.pendingTimers).toBe(0);
});

test("rolls to a new image one Droplet after the other", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const seen = bounds(rig, before.id);
  const after = await rig.update(before, await rig.inputs(1));
  const image = await rig.image(1);
  expect(after.reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).toEqual([image, image, image]);
  expect(seen).toEqual({ exist: 4, serve: 3 });
  expect(after.id).toBe(before.id);
  expect(after.state.template).not.toBe(before.state.template);
  expect(await rig.tags()).not.toContain(`imagefleet:template:${before.state.template ?? ""}`);
  expect(rig.said.at(-1)).toMatch(new RegExp(`^3 of 3 serving image ${image}, \\d+ s$`));
  expect(rig.clock.pendingTimers).toBe(0);
});

test("tells when each Droplet of a change was made, served, drained and was deleted, and what one costs", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const { state } = await rig.update(before, await rig.inputs(1));
  const [image, old] = [await rig.image(1), await rig.image(0)];
  const { startedAt, endedAt, requests, droplets } = state.lastChange ?? { startedAt: "", endedAt: "", requests: 0, droplets: [] };
  expect(requests).toBe(rig.sent.length);
  const whole = ["createdAt", "activeAt", "servedAt", "withdrawnAt", "shutDownAt", "deletedAt"] as const;
  const times = (one: (typeof droplets)[number]) => whole.flatMap((moment) => one[moment] ?? []);
  expect(droplets.map((one) => [one.slot, one.image, times(one).length]).sort()).toEqual([
    ...[0, 1, 2].flatMap((slot) => [[slot, old, 5] as const, [slot, image, 3] as const]),
  ]);
  for (const one of droplets) expect([startedAt, ...times(one), endedAt]).toEqual([startedAt, ...times(one), endedAt].sort());
  expect(droplets.flatMap(({ failure }) => failure ?? [])).toEqual([]);
  expect(state.priceMonthly).toBe(6);
});

test("tells of a Droplet that failed why it did", async () => {
  const rig = new FleetRig();
  const failed = await rig.update(await rig.create(await rig.inputs(0)), await rig.inputs(2));
  const failures = failed.state.lastChange?.droplets.flatMap(({ failure }) => failure ?? []);
  expect(failures).toEqual(failed.reasons.slice(0, 2));
});

test("rolls without any Droplet more than the count where one may be missing", async () => {
  const rig = new FleetRig();
  const rollout = { maxSurge: "0", maxUnavailable: "1", maxFailures: "10%", drainSeconds: 0, shutdownSeconds: 10 };
  const before = await rig.create(await rig.inputs(0, { rollout }));
  const seen = bounds(rig, before.id);
  await rig.update(before, await rig.inputs(1, { rollout }));
  expect(seen).toEqual({ exist: 3, serve: 2 });
});

test("grows and shrinks without touching the Droplets that stay", async () => {
  const rig = new FleetRig();
  const three = await rig.create(await rig.inputs(0));
  const five = await rig.update(three, await rig.inputs(0, { count: 5 }));
  expect(five.state.live?.slice(0, 3)).toEqual(three.state.live);
  expect(five.state.live?.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4]);
  const seen = bounds(rig, three.id);
  const two = await rig.update(five, await rig.inputs(0, { count: 2 }));
  expect(two.state.live).toEqual(three.state.live?.slice(0, 2));
  expect(seen).toEqual({ exist: 5, serve: 2 });
  const none = await rig.update(two, await rig.inputs(0, { count: 0 }));
  expect([none.state.live, none.state.addresses, await rig.droplets()]).toEqual([[], [], []]);
});

test("looks once and does nothing where nothing is to do", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0));
  rig.forgetSent();
  const rollout = { maxSurge: "2", maxUnavailable: "1", maxFailures: "10%", drainSeconds: 0, shutdownSeconds: 0 };
  await rig.update(made, await rig.inputs(0, { rollout }));
  expect(rig.sent).toEqual(["GET /v2/droplets"]);
});

test("puts tags on and takes them off in place, leaving those of others alone", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0, { tags: ["one", "two"] }));
  const [first] = await rig.droplets();
  await rig.ask("POST", "/v2/tags", { name: "theirs" });
  await rig.ask("POST", "/v2/tags/theirs/resources", { resources: [{ resource_id: String(first!.id), resource_type: "droplet" }] });
  rig.forgetSent();
  const after = await rig.update(made, await rig.inputs(0, { tags: ["two", "three"] }));
  const own = (await rig.droplets()).map(({ tags }) => tags.filter((tag) => !tag.startsWith("imagefleet:")).sort());
  expect(own).toEqual([
    ["theirs", "three", "two"],
    ["three", "two"],
    ["three", "two"],
  ]);
  expect(after.state.live).toEqual(made.state.live);
  expect(rig.sent.filter((request) => request === "POST /v2/droplets")).toEqual([]);
});

test("keeps the slots of Droplets that somebody renamed", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0));
  const [, second] = await rig.droplets();
  await rig.ask("POST", `/v2/droplets/${second!.id}/actions`, { type: "rename", name: "database" });
  await rig.clock.advance(5_000);
  const after = await rig.update(made, await rig.inputs(0));
  expect(after.state.live).toEqual(made.state.live);
});

test("sees by a refresh what happened behind its back, and mends it", async () => {
  const rig = new FleetRig();
  const inputs = await rig.inputs(0);
  const made = await rig.create(inputs);
  const [gone, untagged] = await rig.droplets();
  await rig.ask("DELETE", `/v2/droplets/${gone!.id}`);
  await rig.ask("DELETE", `/v2/tags/${servingTag(made.id)}/resources`, {
    resources: [{ resource_id: String(untagged!.id), resource_type: "droplet" }],
  });
  const refreshed = await rig.read(made, inputs);
  expect(refreshed.reasons).toEqual(["1 of 3 Droplets serve; run `pulumi up` to fix the fleet."]);
  expect(refreshed.state.live).toHaveLength(2);
  const mended = await rig.update(refreshed, inputs);
  expect(mended.reasons).toEqual([]);
  expect(mended.state.live?.map(({ slot, serving }) => [slot, serving])).toEqual([
    [0, true],
    [1, true],
    [2, true],
  ]);
  expect(mended.state.live?.[1]?.id).toBe(String(untagged!.id));
});

test("reads a healthy fleet by one request, changing nothing", async () => {
  const rig = new FleetRig();
  const inputs = await rig.inputs(0);
  const made = await rig.create(inputs);
  rig.forgetSent();
  expect(await rig.read(made, inputs)).toEqual(made);
  expect(rig.sent).toEqual(["GET /v2/droplets"]);
});

test("reads a fleet whose Droplets are all gone as one to be filled again, but not with the token of another team", async () => {
  const rig = new FleetRig();
  const inputs = await rig.inputs(0);
  const made = await rig.create(inputs);
  const other = { ...made, state: { ...made.state, team: { uuid: "another", name: "Another" } } };
  await rig.ask("DELETE", `/v2/droplets?tag_name=imagefleet:fleet:${made.id}`);
  const empty = await rig.read(made, inputs);
  expect([empty.state.live, empty.reasons]).toEqual([[], ["0 of 3 Droplets serve; run `pulumi up` to fix the fleet."]]);
  await expect(rig.read(other, inputs)).rejects.toThrow(
    /^Fleet [a-z0-9]{12} belongs to the team "Another" \(another\), but the token acts for the team /,
  );
  await expect(rig.update(other, inputs)).rejects.toThrow(/^Fleet [a-z0-9]{12} belongs to the team "Another"/);
  await expect(rig.delete(other)).rejects.toThrow(/^Fleet [a-z0-9]{12} belongs to the team "Another"/);
});

test("deletes every Droplet and every tag of its own", async () => {
  const rig = new FleetRig();
  const other = await rig.create(await rig.inputs(1));
  const made = await rig.create(await rig.inputs(0, { tags: ["shop"] }));
  expect(made.id).not.toBe(other.id);
  await rig.delete(made);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(await rig.image(1)));
  expect((await rig.tags()).filter((tag) => tag.includes(made.id))).toEqual([]);
  for (const tag of ["imagefleet:fleets", programTag("", urn)])
    expect((await rig.droplets()).every(({ tags }) => tags.includes(tag))).toBe(true);
  await rig.delete(other);
  expect([await rig.droplets(), await rig.tags()]).toEqual([[], ["shop"]]);
  await rig.delete(other);
});

test("finishes by a second destroy what one that failed at a tag has left", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0));
  rig.trouble = () => (rig.sent.at(-1)!.startsWith("DELETE /v2/tags/imagefleet:serving") ? "failsBefore" : undefined);
  await expect(rig.delete(made)).rejects.toThrow("answered 503");
  expect([await rig.droplets(), await rig.tags()]).toEqual([[], [servingTag(made.id)]]);
  rig.trouble = () => undefined;
  await rig.delete(made);
  expect(await rig.tags()).toEqual([]);
});

test("takes off by a second destroy the tag of all fleets, too, where the first has failed at it", async () => {
  const rig = new FleetRig();
  const made = await rig.create(await rig.inputs(0));
  rig.trouble = () => (rig.sent.at(-1)!.startsWith("DELETE /v2/tags/imagefleet:") ? "failsBefore" : undefined);
  await expect(rig.delete(made)).rejects.toThrow("answered 503");
  rig.trouble = () => undefined;
  await rig.delete(made);
  expect([await rig.droplets(), await rig.tags()]).toEqual([[], []]);
});

test("names by their tag the fleets of the same resource that its state doesn't know", async () => {
  const rig = new FleetRig();
  const inputs = await rig.inputs(0, { count: 1 });
  const lost = await rig.create(inputs);
  expect(rig.warned).toEqual([]);
  const found = await rig.create(inputs);
  expect(rig.warned).toEqual([
    expect.stringMatching(
      `^Fleet ${lost.id} was made for this resource, too, .*: 1 Droplet carries the tag \`imagefleet:fleet:${lost.id}\`\\.`,
    ),
  ]);
  // A replacement knows by its Diff what it replaces.
  await rig.diff(found, inputs, { ...inputs, region: "nyc3" });
  rig.warned.length = 0;
  await rig.create(inputs);
  expect(rig.warned).toEqual([expect.stringContaining(`Fleet ${lost.id} `)]);
});

test("is called by its new name after a rename: whoever gets the old one is warned until then", async () => {
  const rig = new FleetRig();
  const inputs = await rig.inputs(0, { count: 1 });
  const renamed = await rig.create(inputs);
  const fresh = await rig.create(inputs);
  expect(rig.warned).toHaveLength(1);
  rig.urn = urn.replace(":dev:", ":prod:");
  const after = await rig.update(renamed, await rig.inputs(1, { count: 1 }));
  const tags = (await rig.droplets()).map((droplet) => droplet.tags.filter((tag) => tag.startsWith("imagefleet:program:")));
  expect(tags.toSorted()).toEqual([[programTag("", urn)], [programTag("", rig.urn)]].toSorted());
  await rig.delete(after);
  rig.urn = urn.replace(":dev:", ":test:");
  await rig.delete(await rig.update(fresh, { ...inputs, count: 2 }));
  expect([await rig.droplets(), await rig.tags()]).toEqual([[], []]);
});

test("stops at once when it is interrupted, and says what is there", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  rig.watch = (droplets) => {
    if (droplets.length === 4) rig.interrupt.abort(new Error("The update was interrupted."));
  };
  const began = rig.clock.now();
  const stopped = await rig.update(before, await rig.inputs(1));
  expect(rig.clock.now() - began).toBeLessThan(2_000);
  expect(stopped.reasons).toEqual(["The update was interrupted.", `It stopped at: 0 of 3 serving image ${await rig.image(1)}.`]);
  expect(stopped.state.image).toBe(await rig.image(0));
  rig.watch = () => undefined;
  rig.interrupt = new AbortController();
  expect((await rig.update(stopped, await rig.inputs(0))).reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(await rig.image(0)));
});

test.each(["before", "after"] as const)("makes no Droplet twice when the answer to a POST is lost %s it took effect", async (when) => {
  const rig = new FleetRig();
  await rig.control("faults", { on: "request", method: "POST", path: "/v2/droplets", drop: true, when });
  const seen = bounds(rig, "");
  const made = await rig.create(await rig.inputs(0));
  expect(made.reasons).toEqual([]);
  expect(seen.exist).toBe(3);
});

test.each([3, 12])("takes no Droplet out of service too soon while lists lag behind by %i s, tags included", async (lag) => {
  const rig = new FleetRig();
  rig.listLag = lag;
  const before = await rig.create(await rig.inputs(0));
  const seen = bounds(rig, before.id);
  const rollout = { maxSurge: "2", maxUnavailable: "0", maxFailures: "10%", drainSeconds: 0, shutdownSeconds: 10 };
  rig.forgetSent();
  const after = await rig.update(before, await rig.inputs(1, { rollout }));
  expect(after.reasons).toEqual([]);
  expect(seen).toEqual({ exist: 5, serve: 3 });
  // Said again at each look until it is seen, and not oftener.
  expect(rig.sent.filter((request) => request.startsWith("POST /v2/tags/")).length).toBeLessThanOrEqual(2 * (lag + 1));
});

test("leaves a Droplet its time to drain between the serving tag and the shutdown", async () => {
  const rig = new FleetRig();
  const rollout = { maxSurge: "1", maxUnavailable: "0", maxFailures: "10%", drainSeconds: 40, shutdownSeconds: 10 };
  const before = await rig.create(await rig.inputs(0, { count: 1, rollout }));
  await rig.update(before, await rig.inputs(1, { count: 1, rollout }));
  const at = (start: string, end = "") => rig.sentAt[rig.sent.findIndex((request) => request.startsWith(start) && request.endsWith(end))]!;
  const drained = at("POST /v2/droplets/", "/actions") - at("DELETE /v2/tags/imagefleet:serving:", "/resources");
  expect(drained).toBeGreaterThanOrEqual(40_000);
  expect(drained).toBeLessThan(46_000);
});

test("forgets no tag that a change has put on or left on before it failed", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0, { tags: ["old"] }));
  await rig.control("faults", { on: "request", method: "DELETE", path: "/v2/tags/old/resources", status: 403 });
  const failed = await rig.update(before, await rig.inputs(0, { tags: ["new"] }));
  expect(failed.reasons).toEqual([expect.stringContaining("DELETE")]);
  await rig.update(failed, await rig.inputs(0, { tags: ["other"] }));
  const own = (await rig.droplets()).map(({ tags }) => tags.filter((tag) => !tag.startsWith("imagefleet:")));
  expect(own).toEqual([["other"], ["other"], ["other"]]);
});

test("gives up a change that stands still", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  await rig.control("faults", { on: "request", method: "DELETE", path: "/v2/droplets/:id", lagSeconds: 1e6 });
  const began = rig.clock.now();
  const stuck = await rig.update(before, await rig.inputs(1));
  expect(stuck.reasons).toEqual([
    "There was no progress for 16 min. What was done stays; the next `pulumi up` goes on from there.",
    expect.stringMatching(/^It stopped at: 1 of 3 serving image \d+; web-0-[0-9a-f]{4} is being deleted\.$/),
  ]);
  expect(rig.clock.now() - began).toBeLessThan(17 * 60_000);
});

test("makes no Droplet too many while lists lag behind", async () => {
  const rig = new FleetRig({ lagSeconds: 8 });
  const before = await rig.create(await rig.inputs(0));
  const seen = bounds(rig, before.id);
  const after = await rig.update(before, await rig.inputs(1));
  expect(after.reasons).toEqual([]);
  expect(seen).toEqual({ exist: 4, serve: 3 });
});

test("waits for a new SSH key that DigitalOcean does not know yet", async () => {
  const rig = new FleetRig();
  const message = "00 are invalid key identifiers for Droplet creation.";
  await rig.control("faults", { on: "request", method: "POST", path: "/v2/droplets", status: 422, message, times: 5 });
  expect((await rig.create(await rig.inputs(0))).reasons).toEqual([]);
  await rig.control("faults", { on: "request", method: "POST", path: "/v2/droplets", status: 422, message, times: 50 });
  await expect(rig.create(await rig.inputs(0))).rejects.toThrow("invalid key identifiers");
});

test("waits for a transfer that the same run is yet to start", async () => {
  const rig = new FleetRig({ transferSeconds: 20 });
  const image = await rig.image(3);
  let asked = false;
  rig.watch = () => {
    if (!asked && rig.said.length > 0) void rig.ask("POST", `/v2/images/${image}/actions`, { type: "transfer", region: "ams3" });
    asked ||= rig.said.length > 0;
  };
  expect((await rig.create(await rig.inputs(3))).reasons).toEqual([]);
  expect(rig.said.slice(0, 2)).toEqual([
    `waiting for a transfer of image ${image} to ams3 to start, 0 s`,
    `waiting for image ${image} to arrive in ams3, 5 s`,
  ]);
});

test("waits for a running transfer of the image, and says what to do where none runs", async () => {
  const rig = new FleetRig({ transferSeconds: 60 });
  const image = await rig.image(3);
  await expect(rig.create(await rig.inputs(3))).rejects.toThrow(
    `\`image\` must be in ams3, but image ${image} is only in nyc3 and no transfer runs; copy it with an \`ImageReplication\``,
  );
  await rig.ask("POST", `/v2/images/${image}/actions`, { type: "transfer", region: "ams3" });
  expect((await rig.create(await rig.inputs(3))).reasons).toEqual([]);
  expect(rig.said.filter((line) => line.startsWith("waiting for image"))).toEqual([
    `waiting for image ${image} to arrive in ams3, 0 s`,
    `waiting for image ${image} to arrive in ams3, 30 s`,
  ]);
});

test("deletes a Droplet that does not shut down in its time", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0, { count: 1 }));
  await rig.control("faults", { on: "request", method: "POST", path: "/v2/droplets/:id/actions", status: 422, message: "no", times: 9 });
  const began = rig.clock.now();
  const after = await rig.update(before, await rig.inputs(1, { count: 1 }));
  expect(after.reasons).toEqual([]);
  expect(rig.clock.now() - began).toBeGreaterThan(10_000);
});
