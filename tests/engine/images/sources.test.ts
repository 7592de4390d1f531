import { writeFile } from "node:fs/promises";
import path from "node:path";
import { packageVersion } from "../../../provider/sdk/version";
import { nothing } from "../helpers/account";
import { diagnosticsOf, stateOf } from "../helpers/outcome";
import { useService } from "../helpers/service";

test("says before anything is spent that what a URL serves is no disk", async () => {
  const { stack, garbage, want, writes } = await useService();
  await want({ source: await garbage(), regions: ["nyc3", "ams3"] });

  for (const refused of [await stack.preview(), await stack.up()]) {
    expect(refused.code).not.toBe(0);
    expect(diagnosticsOf(refused)["imagefleet:index:ImageImport (web)"]).toMatch(
      /^error: (Preview failed: )?`source` is not an image that a Droplet can run\.\nThe file is a text file, not a disk image\. .+ \(text-refused\)$/,
    );
  }
  expect(await writes()).toEqual([]);
});

test("says why DigitalOcean took no image, leaves nothing of it, and imports a good one next", async () => {
  const { stack, emulator, image, want, account } = await useService();
  await emulator.control("faults", { on: "import", fails: true, message: "We couldn't recognize your image file." });
  await want({ source: await image("0.9.0"), regions: ["nyc3", "ams3"] });

  const refused = await stack.up();

  expect(refused.code).toBe(1);
  expect(diagnosticsOf(refused)).toEqual({
    "pulumi:pulumi:Stack (service-test)": "error: update failed",
    "imagefleet:index:ImageImport (web)": expect.stringMatching(
      /^error: The import of image \d+ failed; DigitalOcean said: "We couldn't recognize your image file\..*" The likely cause: .+\. See what it is with `imagefleet inspect`, then run `pulumi up` again\.$/,
    ) as unknown,
  });
  expect(await stateOf(stack)).toEqual({});
  expect(await account()).toEqual(nothing);

  await want({ source: await image("1.0.0"), regions: ["nyc3", "ams3"] });
  expect(await stack.up()).toSucceed();
  expect((await account()).images).toEqual([{ id: (await stack.outputs()).imageId, regions: ["ams3", "nyc3"] }]);
});

test("takes an image over by `pulumi import`, and copies it without importing it", async () => {
  const { stack, folder, image, want, writes, account } = await useService({ seed: { images: [{ name: "web", regions: ["nyc3"] }] } });
  const id = (await account()).images[0]?.id;
  const resources = [
    { type: "imagefleet:index:CustomImage", name: "web", component: true },
    { type: "imagefleet:index:ImageImport", name: "import", logicalName: "web", parent: "web", id, version: packageVersion },
  ];
  const file = path.join(folder, "import.json");
  await writeFile(file, JSON.stringify({ resources }));
  expect(await stack.start("import", "--file", file, "--yes", "--skip-preview", "--generate-code=false").ended).toSucceed();

  const source = await image("1.0.0");
  await want({ source, regions: ["nyc3", "ams3"] });
  expect(await stack.up()).toSucceed();

  expect(await writes()).toEqual(["POST /v2/images/:id/actions"]);
  expect((await account()).images).toEqual([{ id, regions: ["ams3", "nyc3"] }]);
  const { deployment } = await stack.state();
  expect(deployment.resources?.find(({ type }) => type.endsWith(":ImageImport"))).toMatchObject({ id, inputs: { source } });
  expect(await stack.up("--expect-no-changes")).toSucceed();
});
