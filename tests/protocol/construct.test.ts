import { status, type ServiceError } from "@grpc/grpc-js";
import { InputPropertiesError } from "@pulumi/pulumi/proto/errors_pb";
import { ConstructRequest, type ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import * as construction from "../../construct/main";
import { imagefleet } from "../../provider/imagefleet";
import { ask, connect, secret, struct } from "./connection";

/** What the engine is told that is wrong with a component's arguments, by path. */
async function faultsOf(component: string, inputs: Parameters<typeof struct>[0], name = "web") {
  const { client } = await connect(imagefleet(), {}, { construction });
  const request = new ConstructRequest().setType(`imagefleet:index:${component}`).setName(name).setInputs(struct(inputs));
  const answer = ask<ConstructRequest, ConstructResponse>(client, client.construct.bind(client), request);
  const { code, details, metadata } = await answer.then(
    () => Promise.reject(new Error("It was laid out.")),
    (error: unknown) => error as ServiceError,
  );
  expect({ code, details }).toEqual({ code: status.INVALID_ARGUMENT, details: "invalid arguments:" });
  const [packed] = Status.deserializeBinary(metadata.get("grpc-status-details-bin")[0] as Buffer).getDetailsList();
  expect(packed?.getTypeName()).toBe("pulumirpc.InputPropertiesError");
  const errors = InputPropertiesError.deserializeBinary(packed!.getValue_asU8()).getErrorsList();
  return Object.fromEntries(errors.map((error) => [error.getPropertyPath(), error.getReason()]));
}

test("all that is wrong with a component's arguments is told at once, each fault with the path of its property", async () => {
  const source = { url: "images.example.com", sha: "12" };
  expect(await faultsOf("CustomImage", { source, regions: ["nyc3", "Amsterdam"], waitFor: ["fra1"], retain: -1, tag: ["a"] })).toEqual({
    tag: "is not a known property. Did you mean `tags`?",
    "source.sha":
      "is not a known property. The known ones are `url`, `path`, `sha256`, `generation`, `follow`, `headers`, `verify`, `recompress`, `accept`.",
    "source.url": "must be an http, https or ftp URL such as `https://images.example.com/web.qcow2.gz`, got `images.example.com`.",
    retain: "must be a whole number from 0 to 100, got `-1`.",
    "regions[1]": 'must be a region slug such as `ams3`, got "Amsterdam".',
  });
});

test("what a component demands beyond its table is told with the path, too", async () => {
  expect(await faultsOf("ImageReplication", { image: "12", regions: ["nyc3", "nyc3"] })).toEqual({
    "regions[1]": 'must be a region not named before, but "nyc3" is `regions[0]` already.',
  });
  const fleet = { image: "12", region: "ams3", size: "s-1vcpu-1gb", count: 1, sshKeys: ["1"] };
  expect(await faultsOf("DropletFleet", fleet, "my app")).toEqual({
    name: expect.stringMatching(/^must be given, because the component's own name "my app" can't be/) as string,
  });
});

test("a service's unions of TypeScript are two properties each, and one of them is to be given", async () => {
  const service = { source: { url: "https://images.example.com/web.img" }, regions: ["ams3"], fleet: { size: "s-1vcpu-1gb", count: 2 } };
  expect(await faultsOf("ImageService", service)).toEqual({ sshKeys: "must be given, unless `publicKey` is." });
  const both = { ...service, sshKeys: ["1"], publicKey: "ssh-ed25519 AAAA", project: {}, projectId: "p", overrides: { ams3: { cont: 3 } } };
  expect(await faultsOf("ImageService", both)).toEqual({
    "overrides.ams3.cont": "is not a known property. Did you mean `count`?",
    publicKey: "must not be given beside `sshKeys`: leave one of them out.",
    projectId: "must not be given beside `project`: leave one of them out.",
  });
  expect(await faultsOf("ImageService", { ...service, sshKeys: ["1"], waves: [["fra1"]], dns: { domain: "example.com" } })).toEqual({
    "waves[0][0]": 'must be one of `regions`, which are ams3, got "fra1".',
    waves: "must name every one of `regions`, and leaves out ams3.",
    dns: "needs `loadBalancer` or `reservedIps`: without them every address changes with the Droplets.",
  });
});

test("a secret argument's fault leads to no value, and quotes none", async () => {
  const faults = await faultsOf("CustomImage", { source: secret({ url: "images.example.com/t0p-s3cr3t" }), regions: ["nyc3"] });
  expect(faults).toEqual({ "`source.url`": expect.stringMatching(/^must be an http, https or ftp URL/) as string });
  expect(JSON.stringify(faults)).not.toContain("t0p-s3cr3t");
});
