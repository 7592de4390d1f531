import { resourceOfRow } from "../../../local/digitalocean/resourceOfRow";
import { table } from "../../../local/digitalocean/table";
import type { Call } from "../../../provider/host/resource";

const clock = { now: () => 0, sleep: () => Promise.resolve() };
const call = { signal: new AbortController().signal } as Call;

/** A service that keeps the requests and gives the answers of a list. */
function service(...answers: readonly [number, unknown][]) {
  const requests: unknown[] = [];
  const left = [...answers];
  const send = async (request: Request): Promise<Response> => {
    const body = await request.text();
    requests.push([request.method, request.url, ...(body === "" ? [] : [JSON.parse(body) as unknown])]);
    const [status, answer] = left.shift()!;
    return new Response(answer === undefined ? null : JSON.stringify(answer), { status });
  };
  return { requests, account: { token: "t", apiEndpoint: "http://127.0.0.1:1", send, clock } };
}

function typeOf(token: string) {
  return resourceOfRow(table.find((row) => row.token === token)!);
}

test("a tag is known by its name, also where that needs escaping", async () => {
  const tag = typeOf("digitalocean:index/tag:Tag");
  const { account, requests } = service([201, { tag: { name: "a:b", resources: { count: 0 } } }], [404, undefined], [204, undefined]);

  expect(await tag.create({ name: "a:b" }, account, call)).toEqual({ id: "a:b", state: { name: "a:b" } });
  expect(await tag.read("a:b", undefined, account, call)).toBeUndefined();
  await tag.delete("a:b", {}, account, call);

  expect(requests).toEqual([
    ["POST", "http://127.0.0.1:1/v2/tags", { name: "a:b" }],
    ["GET", "http://127.0.0.1:1/v2/tags/a%3Ab"],
    ["DELETE", "http://127.0.0.1:1/v2/tags/a%3Ab"],
  ]);
});

test("properties are the API's fields in camelCase, and a number as id becomes a string", async () => {
  const sshKey = typeOf("digitalocean:index/sshKey:SshKey");
  const wire = { id: 7, name: "n", public_key: "ssh-ed25519 AAAA", fingerprint: "f" };
  const { account, requests } = service([201, { ssh_key: wire }], [200, { ssh_key: wire }]);
  const inputs = { name: "n", publicKey: "ssh-ed25519 AAAA" };

  expect(await sshKey.create(inputs, account, call)).toEqual({ id: "7", state: { ...inputs, fingerprint: "f" } });
  expect(await sshKey.read("7", undefined, account, call)).toEqual({ state: { ...inputs, fingerprint: "f" }, inputs });

  expect(requests[0]).toEqual(["POST", "http://127.0.0.1:1/v2/account/keys", { name: "n", public_key: "ssh-ed25519 AAAA" }]);
});

test("deleting what is gone succeeds, and updating it does not", async () => {
  const sshKey = typeOf("digitalocean:index/sshKey:SshKey");
  const { account } = service([404, undefined], [404, undefined]);

  await expect(sshKey.delete("7", {}, account, call)).resolves.toBeUndefined();
  await expect(sshKey.update("7", {}, { name: "n", publicKey: "k" }, account, call)).rejects.toThrow(
    "PUT /v2/account/keys/7 was answered 404: there is no such resource.",
  );
});

test("a failure repeats the API's message, or the body where that has none", async () => {
  const sshKey = typeOf("digitalocean:index/sshKey:SshKey");
  const { account } = service([401, { id: "Unauthorized", message: "Unable to authenticate you" }], [502, "bad gateway"]);

  await expect(sshKey.read("7", undefined, account, call)).rejects.toThrow(
    "GET http://127.0.0.1:1/v2/account/keys/7 was answered 401: Unable to authenticate you",
  );
  await expect(sshKey.read("7", undefined, account, call)).rejects.toThrow("was answered 502");
});
