import { answersOf, nothing } from "./account";
import { diagnosticsOf, stateOf } from "./outcome";
import { useService } from "./service";

jest.setTimeout(180_000);

const regions = ["nyc3"];
const imports = "POST /v2/images";

test("goes back one version without an import, keeps as many as it is told to, and leaves nothing", async () => {
  const { stack, image, writes, account } = await useService();
  const [first, second] = [await image("1.0.0"), await image("2.0.0")];
  const want = (source: object) => stack.setConfig({ "service:image": { source, regions, retain: 1 }, "service:fleets": {} });
  const up = async (source: object): Promise<unknown> => {
    await want(source);
    expect(await stack.up()).toMatchObject({ code: 0 });
    return (await stack.outputs()).imageId;
  };
  const original = await up(first);
  const replacement = await up(second);
  await want(first);
  expect(diagnosticsOf(await stack.preview())["imagefleet:index:ImageImport (web)"]).toBe(
    `Image ${String(original)} is already made of this source and will be taken over, without an import.`,
  );
  expect(await up(first)).toBe(original);

  expect((await writes()).filter((write) => write === imports)).toHaveLength(2);
  expect((await account()).images.map(({ id }) => id).sort()).toEqual([original, replacement].sort());
  expect(await stack.up("--expect-no-changes")).toMatchObject({ code: 0 });
  expect(await stack.destroy()).toMatchObject({ code: 0 });
  expect(await account()).toEqual(nothing);
});

test("keeps the image in use when a rollout failed, the program is reverted and the first state is deleted late", async () => {
  const { stack, emulator, image, want, writes, account } = await useService();
  const [good, broken] = [await image("1.0.0"), await image("2.0.0")];
  const wanted = { regions, droplets: { nyc3: 1 }, deadlineSeconds: 2 };
  await want({ ...wanted, source: good });
  expect(await stack.up()).toMatchObject({ code: 0 });
  const before = await account();

  await emulator.control("workloads", { sha256: broken.sha256, listen: [{ port: 22, kind: "ssh" }] });
  await want({ ...wanted, source: broken });
  expect(await stack.up()).toMatchObject({ code: 1 });
  expect(Object.keys(await stateOf(stack))).toContain("ImageImport web (to be deleted)");

  await want({ ...wanted, source: good });
  expect(await stack.up()).toMatchObject({ code: 0 });

  expect({ ...(await account()), tags: [] }).toEqual({ ...before, tags: [] });
  expect((await writes()).filter((write) => write === imports)).toHaveLength(2);
  expect(await answersOf((await stateOf(stack))["Fleet web-nyc3"]?.outputs?.addresses)).toEqual([200]);
  expect(await stack.up("--expect-no-changes")).toMatchObject({ code: 0 });
  expect(await stack.destroy()).toMatchObject({ code: 0 });
  expect(await account()).toEqual(nothing);
});

test("takes an image over by `importId`, changes nothing of it, and replaces it by the next source", async () => {
  const seed = { images: [{ name: "web", regions }] };
  const { stack, image, writes, account } = await useService({ seed });
  const id = (await account()).images[0]?.id;
  const wanted = { source: await image("1.0.0"), regions, importId: id };
  await stack.setConfig({ "service:image": wanted, "service:fleets": {} });
  expect(await stack.up()).toMatchObject({ code: 0 });
  expect(await writes()).toEqual([]);
  expect(await stack.up("--expect-no-changes")).toMatchObject({ code: 0 });
  expect((await stack.outputs()).imageId).toBe(id);

  await stack.setConfig({ "service:image": { source: await image("2.0.0"), regions }, "service:fleets": {} });
  expect(await stack.up()).toMatchObject({ code: 0 });
  expect((await account()).images.map((one) => one.id)).toEqual([(await stack.outputs()).imageId]);
  expect((await stack.outputs()).imageId).not.toBe(id);
  expect(await stack.destroy()).toMatchObject({ code: 0 });
  expect(await account()).toEqual(nothing);
});

test("answers a program what it asks of images", async () => {
  const seed = { images: [{ name: "web", regions }] };
  const { stack, image, account } = await useService({ seed, program: "tests/engine/programs/lookup" });
  await stack.setConfig({ "lookup:name": "web", "lookup:url": (await image("1.0.0")).url });
  expect(await stack.up()).toMatchObject({ code: 0 });
  expect(await stack.outputs()).toEqual({ imageId: (await account()).images[0]?.id, findings: ["url-without-extension"] });
});
