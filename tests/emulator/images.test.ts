import { gzipSync } from "node:zlib";

import { disk, inMemory, type InMemoryEmulator } from "./inMemory";

interface Image {
  readonly id: number;
  readonly status: string;
  readonly regions: string[];
  readonly min_disk_size: number | null;
  readonly size_gigabytes: number | null;
  readonly distribution: string;
  readonly description: string;
  readonly tags: string[];
  readonly error_message: string;
}

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

async function read(id: number): Promise<Image> {
  return (await emulator.call<{ image: Image }>("GET", `/v2/images/${id}`)).body.image;
}

async function post(fields: object): Promise<{ status: number; body: { image: Image; message: string } }> {
  return emulator.call("POST", "/v2/images", { name: "web", url: "http://127.0.0.1/web.qcow2", region: "nyc3", ...fields });
}

describe("an import", () => {
  test("goes from NEW over pending to available, and only then is in its region", async () => {
    const { status, body } = await post({ tags: ["base", "prod"], description: "small", distribution: "Debian" });
    expect(status).toBe(202);
    expect(body.image).toMatchObject({ status: "NEW", regions: [], tags: ["base", "prod"], distribution: "Debian" });
    expect(body.image).not.toHaveProperty("min_disk_size");
    await emulator.clock.advance(200);
    expect(await read(body.image.id)).toMatchObject({ status: "pending", regions: [], min_disk_size: null });
    await emulator.clock.advance(300);
    expect(await read(body.image.id)).toMatchObject({ status: "available", regions: ["nyc3"], min_disk_size: 2, size_gigabytes: 0.01 });
  });

  test("with a distribution that the service does not know reads back as Unknown OS", async () => {
    const { body } = await post({ distribution: "Unknown" });
    expect((await read(body.image.id)).distribution).toBe("Unknown OS");
  });

  test("that fails ends deleted with a message, is hidden from lists, and answers DELETE with 422", async () => {
    emulator.files.set("http://127.0.0.1/none", null);
    const { status, body } = await post({ url: "http://127.0.0.1/none" });
    expect(status).toBe(202);
    await emulator.clock.advance(500);
    expect(await read(body.image.id)).toMatchObject({ status: "deleted", regions: [] });
    expect((await read(body.image.id)).error_message).toContain("status 404");
    expect((await emulator.call<{ images: Image[] }>("GET", "/v2/images?private=true")).body.images).toEqual([]);
    const second = await emulator.call("DELETE", `/v2/images/${body.image.id}`);
    expect(second).toMatchObject({ status: 422, body: { message: "Can not delete an already deleted image." } });
  });

  test("fetches loopback URLs only", async () => {
    const { body } = await post({ url: "https://images.example.com/web.qcow2" });
    await emulator.clock.advance(500);
    expect(await read(body.image.id)).toMatchObject({ status: "deleted" });
    expect((await read(body.image.id)).error_message).toContain("loopback URLs only");
  });

  test.each([
    [{ name: "" }, "`name`"],
    [{ url: undefined }, "`url`"],
    [{ url: "file:///etc/passwd" }, "`url`"],
    [{ region: "nyc9" }, "Region is not available"],
    [{ tags: ["no spaces"] }, "Tag name"],
  ])("is refused with 422 for %j", async (fields, message) => {
    const { status, body } = await post(fields);
    expect(status).toBe(422);
    expect(body.message).toContain(message);
    expect((await emulator.call<{ images: Image[] }>("GET", "/v2/images?private=true")).body.images).toEqual([]);
  });
});

describe("a transfer", () => {
  const transfer = (id: number, region: string): Promise<{ status: number; body: { action: { id: number }; message: string } }> =>
    emulator.call("POST", `/v2/images/${id}/actions`, { type: "transfer", region });

  test("copies to a region under the same id, at the same time as others", async () => {
    const id = await emulator.image();
    await emulator.control("options", { transferSecondsByRegion: { fra1: 5 } });
    const [ams3, fra1] = [await transfer(id, "ams3"), await transfer(id, "fra1")];
    expect([ams3.status, fra1.status]).toEqual([201, 201]);
    await emulator.clock.advance(2000);
    expect((await read(id)).regions).toEqual(["nyc3", "ams3"]);
    const actionAt = async (path: string): Promise<unknown> => (await emulator.call<{ action: unknown }>("GET", path)).body.action;
    const started = { type: "transfer", resource_id: id, resource_type: "image" };
    expect(await actionAt(`/v2/actions/${ams3.body.action.id}`)).toMatchObject({ ...started, status: "completed", region_slug: "ams3" });
    const running = { ...started, status: "in-progress", completed_at: null, region_slug: "fra1" };
    expect(await actionAt(`/v2/images/${id}/actions/${fra1.body.action.id}`)).toMatchObject(running);
    await emulator.clock.advance(3000);
    expect((await read(id)).regions).toEqual(["nyc3", "ams3", "fra1"]);
  });

  test("is refused to a region that has the image, or is about to, unless the switches say otherwise", async () => {
    const id = await emulator.image();
    await transfer(id, "ams3");
    expect((await transfer(id, "nyc3")).status).toBe(422);
    expect((await transfer(id, "ams3")).status).toBe(422);
    await emulator.control("options", { transferToSameRegion: "accept", transferTwice: "accept" });
    expect((await transfer(id, "nyc3")).status).toBe(201);
    expect((await transfer(id, "ams3")).status).toBe(201);
    await emulator.clock.advance(2000);
    expect((await read(id)).regions).toEqual(["nyc3", "ams3"]);
  });

  test("is refused before the image is available, and to a region that does not exist", async () => {
    const { body } = await post({});
    expect(await transfer(body.image.id, "ams3")).toMatchObject({ status: 422 });
    await emulator.clock.advance(500);
    expect(await transfer(body.image.id, "nyc9")).toMatchObject({ status: 422 });
  });

  test("ends errored where a fault says so, and leaves the region out", async () => {
    const id = await emulator.image();
    await emulator.control("faults", { on: "transfer", region: "fra1", fails: true });
    const { body } = await transfer(id, "fra1");
    await transfer(id, "ams3");
    await emulator.clock.advance(2000);
    const { action } = (await emulator.call<{ action: object }>("GET", `/v2/actions/${body.action.id}`)).body;
    expect(action).toMatchObject({ status: "errored", region_slug: "fra1" });
    expect((await read(id)).regions).toEqual(["nyc3", "ams3"]);
    await transfer(id, "fra1");
    await emulator.clock.advance(2000);
    expect((await read(id)).regions).toEqual(["nyc3", "ams3", "fra1"]);
  });

  test("of an unknown type is a 404 of its own", async () => {
    const id = await emulator.image();
    const answer = await emulator.call("POST", `/v2/images/${id}/actions`, { type: "explode" });
    expect(answer).toMatchObject({ status: 404, body: { id: "not_found", message: "The specified action type is not available." } });
  });
});

describe("an image", () => {
  test("is gone after DELETE: 404 for GET, and 422 for a second DELETE", async () => {
    const id = await emulator.image();
    expect((await emulator.call("DELETE", `/v2/images/${id}`)).status).toBe(204);
    expect((await emulator.call("GET", `/v2/images/${id}`)).status).toBe(404);
    const message = "Can not delete an already deleted image.";
    expect(await emulator.call("DELETE", `/v2/images/${id}`)).toMatchObject({ status: 422, body: { id: "unprocessable_entity", message } });
    expect((await emulator.call("DELETE", "/v2/images/1")).status).toBe(404);
    await emulator.control("options", { readOfDeletedImage: "deleted" });
    expect((await read(id)).status).toBe("deleted");
  });

  test("takes name, description and distribution by PUT, and answers 501 to anything else", async () => {
    const id = await emulator.image(["nyc3"], { tags: ["a"] });
    const change = { name: "new", description: "", distribution: "Fedora" };
    const message = "The emulator does not model the field `tags` of PUT /v2/images/:image.";
    expect(await emulator.call("PUT", `/v2/images/${id}`, { ...change, tags: ["b"] })).toMatchObject({ status: 501, body: { message } });
    expect((await emulator.call("PUT", `/v2/images/${id}`, change)).status).toBe(200);
    expect(await read(id)).toMatchObject({ name: "new", description: "", distribution: "Fedora", tags: ["a"], regions: ["nyc3"] });
    expect((await emulator.call("PUT", "/v2/images/debian-13-x64", change)).status).toBe(404);
  });

  test("is listed by tag, by privacy and by page, with absolute links", async () => {
    const ids = [await emulator.image(["nyc3"], { tags: ["a"] }), await emulator.image(), await emulator.image()];
    interface List {
      images: Image[];
      links: object;
      meta: object;
    }
    const list = async (query: string): Promise<List> => (await emulator.call<List>("GET", `/v2/images${query}`)).body;
    const idsOf = (answer: List): number[] => answer.images.map(({ id }) => id);
    expect(idsOf(await list("?tag_name=A"))).toEqual([ids[0]]);
    expect(idsOf(await list(""))).toHaveLength(5);
    expect(idsOf(await list("?type=application"))).toEqual([]);
    const first = await list("?private=true&per_page=2");
    const link = (page: number): string => `http://127.0.0.1:1/v2/images?private=true&per_page=2&page=${page}`;
    expect(first).toMatchObject({ links: { pages: { next: link(2), last: link(2) } }, meta: { total: 3 } });
    expect(first.links).not.toHaveProperty("pages.prev");
    const second = await list("?private=true&per_page=2&page=2");
    expect(idsOf(second)).toEqual([ids[2]]);
    expect(second.links).toEqual({ pages: { first: link(1), prev: link(1) } });
    expect((await list("?private=true")).links).toEqual({});
  });

  test("that is packed with gzip shows the size of the disk inside", async () => {
    emulator.files.set("http://127.0.0.1/web.qcow2", gzipSync(disk(30)));
    expect(await read(await emulator.image())).toMatchObject({ status: "available", min_disk_size: 30 });
  });
});
