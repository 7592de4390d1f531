import { useStack } from "../../helpers/engine";
import { nothing } from "../helpers/account";
import { diagnosticsOf, stateOf } from "../helpers/outcome";
import { useService } from "../helpers/service";

test("names every fault of a stack's configuration at once", async () => {
  const fleet = { size: "s-1vcpu-1gb", count: "three" };
  const stack = await useStack({
    ownProcess: true,
    program: ".",
    config: { "image-service:imageUrl": "web.qcow2", "image-service:regions": ["nyc3", "Amsterdam"], "image-service:fleet": fleet },
  });

  const up = await stack.up();

  expect(up.code).toBe(1);
  expect(diagnosticsOf(up)).toEqual({
    "pulumi:pulumi:Stack (image-service-test)": [
      "error: The configuration of stack test is invalid:",
      '`imageUrl` must be an http, https or ftp URL such as `https://images.example.com/web.qcow2.gz`, got "web.qcow2": fix it in `Pulumi.test.yaml`.',
      '`regions[1]` must be a region slug such as `ams3`, got "Amsterdam": fix it in `Pulumi.test.yaml`.',
      "`sshPublicKey` must be a public key such as the line in `~/.ssh/id_ed25519.pub`, got nothing: run `pulumi config set sshPublicKey VALUE`.",
      '`fleet.count` must be a whole number, got "three": fix it in `Pulumi.test.yaml`.',
    ].join("\n"),
  });
  expect(await stateOf(stack)).toEqual({});
});

test("names every fault of a resource's arguments at once, in the preview, and asks DigitalOcean for nothing", async () => {
  const { stack, emulator, want } = await useService();
  await want({ source: { url: "web.qcow2", sha256: "abc" }, regions: ["nyc3"] });
  const asked = (await emulator.requests()).length;

  const preview = await stack.preview();

  expect(preview.code).not.toBe(0);
  const fault = "error: imagefleet:index:ImageImport resource 'web' has a problem:";
  expect(diagnosticsOf(preview)).toEqual({
    "imagefleet:index:ImageImport (web)": [
      `${fault} \`source.url\` must be an http, https or ftp URL such as \`https://images.example.com/web.qcow2.gz\`, got \`web.qcow2\`.`,
      `${fault} \`source.sha256\` must be 64 hexadecimal digits, got \`abc\`.`,
    ].join("\n"),
  });
  expect(await emulator.requests()).toHaveLength(asked);
});

test("says where a token is read from when there is none, and runs once there is one", async () => {
  const { stack, emulator, image, want, account } = await useService();
  await want({ source: await image("1.0.0"), regions: ["nyc3"] });
  stack.setEnv({ DIGITALOCEAN_TOKEN: "" });

  const up = await stack.up();

  expect(up.code).not.toBe(0);
  // The engine names the default provider after the plugin's version and where its archives are.
  const provider = "default_0_1_0_github_/api.github.com/imagefleet/imagefleet";
  expect(diagnosticsOf(up)).toEqual({
    [`pulumi:providers:imagefleet (${provider})`]:
      `error: pulumi:providers:imagefleet resource '${provider}' has a problem: ` +
      "`token` must be set to a DigitalOcean API token. " +
      "It is read from the configuration `imagefleet:token`, then from the environment's `DIGITALOCEAN_TOKEN`, then `DIGITALOCEAN_ACCESS_TOKEN`; " +
      "`digitalocean:token` is not read.",
  });
  expect(await account()).toEqual(nothing);
  await stack.setSecret("imagefleet:token", emulator.token);
  expect(await stack.up()).toSucceed();
  expect((await account()).images).toHaveLength(1);
  expect(JSON.stringify(await stack.state())).not.toContain(emulator.token);
});
