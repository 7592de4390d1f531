import { copyFile } from "node:fs/promises";
import path from "node:path";
import { answersOf, nothing, tagsOf } from "../helpers/account";
import { requestsOf } from "../helpers/copies";
import { diagnosticsOf, stateOf } from "../helpers/outcome";
import { kindOf, useService } from "../helpers/service";

const regions = ["nyc3"];
const imports = "POST /v2/images";

test("goes back one version without an import, keeps as many as it is told to, and leaves nothing", async () => {
  const { stack, folder, image, writes, account } = await useService();
  const [first, second, third] = [await image("1.0.0"), await image("2.0.0"), await image("3.0.0")];
  const want = (source: object) => stack.setConfig({ "service:image": { source, regions, retain: 1 }, "service:fleets": {} });
  const up = async (source: object): Promise<string> => {
    await want(source);
    expect(await stack.update()).toSucceed();
    return (await stack.outputs()).imageId as string;
  };
  const foreseen = async (source: object): Promise<string | undefined> => {
    await want(source);
    return diagnosticsOf(await stack.preview())["imagefleet:index:ImageImport (web)"];
  };
  const expectThere = async (...ids: readonly string[]): Promise<void> =>
    expect((await account()).images.map(({ id }) => id).sort()).toEqual([...ids].sort());

  const original = await up(first);
  const replacement = await up(second);
  expect(await foreseen(first)).toBe(`Image ${original} is already made of this source and will be taken over, without an import.`);
  expect(await up(first)).toBe(original);
  await expectThere(original, replacement);
  expect((await writes()).filter((write) => write === imports)).toHaveLength(2);

  expect(await foreseen(third)).toContain(`1 earlier version is kept; to be deleted, unless Droplets run it: image ${replacement} (web).`);
  const current = await up(third);
  await expectThere(original, current);

  // The same bits elsewhere are the same image, and without a digest the URL says which bits they are.
  await copyFile(path.join(folder, "3.0.0"), path.join(folder, "elsewhere"));
  const elsewhere = third.url.replace("3.0.0", "elsewhere");
  await want({ ...third, url: elsewhere });
  expect(await stack.update("--expect-no-changes")).toSucceed();
  expect(await up({ url: elsewhere })).toBe(current);
  const anew = await up({ url: elsewhere, generation: 1 });
  await expectThere(current, anew);
  const last = await up({ url: second.url, generation: 1 });
  await expectThere(anew, last);
  expect((await writes()).filter((write) => write === imports)).toHaveLength(5);
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});

test("keeps an image that a Droplet outside of the stack runs until a run finds it unused, unless it is told otherwise", async () => {
  const { stack, emulator, sshKeys, image, account } = await useService();
  const up = async (version: string, more: object = {}): Promise<{ readonly id: string; readonly said: string | undefined }> => {
    await stack.setConfig({ "service:image": { source: await image(version), regions, ...more }, "service:fleets": {} });
    const result = await stack.update();
    expect(result.code).toBe(0);
    return { id: (await stack.outputs()).imageId as string, said: diagnosticsOf(result)["imagefleet:index:ImageImport (web)"] };
  };
  const imageIds = async (): Promise<readonly string[]> => (await account()).images.map(({ id }) => id).sort();
  const run = async (id: string): Promise<string> => {
    const order = { name: "outside", region: "nyc3", size: "s-1vcpu-1gb", image: Number(id), ssh_keys: sshKeys.map(Number) };
    return String((await emulator.call<{ droplet: { id: number } }>("POST", "/v2/droplets", order)).body.droplet.id);
  };

  const first = await up("1.0.0");
  const droplet = await run(first.id);
  const second = await up("2.0.0");
  expect(second.said).toBe(
    `warning: Image ${first.id} stays, for Droplets still run it: outside. The next create or delete of this resource deletes it once ` +
      "none does; with `forceDelete: true` it is deleted all the same.",
  );
  expect(await imageIds()).toEqual([first.id, second.id].sort());
  const { there, carried } = await tagsOf(emulator);
  expect(there).toEqual(carried);
  expect(carried.filter((tag) => tag.startsWith("imagefleet:retired:"))).toHaveLength(1);

  await emulator.call("DELETE", `/v2/droplets/${droplet}`);
  const third = await up("3.0.0", { forceDelete: true });
  expect(await imageIds()).toEqual([third.id]);

  await run(third.id);
  const fourth = await up("4.0.0");
  expect(await imageIds()).toEqual([fourth.id]);
  expect((await account()).droplets).toMatchObject([{ name: "outside", image: third.id }]);
});

test.each([
  ["is known to be gone", { lagSeconds: 0 }, []],
  ["still shows in reads", { lagSeconds: 3_600 }, [422]],
])("an image that was deleted behind its back is no fault of a destroy, where it %s, and leaves no tag", async (_, lag, answers) => {
  const service = await useService();
  const { stack, emulator, image, want, account } = service;
  await want({ source: await image("1.0.0"), regions });
  expect(await stack.update()).toSucceed();
  const id = (await stack.outputs()).imageId as string;
  await emulator.control("faults", { on: "request", method: "DELETE", ...lag });
  await emulator.call("DELETE", `/v2/images/${id}`);

  const [destroy, requests] = await requestsOf(service, () => stack.destroy());

  expect(destroy.code).toBe(0);
  const deletes = requests.filter((request) => kindOf(request) === "DELETE /v2/images/:id");
  expect(deletes.map(({ status }) => status)).toEqual(answers);
  await emulator.control("clock", { advanceSeconds: 3_600 });
  expect(await account()).toEqual(nothing);
});

test("keeps the image in use when a rollout failed, the program is reverted and the first state is deleted late", async () => {
  const { stack, emulator, image, want, writes, account } = await useService();
  const [good, broken] = [await image("1.0.0"), await image("2.0.0")];
  const wanted = { regions, droplets: { nyc3: 1 }, deadlineSeconds: 2 };
  await want({ ...wanted, source: good });
  expect(await stack.update()).toSucceed();
  const before = await account();

  await emulator.control("workloads", { sha256: broken.sha256, listen: [{ port: 22, kind: "ssh" }] });
  await want({ ...wanted, source: broken });
  expect(await stack.update()).toMatchObject({ code: 1 });
  expect(Object.keys(await stateOf(stack))).toContain("ImageImport web (to be deleted)");

  await want({ ...wanted, source: good });
  expect(await stack.update()).toSucceed();

  expect({ ...(await account()), tags: [] }).toEqual({ ...before, tags: [] });
  expect((await writes()).filter((write) => write === imports)).toHaveLength(2);
  expect(await answersOf((await stateOf(stack))["Fleet web-nyc3"]?.outputs?.addresses)).toEqual([200]);
  expect(await stack.update("--expect-no-changes")).toSucceed();
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});

test("takes an image over by `importId`, changes nothing of it, and replaces it by the next source", async () => {
  const seed = { images: [{ name: "web", regions }] };
  const { stack, image, writes, account } = await useService({ seed });
  const id = (await account()).images[0]?.id;
  const wanted = { source: await image("1.0.0"), regions, importId: id };
  await stack.setConfig({ "service:image": wanted, "service:fleets": {} });
  expect(await stack.update()).toSucceed();
  expect(await writes()).toEqual([]);
  expect(await stack.update("--expect-no-changes")).toSucceed();
  expect((await stack.outputs()).imageId).toBe(id);

  await stack.setConfig({ "service:image": { source: await image("2.0.0"), regions }, "service:fleets": {} });
  expect(await stack.update()).toSucceed();
  expect((await account()).images.map((one) => one.id)).toEqual([(await stack.outputs()).imageId]);
  expect((await stack.outputs()).imageId).not.toBe(id);
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});

test("answers a program what it asks of images", async () => {
  const seed = { images: [{ name: "web", regions }] };
  const { stack, image, account } = await useService({ seed, program: "dist/tests/engine/programs/lookup" });
  await stack.setConfig({ "lookup:name": "web", "lookup:url": (await image("1.0.0")).url });
  expect(await stack.update()).toSucceed();
  expect(await stack.outputs()).toEqual({ imageId: (await account()).images[0]?.id, findings: ["url-without-extension"] });
});
