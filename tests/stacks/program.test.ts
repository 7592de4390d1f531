import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "../../stacks/config";
import type * as Program from "../../stacks";
import { Layout, valueOf } from "../components/layout";

// The parser that Pulumi's SDK brings along.
const yaml = jest.requireActual<{ load(text: string): { config: Readonly<Record<string, unknown>> } }>("js-yaml");

/** What each environment leaves to be set by whoever runs it. */
const setByHand = {
  "image-service:imageUrl": "https://images.example.com/web-1.4.2.qcow2.gz",
  "image-service:imageSha256": "ab".repeat(32),
  "image-service:sshPublicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3vYx0 operator@example.com",
};

const layout = new Layout();
beforeAll(() => layout.start("image-service"));

test.each(["dev", "staging", "prod"])("stack %s wants nothing but an image and a key to be set", (stack) => {
  configure(stack);

  const { regions, fleets } = readConfig();
  expect(Object.values(fleets).map(({ region }) => regions.includes(region))).toEqual([true, true]);
});

test("stack dev is one image in three regions, and three Droplets behind an HTTP gate in two of them", async () => {
  configure("dev");
  const program = jest.requireActual<typeof Program>("../../stacks");

  const source = { url: setByHand["image-service:imageUrl"], sha256: setByHand["image-service:imageSha256"] };
  expect((await layout.of("ImageImport")).map(({ inputs }) => inputs)).toEqual([{ source, region: "nyc3", name: "web", retain: 1 }]);
  expect((await layout.of("ImageReplica")).map(({ inputs }) => inputs["region"])).toEqual(["ams3", "fra1", "nyc3"]);
  expect((await layout.of("Fleet")).map(({ inputs }) => inputs)).toEqual(
    ["ams3", "fra1"].map((region) => ({
      image: "4711",
      region,
      size: "s-1vcpu-1gb",
      count: 3,
      sshKeys: ["aa:bb"],
      name: `web-${region}`,
      gate: { http: { port: 8080, path: "/" } },
      rollout: { drainSeconds: 0 },
    })),
  );
  expect((await layout.of("digitalocean:index/sshKey:SshKey")).map(({ inputs }) => inputs)).toEqual([
    { name: "image-service-dev", publicKey: setByHand["image-service:sshPublicKey"] },
  ]);

  const tags = { fleetTag: "imagefleet:fleet:f1", servingTag: "imagefleet:serving:f1" };
  expect(await valueOf(pulumi.output({ ...program }))).toEqual({
    imageId: "4711",
    digest: "ab".repeat(32),
    regions: ["nyc3", "ams3", "fra1"],
    addresses: { "web-ams3": ["192.0.2.1"], "web-fra1": ["192.0.2.1"] },
    tags: { "web-ams3": tags, "web-fra1": tags },
  });
});

/** Sets a stack's tracked configuration as the engine hands it on. */
function configure(stack: string): void {
  const { config } = yaml.load(readFileSync(path.resolve(__dirname, `../../stacks/Pulumi.${stack}.yaml`), "utf8"));
  const entries = Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)]);
  pulumi.runtime.setAllConfig({ ...setByHand, ...(Object.fromEntries(entries) as Record<string, string>) });
}
