import { answersOf } from "../helpers/account";
import { useService } from "../helpers/service";

test("an image and a Droplet that were deleted behind its back are made anew by `up --refresh`, and not before", async () => {
  const { stack, emulator, image, want, writes, account } = await useService();
  await want({ source: await image("1.0.0"), regions: ["nyc3", "ams3"], droplets: { ams3: 2 } });
  expect(await stack.update()).toSucceed();
  const before = await account();
  const [lostImage, lostDroplet] = [before.images[0]?.id, before.droplets[0]?.id];
  await emulator.call("DELETE", `/v2/droplets/${lostDroplet}`);
  await emulator.call("DELETE", `/v2/images/${lostImage}`);

  const asked = (await emulator.requests()).length;
  expect(await stack.update("--expect-no-changes")).toSucceed();
  expect(await emulator.requests()).toHaveLength(asked);
  expect(await stack.update("--refresh")).toSucceed();

  const { imageId, addresses } = await stack.outputs();
  const { images, droplets } = await account();
  expect(imageId).not.toBe(lostImage);
  expect(images).toEqual([{ id: imageId, regions: ["ams3", "nyc3"] }]);
  expect(droplets).toMatchObject([0, 1].map(() => ({ region: "ams3", image: imageId, serving: true })));
  expect(await answersOf((addresses as Record<string, string[]>)["web-ams3"])).toEqual([200, 200]);
  expect((await writes()).filter((write) => write === "POST /v2/images")).toHaveLength(2);
  expect(await stack.update("--refresh", "--expect-no-changes")).toSucceed();
});
