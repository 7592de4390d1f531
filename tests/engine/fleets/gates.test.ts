import { answersOf } from "../helpers/account";
import { diagnosticsOf, stateOf } from "../helpers/outcome";
import { useService } from "../helpers/service";

test("goes back to the image that serves when a new one never passes the gate, and then takes a good one", async () => {
  const { stack, emulator, image, want, account } = await useService();
  const [first, broken, mended] = [await image("1.0.0"), await image("2.0.0"), await image("2.0.1")];
  const wanted = { regions: ["nyc3"], droplets: { nyc3: 2 }, deadlineSeconds: 3 };
  await want({ ...wanted, source: first });
  expect(await stack.up()).toSucceed();
  const { images, droplets } = await account();
  const addresses = (await stateOf(stack))["Fleet web-nyc3"]?.outputs?.addresses;

  await emulator.control("workloads", { sha256: broken.sha256, listen: [{ port: 22, kind: "ssh" }] });
  await want({ ...wanted, source: broken });
  const failed = await stack.up();

  const failure =
    /Droplet web-nyc3-0-[0-9a-f]{4} \(\d+, image \d+\) failed its gate `http :8080\/` on 127\.[\d.]+ within 3 s: connect ECONNREFUSED 127\.[\d.]+:8080\./g;
  const state = await stateOf(stack);
  expect(failed.code).toBe(1);
  expect(diagnosticsOf(failed)["imagefleet:index:Fleet (web-nyc3)"]?.replace(failure, "FAILURE")).toBe(
    [
      `warning: Image ${state["ImageImport web"]?.id} did not start serving: rolling back to image ${images[0]?.id}.`,
      "error: 4 errors occurred:",
      "* FAILURE",
      "* FAILURE",
      "* 2 Droplets failed, and `rollout.maxFailures` allows 1. Fix the image or the gate, then run `pulumi up` again.",
      `* Rolled back: 2 of 2 Droplets serve image ${images[0]?.id}.`,
    ].join("\n"),
  );
  expect((await account()).droplets).toEqual(droplets);
  expect(await answersOf(addresses)).toEqual([200, 200]);
  expect(state["Fleet web-nyc3"]?.outputs).toMatchObject({
    ...{ image: images[0]?.id, addresses },
    live: droplets.map(({ id }) => expect.objectContaining({ id, serving: true }) as unknown),
  });

  await want({ ...wanted, source: mended });
  expect(await stack.up()).toSucceed();

  const after = await account();
  const { imageId } = await stack.outputs();
  expect(after.images).toEqual([{ id: imageId, regions: ["nyc3"] }]);
  expect(after.droplets).toMatchObject([
    { image: imageId, serving: true },
    { image: imageId, serving: true },
  ]);
  expect(await answersOf((await stateOf(stack))["Fleet web-nyc3"]?.outputs?.addresses)).toEqual([200, 200]);
});
