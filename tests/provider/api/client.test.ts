import { createApi } from "../../../provider/api/digitalOcean";
import { ApiError, NetworkError } from "../../../provider/api/errors";
import { type Answering, failure, foundNothing, json, never, ScriptedService } from "./scriptedService";

const token = "dop_v1_secret";
const image = { id: 7, name: "web" };
const newImage = { name: "web", url: "https://images.example.com/web.img", region: "ams3" };

function start(answer: Answering) {
  const service = new ScriptedService(answer);
  const api = createApi({ token, endpoint: "https://api.example.com", world: service.world });
  return { service, api, clock: service.clock };
}

const refused = (): never => {
  throw Object.assign(new TypeError("fetch failed"), {
    cause: Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" }),
  });
};
const dropped = (): never => {
  throw Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }) });
};

describe("a failing service", () => {
  test("a GET is tried five times with growing pauses, then fails", async () => {
    const { service, api, clock } = start(() => json(503, { id: "service_unavailable", message: "Down." }));
    const error = await clock.run(failure(api.images.get("7", never)));
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).message).toBe("GET https://api.example.com/v2/images/7 answered 503 service_unavailable: Down.");
    expect(service.times).toEqual([0, 0.5, 1.5, 3.5, 7.5]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a GET, a PUT and a DELETE survive one failure", async () => {
    const { service, api, clock } = start((_, count) => (count % 2 === 1 ? json(500, {}) : json(200, { image })));
    await clock.run(api.images.get("7", never));
    await clock.run(api.images.update("7", { name: "web" }, never));
    await clock.run(api.images.delete("7", never));
    expect(service.requests).toEqual(["GET", "GET", "PUT", "PUT", "DELETE", "DELETE"].map((method) => `${method} /v2/images/7`));
  });

  const doubtful: [string, () => Response][] = [
    ["500", () => json(500, { id: "server_error", message: "Unexpected server-side error" })],
    ["a dropped connection", dropped],
    ["an answer that was cut short", () => new Response('{"image": {"id"', { status: 202 })],
  ];

  test.each(doubtful)("a POST that may have taken effect after %s is looked for before it is sent again", async (_, answer) => {
    const { service, api, clock } = start((_arrival, count) => (count === 1 ? answer() : json(202, { image })));
    const looks: number[] = [];
    const begun = clock.now();
    const find = () => {
      looks.push((clock.now() - begun) / 1_000);
      return Promise.resolve(undefined);
    };
    expect(await clock.run(api.images.create(newImage, find, never))).toEqual(image);
    expect(looks).toEqual([1, 3, 7, 15, 30]);
    expect(service.requests).toEqual(["POST /v2/images", "POST /v2/images"]);
    expect(service.times[1]).toBeGreaterThan(30);
  });

  test.each(doubtful)("a POST that took effect in spite of %s is not sent again: what it made is the answer", async (_, answer) => {
    const { service, api, clock } = start(answer);
    let looks = 0;
    const find = () => Promise.resolve(++looks === 3 ? image : undefined);
    expect(await clock.run(api.images.create(newImage, find, never))).toEqual(image);
    expect(service.requests).toEqual(["POST /v2/images"]);
  });

  test("a POST that fails five times fails with what the service said, and may have taken effect", async () => {
    const { service, api, clock } = start(() => json(503, { id: "service_unavailable", message: "Imports are paused." }));
    const error = await clock.run(failure(api.images.create(newImage, foundNothing, never)));
    expect((error as ApiError).message).toBe(
      "POST https://api.example.com/v2/images answered 503 service_unavailable: Imports are paused.",
    );
    expect((error as ApiError).mayHaveTakenEffect).toBe(true);
    expect(service.arrivals).toHaveLength(5);
  });

  test("a POST is not repeated where nobody can be asked what it made", async () => {
    const { service, api, clock } = start(() => json(500, { message: "Down." }));
    const error = await clock.run(failure(api.images.create(newImage, () => Promise.reject(new Error("the list is down, too")), never)));
    expect((error as ApiError).status).toBe(500);
    const droplets = { names: ["web"], region: "ams3", size: "s-1vcpu-1gb", image: 7, ssh_keys: [], tags: [] };
    expect(await clock.run(failure(api.droplets.create(droplets, never)))).toMatchObject({ mayHaveTakenEffect: true });
    expect(service.requests).toEqual(["POST /v2/images", "POST /v2/droplets"]);
  });

  test("a POST that reached nobody has not taken effect, and is sent again without a look", async () => {
    const { service, api, clock } = start((_, count) => (count < 3 ? refused() : json(202, { image })));
    const look = () => Promise.reject(new Error("looked"));
    expect(await clock.run(api.images.create(newImage, look, never))).toEqual(image);
    expect(service.times).toEqual([0, 0.5, 1.5]);
  });

  test.each([
    ["a proxy's page", () => new Response("<html>Bad gateway</html>")],
    ["nothing", () => new Response("")],
    ["half of it", () => new Response('{"image": {"id": 7, "na')],
    ["null", () => json(200, { image: null })],
  ])("a GET that is answered 200 with %s is tried again as after a 502", async (_, answer) => {
    const { service, api, clock } = start((_arrival, count) => (count < 3 ? answer() : json(200, { image })));
    expect(await clock.run(api.images.get("7", never))).toEqual(image);
    expect(service.times).toEqual([0, 0.5, 1.5]);
  });

  test("a 503 says by retry-after, in seconds or as a date of its own clock, when to come again", async () => {
    const late = { date: "Tue, 01 Jan 2030 03:00:00 GMT", "retry-after": "Tue, 01 Jan 2030 03:00:20 GMT" };
    const { service, api, clock } = start((_, count) =>
      count === 1 ? json(503, {}, { "retry-after": "7" }) : count === 2 ? json(503, {}, late) : json(200, { image }),
    );
    await clock.run(api.images.get("7", never));
    expect(service.times).toEqual([0, 7, 27]);
  });

  test("an unreachable API is one sentence with the cause and the remedy", async () => {
    const { api, clock } = start(refused);
    const error = await clock.run(failure(api.account(never)));
    expect((error as NetworkError).message).toBe(
      "GET https://api.example.com/v2/account got no usable answer: connect ECONNREFUSED 127.0.0.1:1. " +
        "Check the network and the endpoint (`imagefleet:apiEndpoint` or `DIGITALOCEAN_API_URL`), then run it again.",
    );
  });

  test("a service that never answers is given up after a minute", async () => {
    const { service, api, clock } = start(() => new Promise<never>(() => undefined));
    const begun = clock.now();
    const error = await clock.run(failure(api.images.get("7", never)));
    expect((error as NetworkError).cause).toBe("nothing came back within 30 s");
    expect(clock.now() - begun).toBeLessThanOrEqual(60_000);
    expect(service.arrivals).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  test("501 is not repeated", async () => {
    const { service, api, clock } = start(() => json(501, { id: "not_implemented", message: "no such route" }));
    await clock.run(failure(api.images.get("7", never)));
    expect(service.arrivals).toHaveLength(1);
  });
});

describe("a limited service", () => {
  test("every method waits as long as retry-after says, a POST too", async () => {
    const { service, api, clock } = start((_, count) =>
      count === 1
        ? json(429, { id: "too_many_requests", message: "API rate limit exceeded." }, { "retry-after": "29" })
        : json(202, { image }),
    );
    await clock.run(api.images.create(newImage, foundNothing, never));
    expect(service.requests).toEqual(["POST /v2/images", "POST /v2/images"]);
    expect(service.times).toEqual([0, 29]);
  });

  test("retry-after may be a date", async () => {
    const { service, api, clock } = start((_, count) =>
      count === 1 ? json(429, {}, { "retry-after": "Tue, 01 Jan 2030 00:00:29 GMT" }) : json(200, { image }),
    );
    await clock.run(api.images.get("7", never));
    expect(service.times).toEqual([0, 29]);
  });

  test.each([
    ["a limit of 0", { "ratelimit-limit": "0", "ratelimit-remaining": "0" }],
    ["more left than the limit", { "ratelimit-limit": "5", "ratelimit-remaining": "5000" }],
    ["words", { "ratelimit-limit": "many", "ratelimit-remaining": "some", "ratelimit-reset": "soon", "retry-after": "later" }],
    ["negative numbers", { "ratelimit-limit": "-1", "ratelimit-remaining": "-1", "ratelimit-reset": "-1" }],
    ["a dot and nothing", { "ratelimit-limit": ".", "ratelimit-remaining": "" }],
  ])("nonsense in its headers blocks nothing: %s", async (_, headers) => {
    const { service, api, clock } = start(() => json(200, { image }, headers));
    for (let request = 0; request < 20; request += 1) await clock.run(api.images.get("7", never));
    expect(service.times).toEqual(Array.from({ length: 20 }, () => 0));
  });

  test("a reset days away, or long past, is not believed", async () => {
    const { service, api, clock } = start((_, count) =>
      count === 1
        ? json(200, { image }, { "ratelimit-limit": "5000", "ratelimit-remaining": "0", "ratelimit-reset": "1893456000000" })
        : json(200, { image }),
    );
    await clock.run(api.images.get("7", never));
    await clock.run(api.images.get("7", never));
    expect(service.times).toEqual([0, 60]);
  });

  test("a reset counts by the service's own clock", async () => {
    const { service, api, clock } = start((_, count) => {
      const date = new Date(clock.now() + 3_600_000);
      const headers = {
        date: date.toUTCString(),
        "ratelimit-limit": "5000",
        "ratelimit-remaining": count === 1 ? "0" : "9",
        "ratelimit-reset": `${date.getTime() / 1_000 + 120}`,
      };
      return json(200, { image }, headers);
    });
    await clock.run(api.images.get("7", never));
    await clock.run(api.images.get("7", never));
    expect(service.times).toEqual([0, 120]);
  });

  test("without retry-after it waits for the reset when the hour is used up", async () => {
    const { service, api, clock } = start((_, count) => {
      const reset = Math.floor(clock.now() / 1_000) + 120;
      const limits = { "ratelimit-limit": "5000", "ratelimit-remaining": count === 1 ? "0" : "9", "ratelimit-reset": `${reset}` };
      return count === 1 ? json(429, {}, limits) : json(200, { image }, limits);
    });
    await clock.run(api.images.get("7", never));
    expect(service.times).toEqual([0, 120]);
  });

  test("without any header it backs off", async () => {
    const { service, api, clock } = start((_, count) => (count < 4 ? json(429, {}) : json(200, { image })));
    await clock.run(api.images.get("7", never));
    expect(service.times).toEqual([0, 1, 3, 7]);
  });
});

test("refusals by the limit and refusals that pass use up none of the five tries", async () => {
  const { service, api, clock } = start((_, count) => {
    if (count <= 4) return json(429, {}, { "retry-after": "1" });
    if (count <= 8) return json(422, { message: "Please try again." });
    return count <= 12 ? json(500, {}) : json(200, { image });
  });
  expect(await clock.run(api.images.get("7", never))).toEqual(image);
  expect(service.arrivals).toHaveLength(13);
});

describe("a refusal that passes", () => {
  test("'please try again' is tried again every 10 s for 5 minutes", async () => {
    const { service, api, clock } = start(() =>
      json(422, { id: "unprocessable_entity", message: "Something went wrong. Please try again." }),
    );
    await clock.run(failure(api.images.create(newImage, foundNothing, never)));
    expect(service.times).toEqual(Array.from({ length: 31 }, (_, index) => index * 10));
  });

  test("a pending event delays the deletion of a Droplet", async () => {
    const { service, api, clock } = start((_, count) =>
      count < 3
        ? json(422, { id: "unprocessable_entity", message: "Droplet already has a pending event." })
        : new Response(null, { status: 204 }),
    );
    await clock.run(api.droplets.delete("3", never));
    expect(service.times).toEqual([0, 10, 20]);
  });

  test("any other 422 is final", async () => {
    const { service, api, clock } = start(() => json(422, { id: "unprocessable_entity", message: "Region is not available" }));
    await clock.run(failure(api.images.create(newImage, foundNothing, never)));
    expect(service.arrivals).toHaveLength(1);
  });
});

describe("an abort", () => {
  test.each([
    ["during a request", () => new Promise<never>(() => undefined)],
    ["during a pause between tries", () => json(503, {})],
    ["while the rate limit holds it back", () => json(429, {}, { "retry-after": "60" })],
    ["while a refusal passes", () => json(422, { message: "Please try again." })],
  ])("%s ends it at once with the signal's reason", async (_, answer) => {
    const { api, clock } = start(answer);
    const controller = new AbortController();
    const outcome = failure(api.images.get("7", controller.signal));
    await clock.advance(200);
    const reason = new Error("cancelled");
    controller.abort(reason);
    expect(await clock.run(outcome)).toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });

  test("before the start sends nothing", async () => {
    const { service, api, clock } = start(() => json(200, { image }));
    expect(await clock.run(failure(api.images.get("7", AbortSignal.abort("too late"))))).toBe("too late");
    expect(service.arrivals).toEqual([]);
  });
});
