import * as pulumi from "@pulumi/pulumi";
import { ConfigError, readConfig } from "../../stacks/config";
import { fleetConfig } from "../../stacks/fleetConfig";
import { fleetInputs } from "../../provider/resources/fleet/fleetTable";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3vYx0 operator@example.com";
const fleet = { size: "s-1vcpu-1gb", count: 3 };
const wholeConfig = {
  imageUrl: "https://images.example.com/web.qcow2.gz",
  sshPublicKey: publicKey,
  regions: ["nyc3", "ams3"],
  fleet,
};

beforeAll(() =>
  pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }), call: () => ({}) }, "shop", "dev"),
);

test("reads a whole configuration, with every argument of a service", () => {
  const whole = {
    ...wholeConfig,
    imageSha256: "ab".repeat(32),
    waves: [["nyc3"], ["ams3"]],
    fleet: {
      ...fleet,
      userData: "#cloud-config",
      tags: ["shop"],
      gate: { http: { port: 8080, path: "/" }, successThreshold: 3, intervalSeconds: 0.5, deadlineSeconds: 60 },
      rollout: {
        ...{ maxSurge: "50%", maxUnavailable: 1, drainSeconds: 5, shutdownSeconds: 20, approved: "83b4c0ffee12/1" },
        canary: [{ count: 1, bakeSeconds: 60, pause: true }, { count: "50%" }],
      },
    },
    overrides: { ams3: { count: 6 } },
    vpc: { ipRanges: { ams3: "10.10.0.0/20" } },
    firewall: { inboundRules: [{ protocol: "tcp", portRange: "22", sourceAddresses: ["198.51.100.7"] }], gateFrom: ["198.51.100.7/32"] },
    loadBalancer: { port: 8080, path: "/healthy", healthcheck: { checkIntervalSeconds: 3 } },
    dns: { domain: "example.com", name: "www", ttl: 60 },
    project: { purpose: "Service", environment: "Staging" },
  };
  configure({ ...whole, reservedIps: "1" });

  expect(readConfig()).toEqual({ ...whole, reservedIps: 1 });
});

test("takes what is optional as not given", () => {
  configure(wholeConfig);

  expect(readConfig()).toEqual(wholeConfig);
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
    "`fleet` must be a map of size, count, userData, tags, backups, gate, rollout, got nothing: run `pulumi config set fleet VALUE`.",
  ]);
});

test("reports faults of every kind and depth together, in one error without a stack trace", () => {
  configure({
    imageUrl: "web.qcow2.gz",
    imageSha256: "abc",
    sshPublicKey: publicKey,
    regions: ["nyc3", "Amsterdam"],
    fleet: { count: "three", gate: { http: { port: 80.5 } }, rollout: [1] },
    overrides: { ams3: "big", Amsterdam: {} },
    loadBalancer: { path: "healthy" },
  });

  const error = thrown();
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect(error.message).toBe(
    [
      "The configuration of stack dev is invalid:",
      '  `imageUrl` must be an http, https or ftp URL such as `https://images.example.com/web.qcow2.gz`, got "web.qcow2.gz": fix it in `Pulumi.dev.yaml`.',
      '  `imageSha256` must be 64 hexadecimal digits, got "abc": fix it in `Pulumi.dev.yaml`.',
      '  `regions[1]` must be a region slug such as `ams3`, got "Amsterdam": fix it in `Pulumi.dev.yaml`.',
      "  `fleet.size` must be a size slug such as `s-1vcpu-1gb`, got nothing: run `pulumi config set --path 'fleet.size' VALUE`.",
      '  `fleet.count` must be a whole number, got "three": fix it in `Pulumi.dev.yaml`.',
      "  `fleet.gate.http.port` must be a whole number, got 80.5: fix it in `Pulumi.dev.yaml`.",
      "  `fleet.rollout` must be a map of maxSurge, maxUnavailable, maxFailures, canary, blueGreen, rebuild, approved, drainSeconds, shutdownSeconds, got [1]: fix it in `Pulumi.dev.yaml`.",
      '  `overrides.ams3` must be a map of size, count, userData, tags, backups, gate, rollout, got "big": fix it in `Pulumi.dev.yaml`.',
      "  `overrides.Amsterdam` must be a map by region of what differs from `fleet`, got {}: fix it in `Pulumi.dev.yaml`.",
      "  `loadBalancer.port` must be a whole number, got nothing: run `pulumi config set --path 'loadBalancer.port' VALUE`.",
      '  `loadBalancer.path` must be a path such as `/`, got "healthy": fix it in `Pulumi.dev.yaml`.',
    ].join("\n"),
  );
});

test("says what doesn't go together beside what is malformed", () => {
  const gate = { http: { port: 8080 } };
  configure({ ...wholeConfig, imageUrl: "", waves: [["nyc3", "sfo3"]], overrides: { fra1: {} }, fleet: { ...fleet, gate }, firewall: {} });

  expect(faults().map((fault) => fault.split(" ")[0])).toEqual([
    "`imageUrl`",
    "`waves[0][1]`",
    "`waves`",
    "`overrides.fra1`",
    "`firewall.gateFrom`",
  ]);
});

test.each([
  [
    "a text where a list must be",
    { ...wholeConfig, regions: "nyc3" },
    '`regions` must be a list of region slugs such as `["nyc3", "ams3"]`, got "nyc3"',
  ],
  ["an empty list", { ...wholeConfig, regions: [] }, '`regions` must be a list of region slugs such as `["nyc3", "ams3"]`, got []'],
  ["a list where a map must be", { ...wholeConfig, vpc: [] }, "`vpc` must be a map of ipRanges, uuids, got []"],
  ["an image in two places", { ...wholeConfig, imagePath: "web.qcow2" }, '`imagePath` must not be set beside `imageUrl`, got "web.qcow2"'],
  ["a number of versions that is none", { ...wholeConfig, retain: "two" }, '`retain` must be a whole number, got "two"'],
  [
    "a key that nobody reads",
    { ...wholeConfig, imageURL: "x" },
    '`imageURL` is not known here, where there can be imageUrl, imagePath, imageSha256, retain, regions, waves, sshPublicKey, fleet, overrides, vpc, firewall, loadBalancer, reservedIps, dns, project, got "x"',
  ],
  [
    "an argument of a fleet that there is not",
    { ...wholeConfig, fleet: { ...fleet, sise: "s-1vcpu-1gb" } },
    '`fleet.sise` is not known here, where there can be size, count, userData, tags, backups, gate, rollout, got "s-1vcpu-1gb"',
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
  configure({ ...wholeConfig, imageUrl: "signed?key=hidden", fleet: { ...fleet, userData: 42 } }, ["imageUrl", "fleet"]);

  expect(faults()).toEqual([
    "`imageUrl` must be an http, https or ftp URL such as `https://images.example.com/web.qcow2.gz`, got a secret: fix it in `Pulumi.dev.yaml`.",
    "`fleet.userData` must be text, got a secret: fix it in `Pulumi.dev.yaml`.",
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

test("takes what an argument of `DropletFleet` may hold, all but what `ImageService` gives itself", () => {
  const { shape } = fleetConfig;
  const given = [
    "image",
    "region",
    "sshKeys",
    "name",
    "vpcUuid",
    "reservedIps",
    "servingTags",
    "heldBy",
    "projectId",
    "ipv6",
    "monitoring",
  ];
  expect(Object.keys(shape)).toEqual(expect.arrayContaining(Object.keys(fleetInputs).filter((name) => !given.includes(name))));
  const gates = Object.keys(fleetInputs.gate.shape.object).filter((name) => name !== "loadBalancer");
  expect(Object.keys(shape.gate.unwrap().shape).sort()).toEqual(gates.sort());
  expect(Object.keys(shape.rollout.unwrap().shape).sort()).toEqual(Object.keys(fleetInputs.rollout.shape.object).sort());
});
