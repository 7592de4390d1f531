import { createApi } from "../../../provider/api/digitalOcean";
import { type Answering, failure, foundNothing, json, never, ScriptedService } from "./scriptedService";

const token = "dop_v1_secret";

function start(answer: Answering, endpoint = "https://api.example.com") {
  const service = new ScriptedService(answer);
  const api = createApi({ token, endpoint, world: service.world });
  return { service, api, clock: service.clock };
}

const none = (): Response => new Response(null, { status: 204 });
const missing = (): Response => json(404, { id: "not_found", message: "The resource you were accessing could not be found." });

describe("a request", () => {
  test("carries token, media types and user agent", async () => {
    const { service, api, clock } = start(() => json(202, { image: { id: 7, name: "web" } }));
    const image = { name: "web", url: "https://images.example.com/web.img", region: "ams3", tags: ["a:b"] };
    expect(await clock.run(api.images.create(image, foundNothing, never))).toEqual({ id: 7, name: "web" });
    const [{ method, path, body, headers }] = service.arrivals as [(typeof service.arrivals)[number]];
    expect({ method, path, body }).toEqual({ method: "POST", path: "/v2/images", body: image });
    expect(headers.get("authorization")).toBe(`Bearer ${token}`);
    expect(headers.get("accept")).toBe("application/json");
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("user-agent")).toBe("imagefleet");
  });

  test("keeps the endpoint's own path", async () => {
    const { service, api, clock } = start(missing, "https://proxy.example.com/digitalocean/");
    await clock.run(api.images.get("7", never));
    expect(service.requests).toEqual(["GET /digitalocean/v2/images/7"]);
  });
});

describe("a collection", () => {
  test("is read to its last page on the endpoint, wherever the links point", async () => {
    const { service, api, clock } = start(({ path }) => {
      const page = Number(new URL(path, "http://x").searchParams.get("page") ?? 1);
      const next = `https://evil.example.com/steal?page=${page + 1}&per_page=200&tag_name=web`;
      return json(200, { droplets: [{ id: page }], links: page < 3 ? { pages: { next } } : {}, meta: { total: 3 } });
    });
    expect(await clock.run(api.droplets.listByTag("web", never))).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(service.requests).toEqual([
      "GET /v2/droplets?tag_name=web&per_page=200",
      "GET /v2/droplets?page=2&per_page=200&tag_name=web",
      "GET /v2/droplets?page=3&per_page=200&tag_name=web",
    ]);
  });

  test("that links in a circle ends", async () => {
    const { service, api, clock } = start(() => json(200, { droplets: [], links: { pages: { next: "/v2/droplets?page=2" } } }));
    await clock.run(api.droplets.listByTag("web", never));
    expect(service.arrivals).toHaveLength(2);
  });

  test("of images by tag leaves out what is deleted or public", async () => {
    const images = [
      { id: 1, name: "a", status: "available" },
      { id: 2, name: "b", status: "deleted" },
      { id: 3, name: "c", public: true },
      { id: 4, name: "d", status: "NEW", public: false },
    ];
    const { api, clock } = start(() => json(200, { images, links: {} }));
    expect((await clock.run(api.images.listByTag("web", never))).map(({ id }) => id)).toEqual([1, 4]);
  });

  test("of an image's actions is newest first", async () => {
    const action = (id: number, minute: number) => ({ id, started_at: `2030-01-01T00:0${minute}:00Z` });
    const { api, clock } = start(() => json(200, { actions: [action(1, 1), action(3, 2), action(4, 2), action(2, 5)], links: {} }));
    expect((await clock.run(api.images.actions("7", never))).map(({ id }) => id)).toEqual([2, 4, 3, 1]);
  });
});

describe("a missing thing", () => {
  test("is undefined to a get", async () => {
    const { api, clock } = start(missing);
    expect(await clock.run(Promise.all([api.images.get("7", never), api.droplets.get("3", never)]))).toEqual([undefined, undefined]);
  });

  test("is success to every delete", async () => {
    const { service, api, clock } = start(missing);
    const resources = [{ resource_id: "7", resource_type: "image" }] as const;
    await clock.run(api.images.delete("7", never));
    await clock.run(api.droplets.delete("3", never));
    await clock.run(api.droplets.deleteByTag("imagefleet:fleet:1", never));
    await clock.run(api.tags.remove("web", resources, never));
    await clock.run(api.tags.delete("web", never));
    expect(service.requests).toEqual([
      "DELETE /v2/images/7",
      "DELETE /v2/droplets/3",
      "DELETE /v2/droplets?tag_name=imagefleet:fleet:1",
      "DELETE /v2/tags/web/resources",
      "DELETE /v2/tags/web",
    ]);
    expect(service.arrivals[3]?.body).toEqual({ resources });
  });

  test("that was an image, deleted before, is success as well; another 422 is not", async () => {
    const gone = start(() => json(422, { id: "unprocessable_entity", message: "Can not delete an already deleted image." }));
    await gone.clock.run(gone.api.images.delete("7", never));
    const refused = start(() => json(422, { id: "unprocessable_entity", message: "No." }));
    expect(await refused.clock.run(failure(refused.api.images.delete("7", never)))).toMatchObject({ status: 422 });
  });
});

describe("a tag", () => {
  const resources = [
    { resource_id: "1", resource_type: "droplet" },
    { resource_id: "2", resource_type: "droplet" },
  ] as const;

  test("that exists takes one request for all resources", async () => {
    const { service, api, clock } = start(none);
    await clock.run(api.tags.add("imagefleet:serving", resources, never));
    expect(service.arrivals.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: "POST", path: "/v2/tags/imagefleet:serving/resources", body: { resources } },
    ]);
  });

  test.each([
    ["is missing", () => json(201, { tag: { name: "web" } })],
    ["someone else creates meanwhile", () => json(422, { id: "unprocessable_entity", message: "Tag exists." })],
  ])("that %s is created first", async (_, created) => {
    const { service, api, clock } = start(({ path }, count) => (path === "/v2/tags" ? created() : count === 1 ? missing() : none()));
    await clock.run(api.tags.add("web", resources, never));
    expect(service.requests).toEqual(["POST /v2/tags/web/resources", "POST /v2/tags", "POST /v2/tags/web/resources"]);
    expect(service.arrivals[1]?.body).toEqual({ name: "web" });
  });

  test("is taken off each of the resources where one of them is gone", async () => {
    const { service, api, clock } = start(({ body }) => (JSON.stringify(body).includes('"1"') ? missing() : none()));
    await clock.run(api.tags.remove("imagefleet:serving", resources, never));
    const bodies = [resources, [resources[0]], [resources[1]]].map((some) => ({ resources: some }));
    expect(service.arrivals.map(({ body }) => body)).toEqual(bodies);
  });

  test("that cannot be created fails with the reason", async () => {
    const { api, clock } = start(({ path }) =>
      path === "/v2/tags" ? json(422, { id: "unprocessable_entity", message: "Bad name." }) : missing(),
    );
    expect(await clock.run(failure(api.tags.add("b@d", resources, never)))).toMatchObject({ status: 422, text: "Bad name." });
  });

  test("is set again after a failure, for that has no further effect", async () => {
    const { service, api, clock } = start((_, count) => (count === 1 ? json(502, {}) : none()));
    await clock.run(api.tags.add("web", resources, never));
    expect(service.arrivals).toHaveLength(2);
  });
});

test("actions are posted with their type", async () => {
  const { service, api, clock } = start(() => json(201, { action: { id: 9, status: "in-progress" } }));
  await clock.run(api.images.transfer("7", "nyc3", foundNothing, never));
  await clock.run(api.droplets.shutdown("3", never));
  expect(await clock.run(api.droplets.powerOff("3", never))).toEqual({ id: 9, status: "in-progress" });
  expect(service.arrivals.map(({ path, body }) => ({ path, body }))).toEqual([
    { path: "/v2/images/7/actions", body: { type: "transfer", region: "nyc3" } },
    { path: "/v2/droplets/3/actions", body: { type: "shutdown" } },
    { path: "/v2/droplets/3/actions", body: { type: "power_off" } },
  ]);
});

test("the account's recent actions are one request", async () => {
  const { service, api, clock } = start(() => json(200, { actions: [{ id: 1 }], links: { pages: { next: "/v2/actions?page=2" } } }));
  expect(await clock.run(api.actions.recent(never))).toEqual([{ id: 1 }]);
  expect(service.requests).toEqual(["GET /v2/actions?per_page=200"]);
});

test("reads given as background let a write go first", async () => {
  const { service, api, clock } = start(({ method }) => json(200, method === "GET" ? { image: { id: 7 } } : { action: { id: 9 } }));
  const polls = Array.from({ length: 150 }, () => api.images.get("7", never, "background"));
  await clock.advance(0);
  const before = service.arrivals.length;
  await clock.run(api.images.transfer("7", "nyc3", foundNothing, never));
  expect(before).toBeLessThan(150);
  expect(service.requests[before]).toBe("POST /v2/images/7/actions");
  await clock.run(Promise.all(polls));
  expect(service.arrivals).toHaveLength(151);
  expect(clock.pendingTimers).toBe(0);
});

describe("account, regions and sizes", () => {
  test("are asked for once, however many want them", async () => {
    const { service, api, clock } = start(({ path }) =>
      path.startsWith("/v2/account")
        ? json(200, { account: { uuid: "u" } })
        : json(200, { regions: [{ slug: "ams3" }], sizes: [{ slug: "s" }], links: {} }),
    );
    await clock.run(Promise.all([api.account(never), api.account(never), api.regions(never), api.sizes(never)]));
    expect(await clock.run(api.account(never))).toEqual({ uuid: "u" });
    expect([...(await clock.run(api.regions(never))).keys()]).toEqual(["ams3"]);
    expect([...(await clock.run(api.sizes(never))).keys()]).toEqual(["s"]);
    expect(service.requests).toEqual(["GET /v2/account", "GET /v2/regions?per_page=200", "GET /v2/sizes?per_page=200"]);
  });

  test("a failure is not kept", async () => {
    const { service, api, clock } = start((_, count) => (count === 1 ? json(401, {}) : json(200, { account: { uuid: "u" } })));
    expect(await clock.run(failure(api.account(never)))).toMatchObject({ status: 401 });
    expect(await clock.run(api.account(never))).toEqual({ uuid: "u" });
    expect(service.arrivals).toHaveLength(2);
  });

  test("one caller who leaves takes nothing from the others; the last one ends the request", async () => {
    const { service, api, clock } = start(async () => {
      await service.clock.sleep(1_000);
      return json(200, { account: { uuid: "u" } });
    });
    const leaver = new AbortController();
    const left = failure(api.account(leaver.signal));
    const stayed = api.account(never);
    leaver.abort("gone");
    expect(await left).toBe("gone");
    expect(await clock.run(stayed)).toEqual({ uuid: "u" });
    expect(service.arrivals).toHaveLength(1);
  });
});
