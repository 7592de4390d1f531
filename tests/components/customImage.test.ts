import * as pulumi from "@pulumi/pulumi";
import * as components from "../../components";
import { Layout, settled, valueOf } from "./layout";

const sourceUrl = { url: "https://images.example.com/web-1.4.2.qcow2.gz", sha256: "ab".repeat(32) };

const layout = new Layout();

beforeAll(() => layout.start());
beforeEach(() => layout.clear());

test("imports once, to the first region, and asks for a copy in every region, the home region included", async () => {
  new components.CustomImage("web", { source: sourceUrl, regions: ["nyc3", "ams3", "fra1"] });

  const regions = ["nyc3", "ams3", "fra1"];
  expect(await layout.of("ImageImport")).toEqual([
    { type: "ImageImport", name: "web", inputs: { source: sourceUrl, region: "nyc3", name: "web" }, provider: "" },
  ]);
  expect(await layout.of("ImageReplica")).toEqual(
    ["ams3", "fra1", "nyc3"].map((region) => ({
      type: "ImageReplica",
      name: `web-${region}`,
      inputs: { imageId: "4711", region, siblingRegions: regions, wait: true },
      provider: "",
    })),
  );
  expect((await layout.of("ImageReplication")).map(({ name }) => name)).toEqual(["web"]);
  expect(layout.resources).toHaveLength(6);
});

test("hands every argument of the image to the import", async () => {
  const kept = { retain: 2, forceDelete: true };
  const image = { name: "web-1.4.2", description: "the shop's front", distribution: "Debian", tags: ["shop"], ...kept };
  new components.CustomImage("web", { source: { ...sourceUrl, generation: 2 }, regions: ["nyc3"], ...image });

  const [imported] = await layout.of("ImageImport");
  expect(imported?.inputs).toEqual({ source: { ...sourceUrl, generation: 2 }, region: "nyc3", ...image });
});

test("hands an argument it does not know to the import's check instead of dropping it", async () => {
  const args = { source: sourceUrl, regions: ["nyc3"], tag: "shop" };
  new components.CustomImage("web", args);

  const [imported] = await layout.of("ImageImport");
  expect(imported?.inputs).toEqual({ source: sourceUrl, region: "nyc3", name: "web", tag: "shop" });
});

test.each(["4711", 4711])("takes an image that exists under its care, by the import's own `import` option: %p", async (importId) => {
  new components.CustomImage("web", { source: sourceUrl, regions: ["nyc3"], importId }, layout.watched);

  const [imported] = await layout.of("ImageImport");
  expect(imported?.inputs).toEqual({ source: sourceUrl, region: "nyc3", name: "web" });
  expect(layout.options.get("ImageImport web")).toMatchObject({ import: "4711" });
});

test("parents the import and the copies, ties the copies' end to the import's, and forwards custom timeouts", async () => {
  const customTimeouts = { create: "3h" };
  new components.CustomImage("web", { source: sourceUrl, regions: ["nyc3", "ams3"] }, { ...layout.watched, customTimeouts });
  await layout.of("ImageReplica");

  const version = "0.1.0";
  const replica = { parent: "ImageReplication web", deletedWith: "ImageImport web", customTimeouts, version };
  expect(Object.fromEntries(layout.options)).toEqual({
    "CustomImage web": { parent: undefined, deletedWith: undefined, customTimeouts, version: undefined },
    "ImageImport web": { parent: "CustomImage web", deletedWith: undefined, customTimeouts, version },
    "ImageReplication web": { parent: "CustomImage web", deletedWith: undefined, customTimeouts, version: undefined },
    "ImageReplica web-nyc3": replica,
    "ImageReplica web-ams3": replica,
  });
});

test("reaches its children with an explicit provider", async () => {
  const provider = new components.Provider("other", { token: "not-a-real-token" });
  new components.CustomImage("web", { source: sourceUrl, regions: ["nyc3"] }, { provider });

  const children = [...(await layout.of("ImageImport")), ...(await layout.of("ImageReplica"))];
  expect(children.map((child) => child.provider)).toEqual(Array(2).fill(expect.stringMatching(/::other::other-id$/)));
});

test("keeps a secret source secret on its way to the import", async () => {
  new components.CustomImage("web", { source: pulumi.secret(sourceUrl), regions: ["nyc3"] });

  const [imported] = await layout.of("ImageImport");
  expect(imported?.inputs["source"]).toEqual({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: sourceUrl });
});

test("registers every public output, and nothing else", async () => {
  const registered = jest.spyOn(
    pulumi.ComponentResource.prototype as unknown as { registerOutputs(outputs: object): void },
    "registerOutputs",
  );
  const image = new components.CustomImage("web", { source: sourceUrl, regions: ["nyc3", "ams3"] });
  const [outputs] = registered.mock.lastCall as [Record<string, pulumi.Output<unknown>>];
  registered.mockRestore();

  expect(Object.keys(outputs).sort()).toEqual(["digest", "imageId", "minDiskSize", "regions", "sizeGigabytes"]);
  expect(await valueOf(pulumi.all(outputs))).toEqual({
    imageId: "4711",
    regions: ["nyc3", "ams3"],
    digest: "ab".repeat(32),
    minDiskSize: 10,
    sizeGigabytes: 0.4,
  });
  expect(await valueOf(image.in("ams3"))).toBe("4711");
});

test("offers a region as soon as the image is there, whatever becomes of the others", async () => {
  let release = (): void => undefined;
  layout.held.set("web-fra1", new Promise((resolve) => (release = resolve)));
  const image = new components.CustomImage("web", { source: sourceUrl, regions: ["nyc3", "ams3", "fra1"] });

  expect(await valueOf(image.in("ams3"))).toBe("4711");
  expect(layout.resources.map(({ name }) => name)).not.toContain("web-fra1");
  release();
  expect(await valueOf(image.regions)).toEqual(["nyc3", "ams3", "fra1"]);
});

test.each([
  ["home", ["nyc3"]],
  [
    ["fra1", "ams3"],
    ["ams3", "fra1"],
  ],
] as const)("waits for %j only, and starts the others", async (waitFor, waited) => {
  const regions = ["nyc3", "ams3", "fra1"];
  const image = new components.CustomImage("web", { source: sourceUrl, regions, waitFor });

  const replicas = await layout.of("ImageReplica");
  expect(replicas.filter(({ inputs }) => inputs["wait"] === true).map(({ inputs }) => inputs["region"])).toEqual(waited);
  expect(replicas.map(({ inputs }) => inputs["siblingRegions"])).toEqual([regions, regions, regions]);
  expect(await valueOf(image.regions)).toEqual(waited);
});

test("refuses to say the image is in a region that nobody waits for, and lists those that are", () => {
  const image = new components.CustomImage("web", { source: sourceUrl, regions: ["nyc3", "ams3", "fra1"], waitFor: ["nyc3", "ams3"] });

  expect(() => image.in("fra1")).toThrow(
    new Error(
      'Image "web" must be waited for in a region to be used there, which holds for nyc3, ams3, got "fra1": ' +
        "add the region to `regions` and to `waitFor`.",
    ),
  );
});

test("reports all faults together before anything is registered", async () => {
  const args = { source: sourceUrl, regions: ["nyc3", "Amsterdam", "nyc3"], waitFor: "both" as "all" };

  expect(() => new components.CustomImage("web", args)).toThrow(
    new Error(
      [
        'Invalid arguments for CustomImage "web":',
        '  `regions[1]` must be a region slug such as `ams3`, got "Amsterdam".',
        '  `regions[2]` must be a region not named before, but "nyc3" is `regions[0]` already.',
        '  `waitFor` must be `"all"`, `"home"` or a plain list out of `regions`, got "both".',
      ].join("\n"),
    ),
  );
  await settled();
  expect(layout.resources).toEqual([]);
});
