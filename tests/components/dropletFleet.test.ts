import * as pulumi from "@pulumi/pulumi";
import * as components from "../../components";
import { Layout, settled, valueOf } from "./layout";

const sourceUrl = { url: "https://images.example.com/web-1.4.2.qcow2.gz" };
const sshKeys = ["3b:16:bf:e4:8b:00:8b:b8:59:8c:a9:d3:f0:19:45:fa"];
const machines = { region: "ams3", size: "s-1vcpu-1gb", count: 3, sshKeys };

const layout = new Layout();

beforeAll(() => layout.start());
beforeEach(() => layout.clear());

test("runs a custom image in one region from five lines", async () => {
  const { CustomImage, DropletFleet } = components;
  const image = new CustomImage("web", { source: sourceUrl, regions: ["nyc3", "ams3"] });
  const fleet = new DropletFleet("web", { image, region: "ams3", size: "s-1vcpu-1gb", count: 3, sshKeys });

  expect(await valueOf(fleet.addresses)).toEqual(["192.0.2.1"]);
  expect((await layout.of("Fleet")).map(({ name, inputs }) => ({ name, inputs }))).toEqual([
    { name: "web", inputs: { image: "4711", ...machines, name: "web" } },
  ]);
});

test("starts as soon as the image is in its own region, while copies to others still run", async () => {
  let release = (): void => undefined;
  layout.held.set("web-nyc3", new Promise((resolve) => (release = resolve)));
  const image = new components.CustomImage("web", { source: sourceUrl, regions: ["nyc3", "ams3"] });
  const fleet = new components.DropletFleet("web", { image, ...machines });

  await valueOf(fleet.addresses);
  expect(layout.resources.map(({ name }) => name)).not.toContain("web-nyc3");
  release();
});

test("hands every argument to the fleet, and makes user data secret", async () => {
  const settings = {
    vpcUuid: "5a4981aa-9653-4bd1-bef5-d6bff52042e4",
    tags: ["shop"],
    gate: { http: { port: 8080, path: "/" }, successThreshold: 3, intervalSeconds: 2, deadlineSeconds: 60 },
    rollout: { maxSurge: 2, maxUnavailable: 1, drainSeconds: 5, shutdownSeconds: 20 },
  };
  new components.DropletFleet("web", { image: "42", ...machines, ...settings, userData: "#cloud-config" });

  const [fleet] = await layout.of("Fleet");
  expect(fleet?.inputs).toEqual({
    image: "42",
    name: "web",
    ...machines,
    ...settings,
    userData: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "#cloud-config" },
  });
});

test("takes an image as component, resource, number or output of a number", async () => {
  const { CustomImage, DropletFleet, ImageImport, ImageReplica, ImageReplication } = components;
  const images: Record<string, components.DropletFleetArgs["image"]> = {
    a: new CustomImage("web", { source: sourceUrl, regions: ["ams3"] }),
    b: new ImageReplication("golden", { image: "2", regions: ["ams3"] }),
    c: new ImageImport("bare", { source: sourceUrl, region: "ams3", name: "bare" }),
    d: new ImageReplica("copy", { imageId: "4", region: "ams3" }),
    e: "5",
    f: pulumi.output("6"),
    g: Promise.resolve("7"),
    h: 8,
  };
  for (const [name, image] of Object.entries(images)) new DropletFleet(name, { image, ...machines });

  expect((await layout.of("Fleet")).map(({ inputs }) => inputs["image"])).toEqual(["4711", "2", "4711", "4", "5", "6", "7", 8]);
});

test("names the Droplets after itself, or as it is told", async () => {
  new components.DropletFleet("web_app", { image: "42", ...machines, name: "web-app" });
  new components.DropletFleet("worker", { image: "42", ...machines, name: undefined });

  const fleets = await layout.of("Fleet");
  expect(fleets.map(({ name, inputs }) => [name, inputs["name"]])).toEqual([
    ["web_app", "web-app"],
    ["worker", "worker"],
  ]);
});

test("parents the fleet and forwards custom timeouts", async () => {
  const customTimeouts = { create: "20m", update: "1h" };
  new components.DropletFleet("web", { image: "42", ...machines }, { ...layout.watched, customTimeouts });
  await layout.of("Fleet");

  expect(layout.options.get("Fleet web")).toEqual({ parent: "DropletFleet web", deletedWith: undefined, customTimeouts, version: "0.1.0" });
});

test("registers every public output, and nothing else", async () => {
  const registered = jest.spyOn(
    pulumi.ComponentResource.prototype as unknown as { registerOutputs(outputs: object): void },
    "registerOutputs",
  );
  new components.DropletFleet("web", { image: "42", ...machines });
  const [outputs] = registered.mock.lastCall as [Record<string, pulumi.Output<unknown>>];
  registered.mockRestore();

  expect(await valueOf(pulumi.all(outputs))).toEqual({
    droplets: [{ id: "1", dropletUrn: "do:droplet:1", name: "web-1", ipv4: "192.0.2.1", privateIpv4: "10.0.0.1" }],
    addresses: ["192.0.2.1"],
    rollout: {},
    fleetTag: "imagefleet:fleet:f1",
    servingTag: "imagefleet:serving:f1",
  });
});

test("refuses a region that is no plain slug before anything is registered", async () => {
  const region = pulumi.output("ams3") as unknown as string;

  expect(() => new components.DropletFleet("web", { image: "42", ...machines, region })).toThrow(
    new Error(
      'Invalid arguments for DropletFleet "web":\n  `region` must be a region slug such as `ams3`, got a value that is not known yet.',
    ),
  );
  await settled();
  expect(layout.resources).toEqual([]);
});

test("asks for a name where the component's own can't begin a hostname", async () => {
  expect(() => new components.DropletFleet("web_app", { image: "42", ...machines })).toThrow(
    "`name` must be given, because the component's own name \"web_app\" can't be the prefix of hostnames; ",
  );
  new components.DropletFleet("web_app", { image: "42", ...machines, name: "web-app" });
  expect((await layout.of("Fleet")).map(({ name, inputs }) => [name, inputs["name"]])).toEqual([["web_app", "web-app"]]);
});

test("refuses a region that the image is not waited for in, with no fleet registered", async () => {
  const image = new components.CustomImage("web", { source: sourceUrl, regions: ["nyc3", "fra1"] });

  expect(() => new components.DropletFleet("web", { image, ...machines })).toThrow(
    'Image "web" must be waited for in a region to be used there, which holds for nyc3, fra1, got "ams3"',
  );
  expect(await layout.of("DropletFleet")).toEqual([]);
});
