import { inspect } from "node:util";
import { createApi } from "../../../provider/api/digitalOcean";
import { isNotFound, mayHaveTakenEffect, type ApiError } from "../../../provider/api/errors";
import { type Answering, failure, foundNothing, json, never, ScriptedService } from "./scriptedService";

const token = "dop_v1_0123456789abcdef";

async function refusal(answer: Answering): Promise<ApiError> {
  const { world, clock } = new ScriptedService(answer);
  const api = createApi({ token, endpoint: "https://api.example.com", world });
  return (await clock.run(failure(api.images.update("7", { name: "web" }, never)))) as ApiError;
}

test("a refusal tells method, URL, status, id, text and request id", async () => {
  const error = await refusal(() => json(422, { id: "unprocessable_entity", message: "Name is too long.", request_id: "r-1" }));
  expect(error.message).toBe(
    "PUT https://api.example.com/v2/images/7 answered 422 unprocessable_entity: Name is too long (request id r-1).",
  );
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: "ApiError",
    method: "PUT",
    url: "https://api.example.com/v2/images/7",
    status: 422,
    id: "unprocessable_entity",
    text: "Name is too long.",
    requestId: "r-1",
    mayHaveTakenEffect: false,
  });
  expect(isNotFound(error)).toBe(false);
  expect(mayHaveTakenEffect(error)).toBe(false);
});

test("the request id may come in a header", async () => {
  const error = await refusal(() => json(409, { id: "conflict", message: "Busy" }, { "x-request-id": "r-2" }));
  expect(error.message).toBe("PUT https://api.example.com/v2/images/7 answered 409 conflict: Busy (request id r-2).");
});

test("the messages of a tag's refusal are joined", async () => {
  const error = await refusal(() => json(400, { error: "bad", messages: ["Tag is too long", "Tag is odd"], root_causes: [] }));
  expect(error.text).toBe("Tag is too long; Tag is odd");
});

test("a body that is not JSON is the text, on one line and cut", async () => {
  const error = await refusal(() => new Response(`<html>\n  <b>Bad</b>\n${"x".repeat(1_000)}`, { status: 418 }));
  expect(error.text).toBe(`<html> <b>Bad</b> ${"x".repeat(482)}…`);
});

test("401 says which keys the token is read from", async () => {
  const error = await refusal(() => json(401, { id: "unauthorized", message: "Unable to authenticate you." }));
  expect(error.message).toBe(
    "PUT https://api.example.com/v2/images/7 answered 401 unauthorized: Unable to authenticate you. " +
      "The token is read from `imagefleet:token`, then `DIGITALOCEAN_TOKEN`, then `DIGITALOCEAN_ACCESS_TOKEN`: " +
      "set one of them to a token that DigitalOcean accepts.",
  );
});

test("403 names the permission that is missing", async () => {
  const error = await refusal(() => json(403, { id: "forbidden", message: "You are missing the required permission image:update." }));
  expect(error.message).toBe(
    "PUT https://api.example.com/v2/images/7 answered 403 forbidden: You are missing the required permission image:update. " +
      "Use a token that has the scope `image:update`, or add it to this one.",
  );
});

test("a redirect is refused, and the token sent to nobody else", async () => {
  const service = new ScriptedService(() => new Response(null, { status: 301, headers: { location: "https://elsewhere.example.com/" } }));
  const api = createApi({ token, endpoint: "https://api.example.com", world: service.world });
  const error = (await service.clock.run(failure(api.images.get("7", never)))) as ApiError;
  expect(error.message).toBe(
    "GET https://api.example.com/v2/images/7 answered 301. " +
      "The token isn't sent after a redirect: set `imagefleet:apiEndpoint` to the API's own address.",
  );
  expect(service.requests).toEqual(["GET /v2/images/7"]);
});

test.each([
  ["JSON", () => new Response("<html>", { status: 200 }), "what came back is not JSON"],
  ["the image", () => json(200, { images: [] }), "what came back has no `image`"],
])("a good status without %s is no answer", async (_, response, cause) => {
  const service = new ScriptedService(response);
  const api = createApi({ token, endpoint: "https://api.example.com", world: service.world });
  expect(await service.clock.run(failure(api.images.get("7", never)))).toMatchObject({ name: "NetworkError", cause });
  expect(service.arrivals).toHaveLength(5);
});

describe("nothing that is produced contains a secret", () => {
  const url = "https://images.example.com/web.img?signature=s1gn4ture";
  const userData = "#cloud-config\npassword: hunter2";

  const cases: [string, Answering][] = [
    [
      "an answer that quotes the request",
      ({ headers, body }) => json(422, { id: "bad", message: `${headers.get("authorization")} ${JSON.stringify(body)}` }),
    ],
    [
      "a page that quotes the request",
      ({ headers, body }) => new Response(`${headers.get("authorization")} ${JSON.stringify(body)}`, { status: 400 }),
    ],
    [
      "a transport that quotes the request",
      ({ headers }) => {
        throw new TypeError("fetch failed", { cause: new Error(`bad header ${headers.get("authorization")}`) });
      },
    ],
  ];

  test.each(cases)("after %s", async (_, answer) => {
    const { world, clock } = new ScriptedService(answer);
    const api = createApi({ token, endpoint: "https://api.example.com", world });
    const droplets = { names: ["web"], region: "ams3", size: "s-1vcpu-1gb", image: 7, ssh_keys: [1], tags: [], user_data: userData };
    const errors = [
      await clock.run(failure(api.images.create({ name: "web", url, region: "ams3" }, foundNothing, never))),
      await clock.run(failure(api.droplets.create(droplets, never))),
    ];
    for (const error of errors) {
      const produced = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + String(error);
      for (const secret of [token, "s1gn4ture", "hunter2"]) expect(produced).not.toContain(secret);
    }
  });

  test("when the token itself is unusable", () => {
    const { world } = new ScriptedService(() => new Response());
    expect(() => createApi({ token: `${token}\n`, endpoint: "https://api.example.com", world })).toThrow(
      new Error("`token` must be one word without spaces or line breaks, as DigitalOcean shows it: copy it again."),
    );
  });
});
