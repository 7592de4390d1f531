import path from "node:path";
import { answersOf, nothing } from "../helpers/account";
import { followReadme } from "../helpers/readme";
import { useService } from "../helpers/service";

test("examples/minimal runs as its README says: five lines from an image to three Droplets that serve", async () => {
  const service = await useService({ program: "examples/minimal", ownProcess: true });
  const { stack, emulator, image, sshKeys, account } = service;
  const { url } = await image("web-1.4.2.qcow2.gz");
  await followReadme(service, "examples/minimal", { "https://images.example.com": path.dirname(url), "512189": sshKeys[0] ?? "" });

  const { images, droplets } = await account();
  expect(images).toMatchObject([{ regions: ["ams3", "nyc3"] }]);
  expect(droplets).toMatchObject([0, 1, 2].map(() => ({ region: "ams3", image: images[0]?.id, serving: true })));
  expect(await answersOf((await stack.outputs()).addresses)).toEqual([200, 200, 200]);
  const asked = (await emulator.requests()).length;
  expect(await stack.up("--expect-no-changes")).toSucceed();
  expect(await emulator.requests()).toHaveLength(asked);
  await stack.setConfig({ "minimal:sshKeys": sshKeys });
  expect(await stack.up("--expect-no-changes")).toSucceed();
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});
