import { setTimeout as delay } from "node:timers/promises";
import { startEmulator, type RunningEmulator } from "../../../emulator/main";
import type { Api } from "../../../provider/api/api";
import { createApi } from "../../../provider/api/digitalOcean";
import { ApiError, NetworkError } from "../../../provider/api/errors";
import type { World } from "../../../provider/world";
import { failure, foundNothing, never } from "./scriptedService";

const world: World = {
  clock: { now: () => Date.now(), sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }) },
  random: () => 0,
  send: (request) => fetch(request),
  probe: { http: () => Promise.reject(new Error("no probe here")), tcp: () => Promise.reject(new Error("no probe here")) },
};

let emulator: RunningEmulator;
let api: Api;

beforeEach(async () => {
  emulator = await startEmulator({ token: "dop_v1_test", randomSeed: 1, options: { importSeconds: 3_600 } });
  api = createApi({ token: "dop_v1_test", endpoint: emulator.url, world });
});

afterEach(() => emulator.close());

test("reads account, regions and sizes", async () => {
  expect((await api.account(never)).droplet_limit).toBe(100);
  expect((await api.regions(never)).get("ams3")?.features).toContain("image_transfer");
  expect((await api.sizes(never)).get("s-1vcpu-1gb")?.disk).toBe(25);
});

test("an image is created, found by its tag, changed, and deleted twice", async () => {
  const image = { name: "web", url: "http://127.0.0.1:9/web.img", region: "ams3", distribution: "Ubuntu", tags: ["imagefleet:test"] };
  const { id } = await api.images.create(image, foundNothing, never);
  expect((await api.images.listByTag("imagefleet:test", never)).map((found) => found.id)).toEqual([id]);
  expect((await api.images.update(`${id}`, { name: "web-2" }, never)).name).toBe("web-2");
  await api.images.delete(`${id}`, never);
  await api.images.delete(`${id}`, never);
  expect(await api.images.get(`${id}`, never)).toBeUndefined();
});

test("a tag is made with its first resource", async () => {
  const { id } = await api.images.create({ name: "web", url: "http://127.0.0.1:9/web.img", region: "ams3" }, foundNothing, never);
  const resources = [{ resource_id: `${id}`, resource_type: "image" }] as const;
  await api.tags.add("fresh", resources, never);
  expect((await api.images.get(`${id}`, never))?.tags).toEqual(["fresh"]);
  await api.tags.remove("fresh", resources, never);
  expect((await api.images.get(`${id}`, never))?.tags).toEqual([]);
  await api.tags.delete("fresh", never);
  await api.tags.delete("fresh", never);
});

test("a wrong token is one sentence that says where it is read from", async () => {
  const stranger = createApi({ token: "dop_v1_wrong", endpoint: emulator.url, world });
  const error = (await failure(stranger.account(never))) as ApiError;
  expect(error).toBeInstanceOf(ApiError);
  expect({ status: error.status, id: error.id }).toEqual({ status: 401, id: "unauthorized" });
  expect(error.message).toContain("`imagefleet:token`, then `DIGITALOCEAN_TOKEN`, then `DIGITALOCEAN_ACCESS_TOKEN`");
  expect(error.message).not.toContain("dop_v1_wrong");
});

test("a POST to an address where nobody listens has not taken effect", async () => {
  await emulator.close();
  const error = (await failure(api.images.transfer("7", "nyc3", foundNothing, never))) as NetworkError;
  expect(error).toBeInstanceOf(NetworkError);
  expect(error.mayHaveTakenEffect).toBe(false);
  expect(error.message).toContain("ECONNREFUSED");
});
