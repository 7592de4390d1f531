import { createApi } from "../../../provider/api/digitalOcean";
import { ApiError, NetworkError } from "../../../provider/api/errors";
import { failure, json, never, ScriptedService, type Answering } from "./scriptedService";

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

  test.each([
    ["500", () => json(500, { id: "server_error", message: "Unexpected server-side error" })],
    ["a dropped connection", dropped],
  ])("a POST is not repeated after %s, and may have taken effect", async (_, answer) => {
    const { service, api, clock } = start(answer);
    const error = await clock.run(failure(api.images.create(newImage, never)));
    expect((error as ApiError | NetworkError).mayHaveTakenEffect).toBe(true);
    expect(service.requests).toEqual(["POST /v2/images"]);
  });

  test("a POST that reached nobody is not repeated, and has not taken effect", async () => {
    const { service, api, clock } = start(refused);
    const error = await clock.run(failure(api.images.create(newImage, never)));
    expect(error).toBeInstanceOf(NetworkError);
    expect((error as NetworkError).mayHaveTakenEffect).toBe(false);
    expect(service.arrivals).toHaveLength(1);
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
    await clock.run(api.images.create(newImage, never));
    expect(service.requests).toEqual(["POST /v2/images", "POST /v2/images"]);
    expect(service.times).toEqual([0, 29]);
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
    await clock.run(failure(api.images.create(newImage, never)));
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
    await clock.run(failure(api.images.create(newImage, never)));
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
