import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { throwawayPublicKey } from "../../../cli/demo/sshKey";
import { scratchFolder } from "../../packaging/builtRelease";
import { answersOf, nothing } from "../helpers/account";
import { transfer } from "../helpers/copies";
import { diagnosticsOf } from "../helpers/outcome";
import { useService } from "../helpers/service";

const root = path.resolve(__dirname, "../../..");
/** With the plugin from its archive, beside nothing but its own files. */
const program = "dist/tests/engine/programs/constructed";

test("components that the plugin constructs lay out the same resources, keep secrets, and are silent on the second `up`", async () => {
  const { stack, emulator, image, sshKeys, account } = await useService({ program });
  const source = await image("1.0.0");
  const gate = { http: { port: 8080 }, successThreshold: 1, intervalSeconds: 0.2 };
  await stack.setConfig({
    "constructed:image": { source, regions: ["nyc3", "ams3"] },
    "constructed:fleet": { region: "ams3", size: "s-1vcpu-1gb", count: 2, sshKeys, gate, rollout: { drainSeconds: 0 } },
  });
  await stack.setSecret("constructed:userData", "#cloud-config t0p");

  expect(await stack.preview()).toMatchObject({ code: 0, stderr: "" });
  expect(await account()).toEqual(nothing);
  expect(await stack.up()).toSucceed();
  const { images, droplets } = await account();
  const id = images[0]?.id;
  expect(droplets).toMatchObject([0, 1].map(() => ({ region: "ams3", image: id, serving: true })));
  const { outputs } = (await stack.outputs()) as { readonly outputs: Readonly<Record<string, unknown>> };
  expect(outputs["imageIds"]).toEqual({ nyc3: id, ams3: id });
  expect(await answersOf(outputs["addresses"])).toEqual([200, 200]);

  const { resources = [] } = (await stack.state()).deployment;
  const tree = resources.filter(({ type }) => type.startsWith("imagefleet:")).map(({ urn }) => urn.replace(/^.*::constructed::/, ""));
  expect(tree.sort()).toEqual([
    "imagefleet:index:CustomImage$imagefleet:index:ImageImport::web",
    "imagefleet:index:CustomImage$imagefleet:index:ImageReplication$imagefleet:index:ImageReplica::web-ams3",
    "imagefleet:index:CustomImage$imagefleet:index:ImageReplication$imagefleet:index:ImageReplica::web-nyc3",
    "imagefleet:index:CustomImage$imagefleet:index:ImageReplication::web",
    "imagefleet:index:CustomImage::web",
    "imagefleet:index:DropletFleet$imagefleet:index:Fleet::web",
    "imagefleet:index:DropletFleet::web",
  ]);
  expect(JSON.stringify(resources)).not.toContain("t0p");

  const asked = (await emulator.requests()).length;
  expect(await stack.update("--expect-no-changes")).toSucceed();
  expect(await emulator.requests()).toHaveLength(asked);

  await stack.setConfig({ "constructed:protect": true });
  expect(await stack.update()).toSucceed();
  const kept = (await stack.state()).deployment.resources ?? [];
  expect(
    kept
      .filter(({ protect }) => protect === true)
      .map(({ type }) => type.replace(/^.*:/, ""))
      .sort(),
  ).toEqual(["CustomImage", "ImageImport", "ImageReplica", "ImageReplica", "ImageReplication"]);

  // By its alias a component and all below it keep what they are under another name.
  await stack.setConfig({ "constructed:protect": false, "constructed:name": "site" });
  expect(await stack.update()).toSucceed();
  expect((await account()).images.map((one) => one.id)).toEqual([id]);
  const renamed = ((await stack.state()).deployment.resources ?? []).filter(({ type }) => type === "imagefleet:index:ImageImport");
  expect(renamed.map(({ urn, id: number }) => [urn.replace(/^.*::/, ""), number])).toEqual([["site", id]]);
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});

test("`dependsOn`, `providers` and `transforms` of a component that the plugin constructs hold for what is below it", async () => {
  const { stack, writes, image } = await useService({ program });
  await stack.setConfig({
    "constructed:image": { source: await image("1.0.0"), regions: ["nyc3", "ams3"] },
    "constructed:later": { source: await image("2.0.0"), regions: ["fra1"] },
  });
  expect(await stack.update()).toSucceed();
  const asked = (await writes()).filter((kind) => kind === "POST /v2/images" || kind === transfer);
  expect(asked).toEqual(["POST /v2/images", transfer, "POST /v2/images"]);
  const imports = ((await stack.state()).deployment.resources ?? []).filter(({ type }) => type === "imagefleet:index:ImageImport");
  const seen = imports.map(({ urn, provider, inputs }) => [urn.split("::")[3], provider?.split("::")[3], inputs?.["tags"]]);
  expect(seen).toEqual([
    ["earlier", expect.stringMatching(/^default/), undefined],
    ["later", "second", ["reached"]],
  ]);
});

test("what is wrong with a component's arguments, or with a child, ends the run with that as the message", async () => {
  const { stack, image, garbage, sshKeys, account } = await useService({ program });
  const fleet = { region: "ams3", size: "s-1vcpu-1gb", count: 1, sshKeys };
  await stack.setSecret("constructed:userData", "none");
  await stack.setConfig({
    "constructed:image": { source: await garbage(), regions: ["nyc3", "Amsterdam"], colour: "red" },
    "constructed:fleet": fleet,
  });
  const refused = await stack.preview();
  expect(refused.code).not.toBe(0);
  const said = Object.values(diagnosticsOf(refused)).join("\n");
  expect(said).toContain("imagefleet:index:CustomImage resource 'web' has a problem: invalid arguments:");
  expect(said).toContain(
    "- property regions[1] with value '{Amsterdam}' has a problem: must be a region slug such as `ams3`, got \"Amsterdam\".",
  );
  expect(said).toContain("- property colour with value '{red}' has a problem: is not a known property.");

  await stack.setConfig({ "constructed:image": { source: await image("1.0.0"), regions: ["nyc3", "ams3"] }, "constructed:in": "fra1" });
  const elsewhere = await stack.preview();
  expect(elsewhere.code).not.toBe(0);
  expect(`${elsewhere.stdout}${elsewhere.stderr}`).toContain(
    'must be a region that is waited for, which holds for nyc3, ams3, got "fra1": add it to `regions` and to `waitFor`.',
  );
  await stack.setConfig({ "constructed:image": { source: await garbage(), regions: ["nyc3", "ams3"] }, "constructed:in": "ams3" });
  const failed = await stack.update();
  expect(failed.code).not.toBe(0);
  expect(diagnosticsOf(failed)).toHaveProperty(["imagefleet:index:ImageImport (web)"]);
  expect((await account()).images).toEqual([]);
});

interface ServiceOutputs {
  readonly outputs: { readonly url: string; readonly addresses: object; readonly fleets: Readonly<Record<string, ServiceFleet>> };
}

interface ServiceFleet {
  readonly addresses: readonly string[];
  readonly rollout: { readonly awaiting?: string };
}

test("a program reads in `fleets` which approval a service's canary waits for, and its fleet goes on with that", async () => {
  const { stack, image, account } = await useService({ program });
  const publicKey = throwawayPublicKey();
  const pausing = (source: object, approved?: string) => {
    const rollout = { canary: [{ count: "1", pause: true }], approved, drainSeconds: 0, shutdownSeconds: 2 };
    const fleet = { size: "s-1vcpu-1gb", count: 2, rollout };
    return stack.setConfig({ "constructed:service": { source, regions: ["ams3"], fleet, publicKey } });
  };
  const awaiting = async () => ((await stack.outputs()) as unknown as ServiceOutputs).outputs.fleets["ams3"]?.rollout.awaiting;
  await pausing(await image("1.0.0"));
  expect(await stack.update()).toSucceed();
  expect(await awaiting()).toBeUndefined();
  const next = await image("2.0.0");
  await pausing(next);
  expect(await stack.update()).toSucceed();
  const approval = await awaiting();
  expect(approval).toMatch(/\/1$/);
  await pausing(next, approval);
  expect(await stack.update()).toSucceed();
  expect(await awaiting()).toBeUndefined();
  expect(new Set((await account()).droplets.map((one) => one.image)).size).toBe(1);
});

test("a whole service is laid out, with what stands around its fleets, and is silent on the second `up`", async () => {
  const { stack, emulator, image, account } = await useService({
    program,
    emulator: { loadBalancerSeconds: 0.5, loadBalancerLagSeconds: 0.5 },
  });
  await stack.setConfig({
    "constructed:service": {
      source: await image("1.0.0"),
      regions: ["nyc3", "ams3"],
      waves: [["ams3"], ["nyc3"]],
      fleet: { size: "s-1vcpu-1gb", count: 1 },
      overrides: { ams3: { count: 2 } },
      publicKey: throwawayPublicKey(),
      firewall: {},
      loadBalancer: {
        port: 8080,
        forwardingRules: [{ entryPort: 8080, entryProtocol: "http", targetPort: 8080, targetProtocol: "http" }],
        healthcheck: { checkIntervalSeconds: 3, healthyThreshold: 2 },
      },
    },
  });
  expect(await stack.up()).toSucceed();
  expect((await account()).droplets.map(({ region }) => region).sort()).toEqual(["ams3", "ams3", "nyc3"]);
  const { outputs } = (await stack.outputs()) as unknown as ServiceOutputs;
  expect(Object.keys(outputs.addresses)).toEqual(["ams3", "nyc3"]);
  expect(Object.entries(outputs.fleets).map(([region, { addresses }]) => [region, addresses])).toEqual(Object.entries(outputs.addresses));
  expect((await fetch(outputs.url)).status).toBe(200);
  const { resources = [] } = (await stack.state()).deployment;
  const inputsOf = (end: string) => resources.filter(({ type }) => type.endsWith(end)).map(({ inputs }) => inputs);
  const fleet = { tags: expect.arrayContaining(["reached"]) as unknown };
  expect([inputsOf(":Fleet"), inputsOf(":LoadBalancer")]).toMatchObject([
    [fleet, fleet],
    [{ sizeUnit: 2 }, { sizeUnit: 2 }],
  ]);
  const asked = (await emulator.requests()).length;
  expect(await stack.update("--expect-no-changes")).toSucceed();
  expect(await emulator.requests()).toHaveLength(asked);
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual({ ...nothing, tags: ["reached"] });
});

test("a wave that fails is rolled back and stops the rest, whose fleets aren't touched", async () => {
  const { stack, emulator, image, account } = await useService({ program });
  const [good, bad] = [await image("1.0.0"), await image("2.0.0")];
  const gate = { http: { port: 8080 }, successThreshold: 1, intervalSeconds: 0.2, deadlineSeconds: 2 };
  const want = (source: object) =>
    stack.setConfig({
      "constructed:service": {
        ...{ source, regions: ["nyc3", "ams3"], waves: [["ams3"], ["nyc3"]], publicKey: throwawayPublicKey() },
        fleet: { size: "s-1vcpu-1gb", count: 1, gate, rollout: { drainSeconds: 0, shutdownSeconds: 2 } },
      },
    });
  await want(good);
  expect(await stack.update()).toSucceed();
  const before = await account();
  await emulator.control("workloads", { sha256: bad.sha256, listen: [{ port: 8080, kind: "http", status: 503 }] });
  await want(bad);
  const asked = (await emulator.requests()).length;
  const failed = await stack.update();
  expect(Object.keys(diagnosticsOf(failed)).filter((one) => one.includes(":Fleet"))).toEqual(["imagefleet:index:Fleet (shop-ams3)"]);
  const made = (await emulator.requests()).slice(asked).filter(({ method, path: route }) => `${method} ${route}` === "POST /v2/droplets");
  expect(made.map(({ body }) => (body as { readonly region: string }).region)).not.toContain("nyc3");
  expect(made.length).toBeGreaterThan(0);
  const serving = ({ droplets }: typeof before) => droplets.filter((one) => one.serving).map(({ id, region }) => [id, region]);
  expect(serving(await account())).toEqual(serving(before));
});

test("a run that constructs nothing doesn't load Pulumi's SDK", async () => {
  const folder = await scratchFolder();
  const listed = path.join(folder, "listed.js");
  await writeFile(listed, 'process.on("exit", () => process.stderr.write(Object.keys(require.cache).join("\\n")));\n');
  const plugin = path.join(root, "bin/pulumi-resource-imagefleet");
  const { stderr, status } = spawnSync(process.execPath, ["-r", listed, plugin, "127.0.0.1:1"], { encoding: "utf8", input: "" });
  expect(status).toBe(0);
  expect(stderr).toContain("/dist/provider/main.js");
  expect(stderr.split("\n").filter((file) => /\/@pulumi\/pulumi\/(?!proto\/)|\/dist\/(construct|components)\//.test(file))).toEqual([]);
});
