import { inMemory, type InMemoryEmulator } from "./inMemory";

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

async function tagsOf(kind: "image" | "droplet", id: number): Promise<string[]> {
  const { body } = await emulator.call<Record<string, { tags: string[] }>>("GET", `/v2/${kind}s/${id}`);
  return body[kind]!.tags;
}

test("a tag comes into being by its use, and counts what carries it", async () => {
  const image = await emulator.image(["nyc3"], { tags: ["web"] });
  const [a, b] = await emulator.droplets(["a", "b"], { tags: ["Web", "env:prod"] });
  expect(await tagsOf("droplet", a!)).toEqual(["web", "env:prod"]);
  const { body } = await emulator.call("GET", "/v2/tags/WEB");
  const [dropletUri, imageUri] = [`http://127.0.0.1:1/v2/droplets/${b!}`, `http://127.0.0.1:1/v2/images/${image}`];
  expect(body).toEqual({
    tag: {
      name: "web",
      resources: {
        count: 3,
        last_tagged_uri: dropletUri,
        droplets: { count: 2, last_tagged_uri: dropletUri },
        images: { count: 1, last_tagged_uri: imageUri },
        volumes: { count: 0 },
        volume_snapshots: { count: 0 },
        databases: { count: 0 },
      },
    },
  });
});

test("the first spelling of a tag stays, and a list by tag finds it in any", async () => {
  const [a] = await emulator.droplets(["a"], { tags: ["Prod"] });
  const [b] = await emulator.droplets(["b"], { tags: ["prod"] });
  const image = await emulator.image(["nyc3"], { tags: ["PROD"] });
  expect([await tagsOf("droplet", a!), await tagsOf("droplet", b!), await tagsOf("image", image)]).toEqual([["Prod"], ["Prod"], ["Prod"]]);
  const droplets = (await emulator.call<{ droplets: { id: number }[] }>("GET", "/v2/droplets?tag_name=pROD")).body.droplets;
  expect(droplets.map(({ id }) => id)).toEqual([a, b]);
  const images = (await emulator.call<{ images: { id: number }[] }>("GET", "/v2/images?tag_name=pROD")).body.images;
  expect(images.map(({ id }) => id)).toEqual([image]);
  expect((await emulator.call("DELETE", "/v2/tags/prod")).status).toBe(204);
  expect(await tagsOf("droplet", a!)).toEqual([]);
});

test("a tag is put on resources and taken off them in bulk", async () => {
  const image = await emulator.image();
  const [a, b] = await emulator.droplets(["a", "b"]);
  const named = (type: string, ids: number[]): object[] => ids.map((id) => ({ resource_id: String(id), resource_type: type }));
  const resources = [...named("droplet", [a!, b!]), ...named("image", [image])];
  expect((await emulator.call("POST", "/v2/tags/old/resources", { resources })).status).toBe(404);
  expect((await emulator.call("POST", "/v2/tags", { name: "old" })).status).toBe(201);
  expect((await emulator.call("POST", "/v2/tags/old/resources", { resources })).status).toBe(204);
  expect([await tagsOf("droplet", a!), await tagsOf("image", image)]).toEqual([["old"], ["old"]]);
  expect((await emulator.call("DELETE", "/v2/tags/old/resources", { resources: named("droplet", [a!]) })).status).toBe(204);
  expect([await tagsOf("droplet", a!), await tagsOf("droplet", b!)]).toEqual([[], ["old"]]);
});

test("an unknown resource stops a bulk request before it tags any", async () => {
  const [a] = await emulator.droplets(["a"]);
  await emulator.call("POST", "/v2/tags", { name: "old" });
  const resources = [a!, 1].map((id) => ({ resource_id: String(id), resource_type: "droplet" }));
  expect((await emulator.call("POST", "/v2/tags/old/resources", { resources })).status).toBe(404);
  expect(await tagsOf("droplet", a!)).toEqual([]);
});

test("deleting a tag takes it off everything", async () => {
  const image = await emulator.image(["nyc3"], { tags: ["old", "kept"] });
  expect((await emulator.call("DELETE", "/v2/tags/old")).status).toBe(204);
  expect(await tagsOf("image", image)).toEqual(["kept"]);
  expect((await emulator.call("DELETE", "/v2/tags/old")).status).toBe(404);
});

test("a name that cannot be a tag is refused in the envelope of its own", async () => {
  const { status, body } = await emulator.call<Record<string, unknown>>("POST", "/v2/tags", { name: "a b" });
  expect(status).toBe(400);
  expect(Object.keys(body)).toEqual(["error", "messages", "root_causes"]);
});

test("a tag that exists is created once more without complaint, unless the switch says otherwise", async () => {
  await emulator.call("POST", "/v2/tags", { name: "a" });
  expect((await emulator.call("POST", "/v2/tags", { name: "a" })).status).toBe(201);
  await emulator.control("options", { tagTwice: "refuse" });
  expect((await emulator.call("POST", "/v2/tags", { name: "a" })).status).toBe(422);
});
