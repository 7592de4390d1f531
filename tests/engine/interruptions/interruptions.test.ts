import { answersOf, nothing } from "../helpers/account";
import { diagnosticsOf, stateOf } from "../helpers/outcome";
import { useService } from "../helpers/service";

const importType = "POST /v2/images";
const transfer = "POST /v2/images/:id/actions";
const createFlag = "POST /v2/droplets";

test("finishes a rollout whose engine was killed, and leaves no Droplet behind", async () => {
  const { stack, emulator, image, want, writes, untilWritten, account } = await useService();
  const wanted = { regions: ["nyc3"], droplets: { nyc3: 3 } };
  await want({ ...wanted, source: await image("1.0.0") });
  expect(await stack.up()).toSucceed();
  const [old] = (await account()).images;

  // The second new Droplet doesn't come up, so that the rollout stands still half-way.
  await emulator.control("faults", { on: "droplet", type: "create", skip: 1, seconds: 3_600 });
  await want({ ...wanted, source: await image("2.0.0") });
  const killed = stack.start("up", "--yes", "--skip-preview");
  await untilWritten(killed, createFlag, 3);
  killed.kill("SIGKILL");
  expect(await killed.ended).toMatchObject({ code: null });
  const half = (await account()).droplets;
  expect(half.filter(({ serving }) => serving).map((droplet) => droplet.image === old?.id)).toEqual([false, true, true]);
  expect(half).toHaveLength(4);

  expect(await stack.cancel()).toSucceed();
  await emulator.control("clock", { advanceSeconds: 3_600 });
  expect(await stack.up()).toSucceed();

  const { imageId, addresses } = await stack.outputs();
  const { images, droplets } = await account();
  expect(images).toEqual([{ id: imageId, regions: ["nyc3"] }]);
  expect(droplets).toMatchObject([0, 1, 2].map(() => ({ image: imageId, serving: true })));
  expect(droplets).toEqual(
    expect.arrayContaining(half.filter((droplet) => droplet.image === imageId).map(({ id }) => expect.objectContaining({ id }) as unknown)),
  );
  expect((await writes()).filter((write) => write === importType)).toHaveLength(2);
  expect(await answersOf((addresses as Record<string, string[]>)["web-nyc3"])).toEqual([200, 200, 200]);
  expect(await stack.up("--expect-no-changes")).toSucceed();
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});

test("ends within seconds of Ctrl-C while copies run, keeps all that exists, and then asks for no copy twice", async () => {
  const { stack, emulator, image, want, writes, untilWritten, account } = await useService();
  await want({ source: await image("1.0.0"), regions: ["nyc3", "ams3", "fra1"] });
  await emulator.control("faults", { on: "transfer", seconds: 3_600, times: 2 });

  const up = stack.start("up", "--yes", "--skip-preview");
  await untilWritten(up, transfer, 2);
  await up.waitForOutput(/web-nyc3 created/);
  await up.waitForOutput(/web-ams3 creating .* copying image/);
  await up.waitForOutput(/web-fra1 creating .* copying image/);
  up.kill("SIGINT");
  const interrupted = await up.ended;

  expect(interrupted.code).toBe(1);
  const waits = (region: string) =>
    new RegExp(
      `Image \\d+ is not in ${region} yet\\. All regions: nyc3: there, ams3: being copied by action \\d+, fra1: being copied by action \\d+\\. ` +
        "Copies that run go on at DigitalOcean, and the next `pulumi up` waits for them: " +
        "Stopped because the run was cancelled; run the same command again to go on\\.$",
    );
  expect(diagnosticsOf(interrupted)).toMatchObject({
    "imagefleet:index:ImageReplica (web-ams3)": expect.stringMatching(waits("ams3")) as unknown,
    "imagefleet:index:ImageReplica (web-fra1)": expect.stringMatching(waits("fra1")) as unknown,
  });
  const [there] = (await account()).images;
  expect(await stateOf(stack)).toMatchObject({
    "ImageImport web": { id: there?.id, outputs: { status: "available" } },
    "ImageReplica web-nyc3": { id: `${there?.id}/nyc3`, outputs: { status: "available" } },
    "ImageReplica web-ams3": {
      id: `${there?.id}/ams3`,
      outputs: { status: "pending" },
      initErrors: [expect.stringMatching(waits("ams3"))],
    },
    "ImageReplica web-fra1": {
      id: `${there?.id}/fra1`,
      outputs: { status: "pending" },
      initErrors: [expect.stringMatching(waits("fra1"))],
    },
  });

  await emulator.control("clock", { advanceSeconds: 3_600 });
  expect(await stack.up()).toSucceed();

  expect(await writes()).toEqual([importType, "DELETE /v2/tags/:name", transfer, transfer]);
  expect((await account()).images).toMatchObject([{ id: there?.id }]);
  expect((await account()).images[0]?.regions).toEqual(["ams3", "fra1", "nyc3"]);
});
