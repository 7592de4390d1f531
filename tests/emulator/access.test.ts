import type { Seed } from "../../emulator/seed";
import { inMemory, publicKey, type InMemoryEmulator } from "./inMemory";

const seed: Seed = {
  tokens: [
    { token: "reader", scopes: ["image:read", "image:create", "account:read"] },
    { token: "stranger", team: "Other Team" },
  ],
  sshKeys: [{ name: "me", publicKey }],
  images: [{ name: "old", regions: ["nyc3", "ams3"], tags: ["web"], minDiskSize: 5, sizeGigabytes: 0.9 }],
  dropletLimit: 7,
};

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory({ seed })));
afterEach(() => emulator.close());

test("a token that nobody gave out answers 401, with a request id", async () => {
  const { status, headers, body } = await emulator.call<{ request_id: string }>("GET", "/v2/account", undefined, "wrong");
  expect(status).toBe(401);
  expect(body).toEqual({ id: "unauthorized", message: "Unable to authenticate you.", request_id: headers.get("x-request-id") });
});

test("a token without the scope answers 403 with the scope's name, and tags need a scope of their own", async () => {
  const missing = (scope: string): object => ({
    status: 403,
    body: { id: "forbidden", message: `You are missing the required permission ${scope}.` },
  });
  expect(await emulator.call("GET", "/v2/droplets", undefined, "reader")).toMatchObject(missing("droplet:read"));
  const image = { name: "web", url: "http://127.0.0.1/a", region: "nyc3" };
  expect(await emulator.call("POST", "/v2/images", { ...image, tags: ["a"] }, "reader")).toMatchObject(missing("tag:create"));
  expect((await emulator.call("POST", "/v2/images", image, "reader")).status).toBe(202);
});

test("a token of another team sees nothing of this one, and says which team it is", async () => {
  const { body } = await emulator.call<{ images: { id: number }[] }>("GET", "/v2/images?private=true");
  const id = body.images[0]!.id;
  expect((await emulator.call("GET", `/v2/images/${id}`, undefined, "reader")).status).toBe(200);
  for (const method of ["GET", "PUT", "DELETE"]) {
    expect((await emulator.call(method, `/v2/images/${id}`, method === "PUT" ? {} : undefined, "stranger")).status).toBe(404);
  }
  expect((await emulator.call("GET", "/v2/images?private=true", undefined, "stranger")).body).toMatchObject({ images: [] });
  const teamOf = async (token?: string): Promise<{ uuid: string; name: string }> => {
    return (await emulator.call<{ account: { team: { uuid: string; name: string } } }>("GET", "/v2/account", undefined, token)).body.account
      .team;
  };
  expect([(await teamOf()).name, (await teamOf("stranger")).name]).toEqual(["My Team", "Other Team"]);
  expect((await teamOf()).uuid).not.toBe((await teamOf("stranger")).uuid);
});

test("a seed gives keys, images and the Droplet limit", async () => {
  const fingerprints = (await emulator.call<{ ssh_keys: { fingerprint: string }[] }>("GET", "/v2/account/keys")).body.ssh_keys;
  expect(fingerprints.map(({ fingerprint }) => /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/.test(fingerprint))).toEqual([true]);
  const image = { name: "old", regions: ["nyc3", "ams3"], tags: ["web"], status: "available", min_disk_size: 5, size_gigabytes: 0.9 };
  expect((await emulator.call("GET", "/v2/images?tag_name=web")).body).toMatchObject({ images: [image] });
  expect((await emulator.call("GET", "/v2/account")).body).toMatchObject({ account: { droplet_limit: 7 } });
});

test("an SSH key is found by id and by fingerprint, and is not added twice", async () => {
  const { body } = await emulator.call<{ ssh_keys: { id: number; fingerprint: string }[] }>("GET", "/v2/account/keys");
  const { id, fingerprint } = body.ssh_keys[0]!;
  for (const reference of [id, fingerprint]) {
    expect((await emulator.call("GET", `/v2/account/keys/${reference}`)).body).toMatchObject({ ssh_key: { id, name: "me" } });
  }
  expect(await emulator.call("POST", "/v2/account/keys", { name: "again", public_key: publicKey })).toMatchObject({ status: 422 });
  expect(await emulator.call("POST", "/v2/account/keys", { name: "bad", public_key: "nonsense" })).toMatchObject({ status: 422 });
  expect((await emulator.call("DELETE", `/v2/account/keys/${fingerprint}`)).status).toBe(204);
  expect((await emulator.call("GET", `/v2/account/keys/${id}`)).status).toBe(404);
});

test("what is not modelled answers 501 with the route's name", async () => {
  const message = "The emulator does not model POST /v2/volumes.";
  expect(await emulator.call("POST", "/v2/volumes", {})).toMatchObject({ status: 501, body: { id: "not_implemented", message } });
  expect((await emulator.call("DELETE", "/v2/regions")).status).toBe(501);
});

test("the catalog has the regions of today with image transfer, and at least 20 sizes", async () => {
  const { regions } = (await emulator.call<{ regions: { slug: string; features: string[] }[] }>("GET", "/v2/regions?per_page=200")).body;
  expect(regions.map(({ slug }) => slug)).toEqual(expect.arrayContaining(["nyc3", "ams3", "fra1", "atl1", "ric1"]));
  expect(regions.every(({ features }) => features.includes("image_transfer"))).toBe(true);
  const first = await emulator.call<{ sizes: unknown[]; meta: { total: number } }>("GET", "/v2/sizes");
  expect(first.body.sizes).toHaveLength(20);
  expect(first.body.meta.total).toBeGreaterThan(20);
});

test("a region that is closed takes copies, but no new Droplets", async () => {
  await emulator.control("options", { closedRegions: ["ams3"] });
  const answer = await emulator.call("POST", "/v2/droplets", { name: "a", region: "ams3", size: "s-1vcpu-1gb", image: "debian-13-x64" });
  expect(answer).toMatchObject({ status: 422, body: { message: "Region is not available" } });
  expect((await emulator.call("POST", `/v2/images/${await emulator.image()}/actions`, { type: "transfer", region: "ams3" })).status).toBe(
    201,
  );
});

test("a body that is not a JSON object answers 400", async () => {
  expect(await emulator.call("POST", "/v2/tags", ["a"])).toMatchObject({ status: 400, body: { id: "bad_request" } });
});
