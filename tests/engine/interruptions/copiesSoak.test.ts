import { seededRandom } from "../../../emulator/ids";
import { providersOf, requestsOf, transferred } from "../helpers/copies";
import { stateOf } from "../helpers/outcome";
import { useService } from "../helpers/service";
import { untilAsked } from "../helpers/untilAsked";

/** `SOAK_SEED=n` kills at other moments. */
const seed = Number(process.env.SOAK_SEED ?? 1);

test(`ends with one import and one copy a region after the engine or its provider was killed five times, from seed ${seed}`, async () => {
  const service = await useService({ emulator: { importSeconds: 3, transferSeconds: 4, transferSecondsByRegion: { fra1: 8 } } });
  const { stack, emulator, image, want, account } = service;
  const random = seededRandom(seed);
  const regions = ["nyc3", "ams3", "fra1", "lon1", "sgp1"];
  await want({ source: await image("1.0.0"), regions });

  for (let kills = 0; kills < 5; kills += 1) {
    const before = (await emulator.requests()).length;
    const [request, killsEngine] = [1 + Math.floor(random() * 16), random() < 0.5];
    const up = stack.start("up", "--yes", "--skip-preview");
    await untilAsked(service, up, (requests) => requests.length >= before + request).catch(() => undefined);
    if (killsEngine) up.kill("SIGKILL");
    else for (const pid of await providersOf(up.pid)) process.kill(pid, "SIGKILL");
    await up.ended;
    await stack.cancel();
  }
  expect(await stack.update()).toSucceed();

  const { images } = await account();
  const requests = await emulator.requests();
  expect(images).toHaveLength(1);
  expect(images[0]?.regions).toEqual([...regions].sort());
  expect(requests.filter(({ method, path }) => method === "POST" && path === "/v2/images")).toHaveLength(1);
  expect(transferred(requests)).toEqual(["ams3", "fra1", "lon1", "sgp1"]);
  const state = await stateOf(stack);
  expect(state["ImageImport web"]).toMatchObject({ id: images[0]?.id, outputs: { status: "available" } });
  for (const region of regions) {
    expect(state[`ImageReplica web-${region}`]).toMatchObject({ id: `${images[0]?.id}/${region}`, outputs: { status: "available" } });
  }
  const [unchanged, asked] = await requestsOf(service, () => stack.update("--expect-no-changes"));
  expect(unchanged.code).toBe(0);
  expect(asked).toEqual([]);
});
