import { bounds, FleetRig, imagesOf, sshKey } from "./fleetRig";

test("rolls back to the last good image when a new Droplet does not pass its gate, and starts from there with a good one", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const old = (await rig.droplets()).map(({ id }) => id);
  const seen = bounds(rig, before.id);
  const failed = await rig.update(before, await rig.inputs(2));
  const [image, bad] = [await rig.image(0), await rig.image(2)];
  expect((await rig.droplets()).map(({ id }) => id)).toEqual(old);
  expect(seen).toEqual({ exist: 4, serve: 3 });
  const gateFailure =
    /^Droplet web-0-[0-9a-f]{4} \(\d+, image \d+\) failed its gate `http :8080\/` on [\d.]+ within 30 s: the connection was refused\.$/;
  expect(failed.reasons).toEqual([
    expect.stringMatching(gateFailure),
    expect.stringMatching(gateFailure),
    "2 Droplets failed, and `rollout.maxFailures` allows 1. Fix the image or the gate, then run `pulumi up` again.",
    `Rolled back: 3 of 3 Droplets serve image ${image}.`,
  ]);
  expect(failed.state.image).toBe(image);
  expect(failed.state.template).toBe(before.state.template);
  expect(failed.state.live).toEqual(before.state.live);

  const again = await rig.update(failed, await rig.inputs(2));
  expect(again.reasons).toHaveLength(4);
  expect(rig.warned.at(-1)).toBe(`Image ${bad} did not start serving: rolling back to image ${image}.`);
  const mended = await rig.update(again, await rig.inputs(1));
  expect(mended.reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).not.toContain(bad);
  expect(seen).toEqual({ exist: 4, serve: 3 });
});

test("rolls back Droplets that serve already when a later one does not pass", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  let made = 0;
  rig.probeFails = (droplet) => droplet.name.startsWith("web-2-") && droplet.image.name === "web-2" && ++made > 0;
  const seen = bounds(rig, before.id);
  const failed = await rig.update(before, await rig.inputs(1));
  const image = await rig.image(0);
  expect(made).toBeGreaterThan(0);
  expect(failed.reasons).toHaveLength(4);
  expect(imagesOf(await rig.droplets())).toEqual([image, image, image]);
  expect(seen).toEqual({ exist: 4, serve: 3 });
});

test("refuses to begin where nothing comes back from any address", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  rig.outOfReach = () => true;
  rig.forgetSent();
  await expect(rig.update(before, await rig.inputs(1))).rejects.toThrow(
    /^`gate` can't be reached from here: nothing came back from any of the Droplets that serve when asked for `http :8080\/` \(web-0-[0-9a-f]{4}: it timed out\)/,
  );
  expect(rig.sent.filter((request) => request.startsWith("POST"))).toEqual([]);
});

test("cures a fleet whose Droplets are all broken by a healthy image, and by one with a gate of its own", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const image = await rig.image(0);
  rig.probeFails = (droplet) => String(droplet.image.id) === image;
  const seen = bounds(rig, before.id);
  const cured = await rig.update(before, await rig.inputs(1));
  expect(cured.reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(await rig.image(1)));
  expect(seen).toEqual({ exist: 4, serve: 3 });

  const other = await rig.inputs(0);
  const gate = { ...other.gate, http: { port: 80, path: "/", status: ["200-399"], https: false } };
  rig.probeFails = (droplet) => String(droplet.image.id) !== image;
  expect((await rig.update(cured, { ...other, gate })).reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(image));
});

test("replaces an unhealthy Droplet before the healthy ones", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const sick = (await rig.droplets())[2]!.id;
  rig.probeFails = ({ id }) => id === sick;
  const gone: number[] = [];
  rig.watch = (droplets) => {
    const there = new Set(droplets.map(({ id }) => id));
    for (const { id } of before.state.live ?? []) if (!there.has(Number(id)) && !gone.includes(Number(id))) gone.push(Number(id));
  };
  await rig.update(before, await rig.inputs(1));
  expect(gone[0]).toBe(sick);
});

test("replaces one bad Droplet and goes on with the image", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const bad = new Set<number>();
  rig.probeFails = ({ id, name, image }) => {
    if (name.startsWith("web-1-") && image.name === "web-2" && bad.size === 0) bad.add(id);
    return bad.has(id);
  };
  const after = await rig.update(before, await rig.inputs(1));
  expect(after.reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(await rig.image(1)));
  expect((await rig.droplets()).some(({ id }) => bad.has(id))).toBe(false);
});

test("judges an image by its first failure where none is allowed", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const rollout = { maxSurge: "1", maxUnavailable: "0", maxFailures: "0", drainSeconds: 2, shutdownSeconds: 10 };
  const failed = await rig.update(before, await rig.inputs(2, { rollout }));
  expect(failed.reasons).toHaveLength(3);
  expect(rig.bodies).toHaveLength(2);
});

test("replaces a Droplet that DigitalOcean fails to create, in the same run and within a minute", async () => {
  const rig = new FleetRig();
  await rig.control("faults", { on: "droplet", type: "create", fails: true });
  const [inputs, since] = [await rig.inputs(0), rig.clock.now()];
  const made = await rig.create(inputs);
  expect(made.reasons).toEqual([]);
  expect((await rig.droplets()).map(({ status }) => status)).toEqual(["active", "active", "active"]);
  expect(rig.clock.now() - since).toBeLessThan(60_000);
  expect(rig.sent.filter((request) => request === "GET /v2/actions")).toHaveLength(1);
});

test("counts those that DigitalOcean fails to create as failures, and replaces one whose action nobody may read after 10 min", async () => {
  const rig = new FleetRig();
  await rig.control("faults", { on: "droplet", type: "create", fails: true, times: 3 });
  const failed = await rig.create(await rig.inputs(0));
  expect(failed.reasons[0]).toMatch(
    /^Droplet web-0-\w+ \(\d+, image \d+\) failed: DigitalOcean failed to create it \(its action ended `errored`\)\.$/,
  );
  expect(failed.reasons.at(-1)).toMatch(/^3 Droplets failed, and `rollout.maxFailures` allows 1\./);

  const blind = new FleetRig();
  await blind.control("faults", { on: "droplet", type: "create", fails: true });
  await blind.control("faults", { on: "request", method: "GET", path: "/v2/actions", status: 403, times: 100 });
  const since = blind.clock.now();
  expect((await blind.create(await blind.inputs(0))).reasons).toEqual([]);
  expect(blind.clock.now() - since).toBeGreaterThan(600_000);
});

test("gives up an image that powers itself off, after as many Droplets as may fail", async () => {
  const rig = new FleetRig();
  const gate = {
    active: true,
    address: "public",
    successThreshold: 1,
    intervalSeconds: 1,
    deadlineSeconds: 30,
    timeoutSeconds: 5,
    bakeSeconds: 0,
  };
  const before = await rig.create(await rig.inputs(0, { gate }));
  const image = await rig.image(1);
  const stopped = new Set<number>();
  rig.watch = (droplets) => {
    for (const { id, status, image: of, locked } of droplets) {
      if (String(of.id) !== image || status !== "active" || locked || stopped.has(id)) continue;
      stopped.add(id);
      void rig.ask("POST", `/v2/droplets/${id}/actions`, { type: "power_off" });
    }
  };
  const failed = await rig.update(before, await rig.inputs(1, { gate }));
  expect(failed.reasons[0]).toMatch(/^Droplet web-\d-[0-9a-f]{4} \(\d+, image \d+\) failed: it powered itself off\.$/);
  expect(failed.reasons.at(-1)).toBe(`Rolled back: 3 of 3 Droplets serve image ${await rig.image(0)}.`);
  expect(stopped.size).toBeLessThanOrEqual(4);
});

test("rolls back a Droplet that turns bad during its bake time, and waits for the bake of a good one", async () => {
  const rig = new FleetRig();
  const gate = {
    http: { port: 8080, path: "/", status: ["200-399"], https: false },
    address: "public",
    successThreshold: 2,
    intervalSeconds: 1,
    deadlineSeconds: 30,
    timeoutSeconds: 5,
    bakeSeconds: 60,
  };
  const before = await rig.create(await rig.inputs(0, { gate }));
  const seen = bounds(rig, before.id);
  const began = rig.clock.now();
  const after = await rig.update(before, await rig.inputs(1, { gate }));
  expect(after.reasons).toEqual([]);
  expect(rig.clock.now() - began).toBeGreaterThan(3 * 60_000);
  const bad = await rig.image(0);
  const since = new Map<number, number>();
  rig.probeFails = ({ id, image }) => {
    since.set(id, since.get(id) ?? rig.clock.now());
    return String(image.id) === bad && rig.clock.now() - since.get(id)! > 20_000;
  };
  const failed = await rig.update(after, await rig.inputs(0, { gate }));
  expect(failed.reasons[0]).toMatch(/failed: it stopped answering well after it began to serve: the connection was refused\.$/);
  expect(failed.state.live).toEqual(after.state.live);
  expect(seen.serve).toBe(3);
});

test("reports what is there when the first Droplets do not pass, and a good image rolls from there", async () => {
  const rig = new FleetRig();
  const failed = await rig.create(await rig.inputs(2));
  expect(failed.reasons).toHaveLength(4);
  expect(failed.state.template).toBeUndefined();
  expect(failed.state.live?.map(({ serving }) => serving)).toEqual([false, false, false]);
  const mended = await rig.update(failed, await rig.inputs(1));
  const image = await rig.image(1);
  expect(mended.reasons).toEqual([]);
  expect(imagesOf(await rig.droplets())).toEqual([image, image, image]);
});

test("waits where DigitalOcean has no room at the moment, and quotes it, without rolling back", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const message = "creating this/these droplet(s) will exceed your droplet limit";
  await rig.control("faults", { on: "request", method: "POST", path: "/v2/droplets", status: 422, message, times: 3 });
  const after = await rig.update(before, await rig.inputs(1));
  expect(after.reasons).toEqual([]);
  expect(rig.said.some((line) => line.includes("; DigitalOcean says: ") && line.includes(message))).toBe(true);
});

test("makes as many Droplets as the limit leaves, and stops with the service's words when there is no more room", async () => {
  const rig = new FleetRig({ dropletLimit: 2 });
  const made = await rig.create(await rig.inputs(0));
  expect(made.reasons).toEqual([
    expect.stringMatching(/^There was no progress for 16 min\. The last that went wrong: POST .* will exceed your droplet limit/),
    expect.stringMatching(/^It stopped at: 2 of 3 serving image \d+; DigitalOcean says: POST /),
  ]);
  expect(made.state.live?.map(({ slot, serving }) => [slot, serving])).toEqual([
    [0, true],
    [1, true],
  ]);
  await rig.control("options", { dropletLimit: 5 });
  const grown = await rig.update(made, await rig.inputs(0));
  expect(grown.reasons).toEqual([]);
  expect(grown.state.live?.slice(0, 2)).toEqual(made.state.live);
});

test("goes on with what the limit leaves, where that is less than may be added", async () => {
  const rig = new FleetRig({ dropletLimit: 5 });
  const rollout = { maxSurge: "3", maxUnavailable: "0", maxFailures: "0", drainSeconds: 2, shutdownSeconds: 10 };
  const before = await rig.create(await rig.inputs(0, { count: 4, rollout }));
  const seen = bounds(rig, before.id);
  const since = rig.clock.now();
  const after = await rig.update(before, await rig.inputs(1, { count: 4, rollout }));
  expect([after.reasons, imagesOf(await rig.droplets())]).toEqual([[], Array(4).fill(await rig.image(1))]);
  expect(seen).toEqual({ exist: 5, serve: 4 });
  expect(rig.clock.now() - since).toBeLessThan(4 * 60_000);
});

test("judges the image where too many of those that a larger count brings fail, and touches none that serves", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const there = new Set((await rig.droplets()).map(({ id }) => id));
  rig.probeFails = ({ id }) => !there.has(id);
  const failed = await rig.update(before, await rig.inputs(0, { count: 5 }));
  expect(failed.reasons.at(-1)).toMatch(/^\d Droplets failed, and `rollout.maxFailures` allows 1\./);
  expect(failed.state.live!.filter(({ serving }) => serving)).toEqual(before.state.live);
  rig.probeFails = () => false;
  expect((await rig.update(failed, await rig.inputs(0, { count: 5 }))).reasons).toEqual([]);
});

test("ends where every POST fails, with what the service said", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  await rig.control("faults", { on: "request", method: "POST", path: "/v2/droplets", status: 503, message: "Down for now.", times: 1e6 });
  const began = rig.clock.now();
  const failed = await rig.update(before, await rig.inputs(1));
  expect(failed.reasons[0]).toMatch(
    /^There was no progress for 16 min\. The last that went wrong: POST .* answered 503 service_unavailable: Down for now/,
  );
  expect(rig.clock.now() - began).toBeLessThan(20 * 60_000);
  expect(failed.state.live).toEqual(before.state.live);
});

test("names a wrong argument and touches nothing", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const message = "Size is invalid";
  await rig.control("faults", { on: "request", method: "POST", path: "/v2/droplets", status: 422, message });
  const failed = await rig.update(before, await rig.inputs(1));
  expect(failed.reasons[0]).toContain(message);
  expect(failed.state.live).toEqual(before.state.live);
  expect(rig.sent.filter((request) => request.startsWith("DELETE /v2/tags/imagefleet:serving"))).toEqual([]);
});

test("leaves a Droplet alone that carries the fleet's tag and that no fleet made", async () => {
  const rig = new FleetRig();
  const inputs = await rig.inputs(0);
  const made = await rig.create(inputs);
  const body = { name: "database", region: "ams3", size: "s-1vcpu-1gb", image: Number(inputs.image), ssh_keys: [sshKey] };
  await rig.ask("POST", "/v2/droplets", { ...body, tags: [`imagefleet:fleet:${made.id}`] });
  const rolled = await rig.update(made, await rig.inputs(1));
  expect(rolled.reasons).toEqual([]);
  expect(rig.warned).toEqual([expect.stringMatching(/^database \(\d+\) carries the fleet's tag, but no fleet made it: it is left alone/)]);
  expect(rolled.state.live).toHaveLength(3);
  await rig.delete(rolled);
  expect((await rig.droplets()).map(({ name }) => name)).toEqual(["database"]);
});

test("takes the serving tag off the others where one of the Droplets is gone", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const [gone, ...others] = (await rig.droplets()).map(({ id }) => String(id));
  await rig.ask("DELETE", `/v2/droplets/${gone!}`);
  const resources = [gone!, ...others].map((id) => ({ resource_id: id, resource_type: "droplet" as const }));
  await rig.clock.run(rig.context.api.tags.remove(`imagefleet:serving:${before.id}`, resources, rig.interrupt.signal));
  expect((await rig.droplets()).flatMap(({ tags }) => tags).filter((tag) => tag.startsWith("imagefleet:serving"))).toEqual([]);
});

test("lets the others serve where one of the new Droplets is gone", async () => {
  const rig = new FleetRig();
  let deleted = false;
  rig.watch = (droplets) => {
    const isReady = droplets.length === 3 && droplets.every(({ status }) => status === "active");
    if (isReady && !deleted) void rig.ask("DELETE", `/v2/droplets/${droplets[0]!.id}`);
    deleted ||= isReady;
  };
  const made = await rig.create(await rig.inputs(0));
  expect([deleted, made.reasons]).toEqual([true, []]);
  expect(made.state.live?.map(({ slot, serving }) => [slot, serving])).toEqual([
    [0, true],
    [1, true],
    [2, true],
  ]);
});

test("leaves a locked Droplet until its action has ended, and says so", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0, { count: 1 }));
  await rig.clock.advance(5_000);
  await rig.control("faults", { on: "droplet", type: "snapshot", seconds: 120 });
  await rig.ask("POST", `/v2/droplets/${before.state.live![0]!.id}/actions`, { type: "snapshot", name: "backup" });
  const began = rig.clock.now();
  const after = await rig.update(before, await rig.inputs(1, { count: 1 }));
  expect(after.reasons).toEqual([]);
  expect(rig.clock.now() - began).toBeGreaterThan(115_000);
  expect(rig.said.some((line) => line.includes("is locked by another action, such as a backup, "))).toBe(true);
});

test.each([
  ["rebuilt", async (rig: FleetRig) => ({ type: "rebuild", image: Number(await rig.image(1)) })],
  ["resized", () => Promise.resolve({ type: "resize", size: "s-2vcpu-2gb", disk: false })],
])("replaces a Droplet that somebody %s by hand", async (_how, action) => {
  const rig = new FleetRig();
  const inputs = await rig.inputs(0);
  const made = await rig.create(inputs);
  const changed = made.state.live![1]!.id;
  await rig.clock.advance(5_000);
  await rig.ask("POST", `/v2/droplets/${changed}/actions`, { type: "power_off" });
  await rig.clock.advance(5_000);
  await rig.ask("POST", `/v2/droplets/${changed}/actions`, await action(rig));
  await rig.clock.advance(5_000);
  await rig.ask("POST", `/v2/droplets/${changed}/actions`, { type: "power_on" });
  await rig.clock.advance(5_000);
  const seen = await rig.read(made, inputs);
  expect(seen.reasons.join(" ")).toContain("1 of 3 Droplets run another template");
  const healed = await rig.update(seen, inputs);
  expect(healed.reasons).toEqual([]);
  expect(healed.state.live?.map(({ id }) => id)).not.toContain(changed);
  expect(imagesOf(await rig.droplets())).toEqual(Array(3).fill(inputs.image));
});
