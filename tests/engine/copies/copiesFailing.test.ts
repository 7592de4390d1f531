import { requestsOf, transferred, useCopies } from "../helpers/copies";
import { diagnosticsOf } from "../helpers/outcome";

test("a transfer that errors fails its region with the cause, the remedy and how the others are, and is the only one asked for again", async () => {
  const service = await useCopies();
  const { stack, emulator, imageId, wantCopies, account } = service;
  await wantCopies(["ams3", "fra1", "lon1", "nyc3"]);
  await emulator.control("faults", { on: "transfer", region: "ams3", fails: true, seconds: 0.5 });

  const [failed, first] = await requestsOf(service, async () => {
    const up = stack.start("up", "--yes", "--skip-preview");
    await up.waitForOutput(/golden-ams3 \*\*creating failed\*\*/);
    await emulator.control("clock", { advanceSeconds: 3_600 });
    return up.ended;
  });

  expect(failed.code).toBe(1);
  expect(diagnosticsOf(failed)["imagefleet:index:ImageReplica (golden-ams3)"]).toMatch(
    new RegExp(
      `^error: Image ${imageId} was not copied to ams3 \\(action (\\d+)\\): its transfer ended \`errored\`, for which DigitalOcean gives no reason\\. ` +
        "All regions: ams3: action \\1 failed, fra1: being copied by action \\d+, lon1: being copied by action \\d+, nyc3: there\\. " +
        "Copies that run go on at DigitalOcean; run `pulumi up` again to make the missing ones, or take ams3 out of the regions\\.$",
    ),
  );
  expect(transferred(first)).toEqual(["ams3", "fra1", "lon1"]);

  await emulator.control("options", { transferSeconds: 0.5 });
  const [mended, second] = await requestsOf(service, () => stack.update());

  expect(mended).toMatchObject({ code: 0, stderr: "" });
  expect(transferred(second)).toEqual(["ams3"]);
  expect((await account()).images[0]?.regions).toEqual(["ams3", "fra1", "lon1", "nyc3"]);
});

test("a region that is closed to copies fails alone, in DigitalOcean's words, while the others are copied", async () => {
  const service = await useCopies({ transferSeconds: 0.5 });
  const { stack, emulator, imageId, wantCopies, account } = service;
  await wantCopies(["ams3", "fra1", "lon1", "nyc3"]);
  const message = "Region does not support image transfers.";
  await emulator.control("faults", { on: "request", method: "POST", path: "/v2/images/:id/actions", status: 422, message });

  const [failed, first] = await requestsOf(service, () => stack.update("--continue-on-error"));

  expect(failed.code).not.toBe(0);
  const refusals = Object.entries(diagnosticsOf(failed)).filter(([, text]) => text.includes("was not copied"));
  // The requests run at once: any of them may be the first.
  const refused = /\(golden-(ams3|fra1|lon1)\)$/.exec(refusals[0]?.[0] ?? "")?.[1] ?? "";
  expect(refusals).toEqual([
    [
      `imagefleet:index:ImageReplica (golden-${refused})`,
      expect.stringMatching(
        new RegExp(
          `^error: Image ${imageId} was not copied to ${refused}: its transfer was refused: POST \\S+ answered 422 unprocessable_entity: ` +
            `Region does not support image transfers \\(request id \\S+\\)\\. All regions: .*${refused}: refused, .*nyc3: there\\. `,
        ),
      ),
    ],
  ]);
  expect(transferred(first)).toEqual(["ams3", "fra1", "lon1"]);
  expect((await account()).images[0]?.regions).toEqual(["ams3", "fra1", "lon1", "nyc3"].filter((region) => region !== refused));

  const [mended, second] = await requestsOf(service, () => stack.update());

  expect(mended).toMatchObject({ code: 0, stderr: "" });
  expect(transferred(second)).toEqual([refused]);
});
