import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { ImageService } from "../../components/service";
import { readConfig } from "../../stacks/config";
import type * as Program from "../../stacks";
import { Layout, valueOf } from "../components/layout";

/** What each environment leaves to be set by whoever runs it. */
const setByHand = {
  "image-service:imageUrl": "https://images.example.com/web-1.4.2.qcow2.gz",
  "image-service:imageSha256": "ab".repeat(32),
  "image-service:sshPublicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3vYx0 operator@example.com",
};

const layout = new Layout();
beforeAll(() => layout.start("image-service", "dev"));

test.each([
  ["dev", 3],
  ["staging", 2],
  ["prod", 3],
])("stack %s wants nothing but an image and a key to be set, and is laid out in %d regions", (stack, count) => {
  configure(stack);

  const { imageUrl: url, sshPublicKey: publicKey, ...wanted } = readConfig();
  const service = new ImageService(`${stack}-trial`, { source: { url }, sshKeys: { publicKey }, ...wanted });
  expect(Object.keys(service.fleets)).toHaveLength(count);
});

test("stack dev is one image in three regions, and two Droplets behind a load balancer in each", async () => {
  await layout.clear();
  configure("dev");
  const program = jest.requireActual<typeof Program>("../../stacks");

  const source = { url: setByHand["image-service:imageUrl"], sha256: setByHand["image-service:imageSha256"] };
  const name = "image-service-dev-web";
  expect((await layout.of("ImageImport")).map(({ inputs }) => inputs)).toEqual([{ source, region: "nyc3", name, retain: 1 }]);
  expect((await layout.of("ImageReplica")).map(({ inputs }) => inputs["region"])).toEqual(["ams3", "fra1", "nyc3"]);
  expect((await layout.of("Fleet")).map(({ inputs }) => inputs)).toEqual(
    ["ams3", "fra1", "nyc3"].map((region) => ({
      ...{ image: "4711", region, size: "s-1vcpu-1gb", count: 2, sshKeys: ["aa:bb"], tags: [name], servingTags: [`${name}-serving`] },
      ...{ name: `${name}-${region}`, gate: { loadBalancer: `web-${region}-id` }, rollout: { maxSurge: "100%", drainSeconds: 10 } },
    })),
  );
  expect((await layout.of("digitalocean:index/loadBalancer:LoadBalancer")).map(({ inputs }) => inputs["healthcheck"])).toEqual(
    [1, 2, 3].map(() => ({ protocol: "http", port: 8080, path: "/", checkIntervalSeconds: 3, healthyThreshold: 2 })),
  );

  const tags = { fleetTag: "imagefleet:fleet:f1", servingTag: "imagefleet:serving:f1" };
  expect(await valueOf(pulumi.output({ ...program }))).toEqual({
    url: "http://lb.nyc3:8080/",
    imageUrl: "https://images.example.com/web-1.4.2.qcow2.gz",
    loadBalancers: { nyc3: "lb.nyc3", ams3: "lb.ams3", fra1: "lb.fra1" },
    addresses: { nyc3: ["192.0.2.1"], ams3: ["192.0.2.1"], fra1: ["192.0.2.1"] },
    imageId: "4711",
    digest: "ab".repeat(32),
    rollouts: { nyc3: {}, ams3: {}, fra1: {} },
    tags: { nyc3: tags, ams3: tags, fra1: tags },
  });
});

/** Sets a stack's tracked configuration as the engine hands it on. */
function configure(stack: string): void {
  const file = readFileSync(path.resolve(__dirname, `../../stacks/Pulumi.${stack}.yaml`), "utf8");
  const { config } = parse(file) as { readonly config: Readonly<Record<string, unknown>> };
  const entries = Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)]);
  pulumi.runtime.setAllConfig({ ...setByHand, ...(Object.fromEntries(entries) as Record<string, string>) });
}
