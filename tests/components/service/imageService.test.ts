import * as pulumi from "@pulumi/pulumi";
import { ArgumentError, CustomImage } from "../../../components";
import { ImageService, type ImageServiceArgs } from "../../../components/service";
import { Layout, settled, valueOf } from "../layout";

const layout = new Layout();

beforeAll(() => layout.start());
beforeEach(() => layout.clear());

const source = { url: "https://images.example.com/web-1.4.2.qcow2.gz" };
const fleet = { size: "s-1vcpu-1gb", count: 3 };
const sshKeys = ["512189"];
const least: ImageServiceArgs = { source, regions: ["ams3", "fra1"], fleet, sshKeys };
const digitalocean = (type: string) => `digitalocean:index/${type[0]?.toLowerCase()}${type.slice(1)}:${type}`;

/** The inputs of every resource of one type of the official package, by name. */
async function inputsOf(type: string): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  return Object.fromEntries((await layout.of(digitalocean(type))).map(({ name, inputs }) => [name, inputs]));
}

async function fleets(): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  return Object.fromEntries((await layout.of("Fleet")).map(({ name, inputs }) => [name, inputs]));
}

test("runs an image in two regions, and makes nothing that isn't asked for", async () => {
  const service = new ImageService("web", least, layout.watched);

  expect(await valueOf(service.imageId)).toBe("4711");
  expect(await valueOf(service.addresses)).toEqual({ ams3: ["192.0.2.1"], fra1: ["192.0.2.1"] });
  expect(await valueOf(service.url)).toBeUndefined();
  await settled();
  expect(layout.resources.map(({ type, name }) => `${type.replace(/.*:/, "")} ${name}`).sort()).toEqual([
    "CustomImage web",
    "DropletFleet web-ams3",
    "DropletFleet web-fra1",
    "Fleet web-ams3",
    "Fleet web-fra1",
    "ImageImport web",
    "ImageReplica web-ams3",
    "ImageReplica web-fra1",
    "ImageReplication web",
    "ImageService web",
    "Tag web-member",
    "Tag web-serving",
  ]);
  expect(await fleets()).toMatchObject({
    "web-ams3": {
      ...fleet,
      region: "ams3",
      name: "shop-dev-web-ams3",
      image: "4711",
      sshKeys,
      tags: ["shop-dev-web"],
      servingTags: ["shop-dev-web-serving"],
    },
  });
  expect((await fleets())["web-ams3"]).not.toHaveProperty("vpcUuid");
  const parents = [...layout.options].filter(([child]) => child !== "ImageService web").map(([, { parent }]) => parent);
  expect(new Set(parents)).toEqual(
    new Set(["ImageService web", "CustomImage web", "ImageReplication web", "DropletFleet web-ams3", "DropletFleet web-fra1"]),
  );
});

test("makes what is asked for around the fleets, and lets it select them by the program's own tags", async () => {
  const service = new ImageService("web", {
    ...least,
    sshKeys: { publicKey: "ssh-ed25519 AAAA" },
    vpc: { ipRanges: { ams3: "10.10.0.0/20" } },
    firewall: { inboundRules: [{ protocol: "tcp", portRange: "22", sourceAddresses: ["198.51.100.7"] }] },
    loadBalancer: { port: 8080, path: "/healthy" },
    reservedIps: 1,
    dns: { domain: "example.com", name: "www" },
    project: { purpose: "Service" },
  });

  expect(await inputsOf("Tag")).toEqual({ "web-member": { name: "shop-dev-web" }, "web-serving": { name: "shop-dev-web-serving" } });
  expect(await inputsOf("Vpc")).toEqual({
    "web-ams3": { name: "shop-dev-web-ams3", region: "ams3", ipRange: "10.10.0.0/20" },
    "web-fra1": { name: "shop-dev-web-fra1", region: "fra1" },
  });
  expect((await inputsOf("LoadBalancer"))["web-ams3"]).toEqual({
    ...{ name: "shop-dev-web-ams3", region: "ams3", vpcUuid: "web-ams3-id", dropletTag: "shop-dev-web-serving" },
    forwardingRules: [{ entryPort: 80, entryProtocol: "http", targetPort: 8080, targetProtocol: "http" }],
    healthcheck: { protocol: "http", port: 8080, path: "/healthy" },
  });
  expect((await inputsOf("Firewall"))["web"]).toMatchObject({
    ...{ name: "shop-dev-web", tags: ["shop-dev-web"] },
    inboundRules: [
      { protocol: "tcp", portRange: "22", sourceAddresses: ["198.51.100.7"] },
      { protocol: "tcp", portRange: "8080", sourceLoadBalancerUids: ["web-ams3-id", "web-fra1-id"] },
    ],
  });
  expect(await fleets()).toMatchObject({
    "web-fra1": {
      sshKeys: ["aa:bb"],
      vpcUuid: "web-fra1-id",
      gate: { loadBalancer: "web-fra1-id" },
      reservedIps: ["ip.fra1"],
      projectId: "web-id",
    },
  });
  expect(await inputsOf("ReservedIp")).toEqual({ "web-ams3-0": { region: "ams3" }, "web-fra1-0": { region: "fra1" } });
  expect(await inputsOf("DnsRecord")).toEqual({
    "web-ams3": { domain: "example.com", name: "www", type: "A", value: "lb.ams3", ttl: 60 },
    "web-fra1": { domain: "example.com", name: "www", type: "A", value: "lb.fra1", ttl: 60 },
  });
  expect((await inputsOf("ProjectResources"))["web"]).toEqual({
    project: "web-id",
    resources: ["do:loadbalancer:ams3", "do:loadbalancer:fra1"],
  });
  expect(await valueOf(service.url)).toBe("http://www.example.com/");
  expect(await valueOf(service.loadBalancers)).toEqual({ ams3: "lb.ams3", fra1: "lb.fra1" });
});

test("takes what is there instead: image, keys, VPCs, project", async () => {
  const image = new CustomImage("golden", { source, regions: ["ams3", "fra1"] });
  const vpc = { uuids: { ams3: "uuid-a", fra1: pulumi.output("uuid-f") } };
  const service = new ImageService("web", { image, regions: ["ams3", "fra1"], fleet, sshKeys, vpc, project: pulumi.output("project-1") });

  expect(await valueOf(service.imageId)).toBe("4711");
  expect(await inputsOf("Vpc")).toEqual({});
  expect(await inputsOf("Project")).toEqual({});
  expect(await fleets()).toMatchObject({ "web-ams3": { vpcUuid: "uuid-a", projectId: "project-1" }, "web-fra1": { vpcUuid: "uuid-f" } });
  expect((await layout.of("ImageImport")).map(({ name }) => name)).toEqual(["golden"]);
});

test("describes all fleets at once, and each by what differs", async () => {
  new ImageService("web", { ...least, fleet: { ...fleet, tags: ["shop"] }, overrides: { fra1: { count: 6, tags: ["big"] } } });

  expect(await fleets()).toMatchObject({
    "web-ams3": { count: 3, tags: ["shop", "shop-dev-web"] },
    "web-fra1": { count: 6, tags: ["big", "shop-dev-web"] },
  });
});

test("begins a wave only after every fleet of the one before is made", async () => {
  let release = (): void => undefined;
  layout.held.set("web-ams3", new Promise((resolve) => (release = resolve)));
  const service = new ImageService("web", { ...least, regions: ["ams3", "fra1", "nyc3"], waves: [["ams3", "nyc3"], ["fra1"]] });

  await valueOf(service.fleets["nyc3"]!.addresses);
  const fleetsMade = () => layout.resources.filter(({ type }) => type === "Fleet").map(({ name }) => name);
  expect(fleetsMade()).toEqual(["web-nyc3"]);
  release();
  await settled();
  expect(fleetsMade()).toEqual(["web-nyc3", "web-ams3", "web-fra1"]);
});

test("holds the later waves while a fleet of an earlier one waits for its approval", async () => {
  layout.paused.set("web-ams3", "0123456789ab/1");
  new ImageService("web", { ...least, regions: ["ams3", "fra1", "nyc3"], waves: [["ams3"], ["fra1"], ["nyc3"]] });

  const made = await fleets();
  expect(made["web-ams3"]).not.toHaveProperty("heldBy");
  expect([made["web-fra1"], made["web-nyc3"]]).toMatchObject([{ heldBy: "0123456789ab/1" }, { heldBy: "0123456789ab/1" }]);
  layout.paused.clear();
  new ImageService("api", { ...least, waves: [["ams3"], ["fra1"]] });
  expect((await fleets())["api-fra1"]).toMatchObject({ heldBy: "" });
});

test("lets a gate ask through the firewall from where it is told that it asks", async () => {
  const gate = { http: { port: 8080 } };
  new ImageService("web", { ...least, fleet: { ...fleet, gate }, firewall: { gateFrom: ["198.51.100.7/32"] } });

  expect((await inputsOf("Firewall"))["web"]).toMatchObject({
    inboundRules: [{ protocol: "tcp", portRange: "8080", sourceAddresses: ["198.51.100.7/32"] }],
  });
});

test("refuses everything that is wrong at once, before anything is made", async () => {
  const wrong: ImageServiceArgs = {
    ...{ source, image: "1", regions: ["ams3", "fra1"], sshKeys, name: "web_1", reservedIps: -1 },
    waves: [["ams3", "nyc3"], ["ams3"]],
    overrides: { sfo3: {} },
    vpc: { uuids: { ams3: "a" } },
    fleet: { ...fleet, gate: { http: { port: 8080 } } },
    firewall: {},
    dns: { domain: "example.com" },
  };
  const faults = (() => {
    try {
      new ImageService("web", wrong);
      return [];
    } catch (error) {
      return (error as ArgumentError).faults;
    }
  })();

  expect(faults).toEqual([
    "`image` must not be given beside `source`: leave one of them out.",
    '`waves[0][1]` must be one of `regions`, which are ams3, fra1, got "nyc3".',
    '`waves[1][0]` must be a region not named before, but "ams3" is `waves[0][0]` already.',
    "`waves` must name every one of `regions`, and leaves out fra1.",
    "`overrides.sfo3` must be of one of `regions`, which are ams3, fra1.",
    "`vpc.uuids` must name a VPC for every one of `regions`, and leaves out fra1.",
    "`reservedIps` must be a plain whole number from 0, for it decides which resources exist, got -1.",
    '`name` must be plain letters, digits and `-`, such as `web-prod`, got "web_1".',
    "`dns` needs `loadBalancer` or `reservedIps`: without them every address changes with the Droplets.",
    '`firewall.gateFrom` must name the addresses of where `pulumi up` runs, such as `["198.51.100.7/32"]`, because `fleet.gate` asks ' +
      "through the firewall; or leave the gate to `loadBalancer`.",
  ]);
  await settled();
  expect(layout.resources).toEqual([]);
});

test("begins with the fleets once the firewall stands that selects their Droplets", async () => {
  let release = (): void => undefined;
  layout.held.set("Firewall web", new Promise((resolve) => (release = resolve)));
  const given: ImageServiceArgs = { image: "4711", regions: ["ams3"], fleet, sshKeys };
  new ImageService("web", { ...given, firewall: {} });
  const open = new ImageService("api", given);

  await valueOf(open.fleets["ams3"]!.addresses);
  const made = () => layout.resources.filter(({ type }) => /:Firewall$|^Fleet$/.test(type)).map(({ name }) => name);
  expect(made()).toEqual(["api-ams3"]);
  release();
  await settled();
  expect(made()).toEqual(["api-ams3", "web", "web-ams3"]);
});

test("lets every child be reached and replaced by a transform", async () => {
  const reached = new Set<string>();
  const bigger: pulumi.ResourceTransformation = ({ type, name, props, opts }) => {
    reached.add(`${type} ${name}`);
    return type === digitalocean("LoadBalancer") ? { props: { ...props, sizeUnit: 2 }, opts } : undefined;
  };
  const everything = { vpc: {}, firewall: {}, loadBalancer: { port: 80 }, reservedIps: 1, dns: { domain: "example.com" }, project: {} };
  new ImageService("web", { ...least, ...everything, sshKeys: { publicKey: "ssh-ed25519 AAAA" } }, { transformations: [bigger] });

  expect(await inputsOf("LoadBalancer")).toMatchObject({ "web-ams3": { sizeUnit: 2 }, "web-fra1": { sizeUnit: 2 } });
  await settled();
  const components = ["ImageService web", "CustomImage web", "ImageReplication web", "DropletFleet web-ams3", "DropletFleet web-fra1"];
  const made = layout.resources.map(({ type, name }) => `${type.replace(/.*:/, "")} ${name}`);
  expect(made.length).toBeGreaterThan(components.length + 15);
  expect([...reached].map((one) => one.replace(/.*:/, "")).sort()).toEqual(made.sort());
});
