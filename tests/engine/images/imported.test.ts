import { nothing } from "../helpers/account";
import { useService } from "../helpers/service";

test("takes an image over by the plain `pulumi import`, changes nothing of it, records its first source, and replaces it by the next digest", async () => {
  const seed = { images: [{ name: "golden", regions: ["nyc3"] }] };
  const { stack, image, writes, account } = await useService({ program: "dist/tests/engine/programs/imported", seed });
  const id = (await account()).images[0]?.id ?? "";
  const want = (source?: object) => stack.setConfig({ "imported:image": { name: "golden", region: "nyc3", source } });

  expect(await stack.import("imagefleet:index:ImageImport", "web", id)).toSucceed();
  for (const source of [undefined, await image("1.0.0")]) {
    await want(source);
    expect(await stack.up("--expect-no-changes")).toSucceed();
    expect(await stack.outputs()).toEqual({ imageId: id });
  }
  expect(await writes()).toEqual([]);

  await want(await image("2.0.0"));
  expect(await stack.up()).toSucceed();
  const { imageId } = await stack.outputs();
  expect(imageId).not.toBe(id);
  expect((await account()).images).toEqual([{ id: imageId, regions: ["nyc3"] }]);
  // By the line of the program the engine tells people which resource it means.
  const { resources = [] } = (await stack.state()).deployment;
  expect(resources.find(({ type }) => type.endsWith(":ImageImport"))?.sourcePosition).toMatch(/^project:\/\/\/index\.js#/);
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});
