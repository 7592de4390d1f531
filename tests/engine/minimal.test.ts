import type { Result } from "../helpers/engine";
import { answersOf, nothing } from "./account";
import { useService } from "./service";

test("examples/minimal runs as it stands: five lines from an image to three Droplets that serve", async () => {
  const { stack, emulator, image, sshKeys, account } = await useService({ program: "examples/minimal" });
  const { url } = await image("1.4.2");
  await stack.setConfig({ "minimal:url": url });
  // As its README says, which stores a number.
  const setKey = (id: string): Promise<Result> => stack.start("config", "set", "--path", "minimal:sshKeys[0]", id).ended;
  expect(await setKey(sshKeys[0] ?? "")).toMatchObject({ code: 0 });

  const up = await stack.up();

  expect(up).toMatchObject({ code: 0, stderr: "" });
  const { images, droplets } = await account();
  expect(images).toMatchObject([{ regions: ["nyc3", "ams3"] }]);
  expect(droplets).toMatchObject([0, 1, 2].map(() => ({ region: "ams3", image: images[0]?.id, serving: true })));
  expect(await answersOf((await stack.outputs()).addresses)).toEqual([200, 200, 200]);
  const asked = (await emulator.requests()).length;
  expect(await stack.up("--expect-no-changes")).toMatchObject({ code: 0 });
  expect(await emulator.requests()).toHaveLength(asked);
  await stack.setConfig({ "minimal:sshKeys": sshKeys });
  expect(await stack.up("--expect-no-changes")).toMatchObject({ code: 0 });
  expect(await stack.destroy()).toMatchObject({ code: 0 });
  expect(await account()).toEqual(nothing);
}, 120_000);
