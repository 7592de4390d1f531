import * as components from "../../components";
import { Layout, valueOf } from "./layout";

const layout = new Layout();

beforeAll(() => layout.start());
beforeEach(() => layout.clear());

test("copies an image that was made elsewhere by its number, and ties the copies to nothing", async () => {
  const copies = new components.ImageReplication("golden", { image: "123456789", regions: ["ams3", "fra1"] }, layout.watched);

  expect((await layout.of("ImageReplica")).map(({ name, inputs }) => ({ name, ...inputs }))).toEqual([
    { name: "golden-ams3", imageId: "123456789", region: "ams3", siblingRegions: ["ams3", "fra1"], wait: true },
    { name: "golden-fra1", imageId: "123456789", region: "fra1", siblingRegions: ["ams3", "fra1"], wait: true },
  ]);
  expect(layout.options.get("ImageReplica golden-ams3")?.deletedWith).toBeUndefined();
  expect(await valueOf(copies.imageId)).toBe("123456789");
  expect(await valueOf(copies.regions)).toEqual(["ams3", "fra1"]);
  expect(await valueOf(copies.in("fra1"))).toBe("123456789");
});

test("takes the image's number as a number, too, and has it as a string", async () => {
  const copies = new components.ImageReplication("golden", { image: 123456789, regions: ["ams3"] });

  expect((await layout.of("ImageReplica")).map(({ inputs }) => inputs["imageId"])).toEqual(["123456789"]);
  expect(await valueOf(copies.imageId)).toBe("123456789");
});

test("copies an import, and lets its end be the copies' end", async () => {
  const source = { url: "https://images.example.com/web.img" };
  const image = new components.ImageImport("web", { source, region: "nyc3", name: "web" });
  new components.ImageReplication("web", { image, regions: ["nyc3", "ams3"] }, layout.watched);

  expect((await layout.of("ImageReplica")).map(({ inputs }) => inputs["imageId"])).toEqual(["4711", "4711"]);
  expect(layout.options.get("ImageReplica web-ams3")?.deletedWith).toBe("ImageImport web");
});

test("copies a custom image to more regions, tied to its import", async () => {
  const source = { url: "https://images.example.com/web.img" };
  const image = new components.CustomImage("web", { source, regions: ["nyc3"] });
  new components.ImageReplication("more", { image, regions: ["sgp1"] }, layout.watched);

  const [replica] = (await layout.of("ImageReplica")).filter(({ name }) => name === "more-sgp1");
  expect(replica?.inputs).toEqual({ imageId: "4711", region: "sgp1", siblingRegions: ["sgp1"], wait: true });
  expect(layout.options.get("ImageReplica more-sgp1")?.deletedWith).toBe("ImageImport web");
});

test("names each copy by its region, so that the order of the list names nothing", async () => {
  new components.ImageReplication("golden", { image: "1", regions: ["fra1", "ams3"] });
  const before = (await layout.of("ImageReplica")).map(({ name }) => name);
  await layout.clear();
  new components.ImageReplication("golden", { image: "1", regions: ["ams3", "fra1"] });

  expect((await layout.of("ImageReplica")).map(({ name }) => name)).toEqual(before);
});
