import { regionSlugs } from "../../../emulator/catalog";
import { kindOf, useService } from "../helpers/service";
import { requestsOf, transferred, transfer, untilTransferred, useCopies } from "../helpers/copies";

/** Copies run until the test moves the clock: if one was waited for before the last was asked for, these tests would not end. */
test("asks for all copies together with two slots", async () => {
  const service = await useService({ emulator: { transferSeconds: 3_600 } });
  const { stack, emulator, image, want, account } = service;
  const regions = regionSlugs.slice(0, 10);
  await want({ source: await image("1.0.0"), regions });

  const up = stack.start("up", "--yes", "--skip-preview", "--parallel", "2");
  await untilTransferred(service, up, 9);
  await emulator.control("clock", { advanceSeconds: 3_600 });

  expect(await up.ended).toMatchObject({ code: 0, stderr: "" });
  const requests = await emulator.requests();
  const kinds = requests.map(kindOf);
  expect(kinds.slice(kinds.indexOf(transfer), kinds.lastIndexOf(transfer) + 1)).toEqual(regions.slice(1).map(() => transfer));
  expect(transferred(requests)).toEqual(regions.slice(1));
  expect((await account()).images[0]?.regions).toEqual([...regions].sort());
});

test("asks for all copies together with one slot, but for one that runs already", async () => {
  const service = await useCopies();
  const { stack, emulator, imageId, wantCopies, account } = service;
  const [running = "", ...others] = regionSlugs.filter((slug) => slug !== "nyc3").slice(0, 14);
  const regions = [running, ...others, "nyc3"];
  await wantCopies(regions);
  await emulator.call("POST", `/v2/images/${imageId}/actions`, { type: "transfer", region: running });

  const [result, requests] = await requestsOf(service, async () => {
    const up = stack.start("up", "--yes", "--skip-preview", "--parallel", "1");
    await untilTransferred(service, up, 14);
    await emulator.control("clock", { advanceSeconds: 3_600 });
    return up.ended;
  });

  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(transferred(requests)).toEqual(others);
  expect((await account()).images[0]?.regions).toEqual([...regions].sort());
  const summaries = new Set(result.stdout.match(/Image \d+ is in .*; copying took .*/g));
  expect([...summaries]).toEqual([expect.stringMatching(`^Image ${imageId} is in ams2, `)]);
});
