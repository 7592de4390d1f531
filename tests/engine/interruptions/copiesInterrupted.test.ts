import { providersOf, requestsOf, transferred, untilTransferred, useCopies } from "../helpers/copies";
import { untilAsked } from "../helpers/untilAsked";

const regions = ["ams3", "fra1", "nyc3"];

test("takes over the copies of a provider that was killed", async () => {
  const service = await useCopies();
  const { stack, emulator, wantCopies, account } = service;
  await wantCopies(regions);

  const up = stack.start("up", "--yes", "--skip-preview");
  await untilTransferred(service, up, 2);
  const providers = await providersOf(up.pid);
  expect(providers).not.toEqual([]);
  for (const pid of providers) process.kill(pid, "SIGKILL");
  expect((await up.ended).code).not.toBe(0);
  await emulator.control("clock", { advanceSeconds: 3_600 });
  const [next, requests] = await requestsOf(service, () => stack.update());

  expect(next.code).toBe(0);
  expect(transferred(requests)).toEqual([]);
  expect((await account()).images[0]?.regions).toEqual(regions);
});

test("takes over the copies of a run that was ended by Ctrl-C twice", async () => {
  const service = await useCopies();
  const { stack, emulator, wantCopies, account } = service;
  await wantCopies(regions);

  const up = stack.start("up", "--yes", "--skip-preview");
  await untilTransferred(service, up, 2);
  up.kill("SIGINT");
  up.kill("SIGINT");
  expect((await up.ended).code).not.toBe(0);
  // Taking away a lock that isn't there is an error.
  await stack.cancel();
  await emulator.control("clock", { advanceSeconds: 3_600 });
  const [next, requests] = await requestsOf(service, () => stack.update());

  expect(next.code).toBe(0);
  expect(transferred(requests)).toEqual([]);
  expect((await account()).images[0]?.regions).toEqual(regions);
});

test("waits through a network that is gone, says how the copies stand, and at the end what became of all of them in one line", async () => {
  const service = await useCopies();
  const { stack, emulator, imageId, wantCopies } = service;
  await wantCopies(regions);

  const up = stack.start("up", "--yes", "--skip-preview");
  await untilTransferred(service, up, 2);
  await up.waitForOutput(new RegExp(`golden-ams3 creating .*copying image ${imageId}, 1 of 3 regions, \\d+ s`));
  await emulator.control("faults", { on: "request", drop: true, times: 1_000 });
  await untilAsked(service, up, (requests) => requests.filter(({ status }) => status === null).length >= 3);
  await emulator.call("DELETE", "/_emulator/faults");
  await emulator.control("clock", { advanceSeconds: 3_600 });
  const { code, stdout } = await up.ended;

  expect(code).toBe(0);
  expect(transferred(await emulator.requests())).toEqual(["ams3", "fra1"]);
  expect([...new Set(stdout.match(/Image \d+ is in .*/g))]).toEqual([
    expect.stringMatching(new RegExp(`^Image ${imageId} is in ams3, fra1, nyc3; copying took (\\d+ h )?\\d+ (s|min)( \\d+ s)?\\.$`)),
  ]);
});
