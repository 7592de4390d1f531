import * as pulumi from "@pulumi/pulumi";
import { ConfigError, readConfig } from "../../stacks/config";
import { serviceConfig } from "../../stacks/serviceConfig";
import { fleetInputs } from "../../provider/resources/fleet/fleetTable";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3vYx0 operator@example.com";
const webFleet = { region: "ams3", size: "s-1vcpu-1gb", count: 3 };
const wholeConfig = {
  imageUrl: "https://images.example.com/web.qcow2.gz",
  sshPublicKey: publicKey,
  regions: ["nyc3", "ams3"],
  fleets: { web: webFleet },
};

beforeAll(() =>
  pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }), call: () => ({}) }, "shop", "dev"),
);

test("reads a whole configuration, with every argument of a fleet", () => {
  const fleet = {
    ...webFleet,
    userData: "#cloud-config",
    vpcUuid: "5a4981aa-9653-4bd1-bef5-d6bff52042e4",
    tags: ["shop"],
    servingTags: ["balanced"],
    projectId: "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679",
    backups: true,
    gate: {
      http: { port: 8080, path: "/", status: ["200"], https: true, host: "shop.example.com" },
      tcp: { port: 5432 },
      ssh: {},
      loadBalancer: "4de7ac8b-495b-4884-9a69-1050c6793cd6",
      ...{ address: "private", successThreshold: 3, intervalSeconds: 0.5, timeoutSeconds: 2, deadlineSeconds: 60, bakeSeconds: 30 },
    },
    rollout: {
      ...{ maxSurge: "25%", maxUnavailable: 1, maxFailures: "10%", drainSeconds: 5, shutdownSeconds: 20 },
      canary: [{ count: 1, bakeSeconds: 600 }, { count: "50%" }],
    },
  };
  configure({ ...wholeConfig, imageSha256: "ab".repeat(32), fleets: { web: fleet } });

  expect(readConfig()).toEqual({ ...wholeConfig, imageSha256: "ab".repeat(32), fleets: { web: fleet } });
});

test("takes what is optional as not given", () => {
  configure(wholeConfig);

  const { imageSha256, fleets } = readConfig();
  expect(imageSha256).toBeUndefined();
  expect(fleets["web"]).toEqual(webFleet);
});

test("takes a local file in place of a URL, and how many versions are kept", () => {
  configure({ ...wholeConfig, imageUrl: undefined, imagePath: "web.qcow2", retain: "2" });

  expect(readConfig()).toEqual({ ...wholeConfig, imageUrl: undefined, imagePath: "web.qcow2", retain: 2 });
});

test("says of each missing key what it must be and how to set it", () => {
  configure({});

  expect(faults()).toEqual([
    "`imageUrl` must be where DigitalOcean fetches the image, unless `imagePath` names a file, got nothing: run `pulumi config set imageUrl VALUE`.",
    '`regions` must be a list of region slugs such as `["nyc3", "ams3"]`, got nothing: run `pulumi config set regions VALUE`.',
    "`sshPublicKey` must be a public key such as the line in `~/.ssh/id_ed25519.pub`, got nothing: run `pulumi config set sshPublicKey VALUE`.",
    "`fleets` must be a map of fleets by name, in the letters of a host name, got nothing: run `pulumi config set fleets VALUE`.",
  ]);
});

test("reports faults of every kind and depth together, in one error without a stack trace", () => {
  configure({
    imageUrl: "web.qcow2.gz",
    imageSha256: "abc",
    sshPublicKey: publicKey,
    regions: ["nyc3", "Amsterdam"],
    fleets: { other: "ams3", web: { region: "ams3", count: "three", gate: { http: { port: 80.5 } }, rollout: { maxSurge: "a few" } } },
  });

  const error = thrown();
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect(error.message).toBe(
    [
      "The configuration of stack dev is invalid:",
      '  `imageUrl` must be an http, https or ftp URL such as `https://images.example.com/web.qcow2.gz`, got "web.qcow2.gz": fix it in `Pulumi.dev.yaml`.',
      '  `imageSha256` must be 64 hexadecimal digits, got "abc": fix it in `Pulumi.dev.yaml`.',
      '  `regions[1]` must be a region slug such as `ams3`, got "Amsterdam": fix it in `Pulumi.dev.yaml`.',
      '  `fleets.other` must be a map of region, size, count, userData, vpcUuid, tags, servingTags, projectId, backups, gate, rollout, got "ams3": fix it in `Pulumi.dev.yaml`.',
      "  `fleets.web.size` must be a size slug such as `s-1vcpu-1gb`, got nothing: run `pulumi config set --path 'fleets.web.size' VALUE`.",
      '  `fleets.web.count` must be a whole number, got "three": fix it in `Pulumi.dev.yaml`.',
      "  `fleets.web.gate.http.port` must be a whole number, got 80.5: fix it in `Pulumi.dev.yaml`.",
      '  `fleets.web.rollout.maxSurge` must be a count such as 1, or a percentage such as `25%`, got "a few": fix it in `Pulumi.dev.yaml`.',
    ].join("\n"),
  );
});

test("holds the fleets to the regions even where other keys are at fault", () => {
  configure({ ...wholeConfig, imageUrl: "", fleets: { web: { ...webFleet, region: "sfo3", count: 1.5 } } });

  expect(faults().map((fault) => fault.split(" ")[0])).toEqual(["`imageUrl`", "`fleets.web.count`", "`fleets.web.region`"]);
});

test.each([
  [
    "a text where a list must be",
    { ...wholeConfig, regions: "nyc3" },
    '`regions` must be a list of region slugs such as `["nyc3", "ams3"]`, got "nyc3"',
  ],
  ["an empty list", { ...wholeConfig, regions: [] }, '`regions` must be a list of region slugs such as `["nyc3", "ams3"]`, got []'],
  ["a region twice", { ...wholeConfig, regions: ["nyc3", "ams3", "nyc3"] }, '`regions[2]` must be a region not named before, got "nyc3"'],
  [
    "a list where a map must be",
    { ...wholeConfig, fleets: [] },
    "`fleets` must be a map of fleets by name, in the letters of a host name, got []",
  ],
  [
    "a fleet where the image is not",
    { ...wholeConfig, fleets: { web: { ...webFleet, region: "sfo3" } } },
    '`fleets.web.region` must be one of `regions`, which are nyc3, ams3, got "sfo3"',
  ],
  ["an image in two places", { ...wholeConfig, imagePath: "web.qcow2" }, '`imagePath` must not be set beside `imageUrl`, got "web.qcow2"'],
  ["a number of versions that is none", { ...wholeConfig, retain: "two" }, '`retain` must be a whole number, got "two"'],
  [
    "a key that nobody reads",
    { ...wholeConfig, imageURL: "x" },
    '`imageURL` is not known here, where there can be imageUrl, imagePath, imageSha256, retain, regions, sshPublicKey, fleets, got "x"',
  ],
  [
    "an argument of a fleet that there is not",
    { ...wholeConfig, fleets: { web: { ...webFleet, sise: "s-1vcpu-1gb" } } },
    '`fleets.web.sise` is not known here, where there can be region, size, count, userData, vpcUuid, tags, servingTags, projectId, backups, gate, rollout, got "s-1vcpu-1gb"',
  ],
])("refuses %s", (_what, values, fault) => {
  configure(values);

  expect(faults()).toEqual([`${fault}: fix it in \`Pulumi.dev.yaml\`.`]);
});

test("keeps an image URL secret where it is set so, and only there", async () => {
  configure(wholeConfig, ["imageUrl"]);
  expect(await pulumi.isSecret(pulumi.output(readConfig().imageUrl))).toBe(true);

  configure(wholeConfig);
  expect(readConfig().imageUrl).toBe(wholeConfig.imageUrl);
});

test("says nothing of a secret value that is at fault", () => {
  configure({ ...wholeConfig, imageUrl: "signed?key=hidden", fleets: { web: { ...webFleet, userData: 42 } } }, ["imageUrl", "fleets"]);

  expect(faults()).toEqual([
    "`imageUrl` must be an http, https or ftp URL such as `https://images.example.com/web.qcow2.gz`, got a secret: fix it in `Pulumi.dev.yaml`.",
    "`fleets.web.userData` must be text, got a secret: fix it in `Pulumi.dev.yaml`.",
  ]);
});

test("leaves other namespaces alone", () => {
  configure(wholeConfig, [], { "digitalocean:token": "not-a-real-token", "pulumi:tags": "{}" });

  expect(readConfig().regions).toEqual(["nyc3", "ams3"]);
});

/** Sets the stack's configuration as the engine hands it on: texts as they are, everything else as JSON. */
function configure(values: Readonly<Record<string, unknown>>, secret: readonly string[] = [], others: Record<string, string> = {}): void {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const entries = given.map(([key, value]) => [`shop:${key}`, typeof value === "string" ? value : JSON.stringify(value)]);
  const keys = secret.map((key) => `shop:${key}`);
  pulumi.runtime.setAllConfig({ ...others, ...(Object.fromEntries(entries) as Record<string, string>) }, keys);
}

function thrown(): ConfigError {
  try {
    readConfig();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

function faults(): readonly string[] {
  return thrown().faults;
}

test("takes what an argument of `DropletFleet` may hold, all but what the program gives itself", () => {
  const fleet = serviceConfig.shape.fleets.valueType.shape;
  const own = ["image", "sshKeys", "name", "heldBy", "ipv6", "monitoring"];
  expect(Object.keys(fleet)).toEqual(expect.arrayContaining(Object.keys(fleetInputs).filter((name) => !own.includes(name))));
  const parts = Object.keys(fleetInputs.gate.shape.object);
  expect(Object.keys(fleet.gate.unwrap().shape).sort()).toEqual(parts.sort());
});
