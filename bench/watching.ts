import { imageImport } from "../provider/resources/imageImport/imageImport";
import { imageReplica } from "../provider/resources/imageReplica/imageReplica";
import { seededRandom } from "../emulator/ids";
import { mean } from "./median";
import { home, otherRegions, rehearse, replicate, silentCall, type Rehearsal } from "./rehearsal";
import { atMost, exactly, once, type Row } from "./row";

const hour = 3_600_000;
const seeds = [1, 2, 3, 4, 5];
const tenRegions = otherRegions.slice(0, 10);

interface Asked {
  readonly method: string;
  readonly path: string;
}

const isImport = ({ method, path }: Asked): boolean => method === "POST" && path === "/v2/images";
const isTransfer = ({ method, path }: Asked): boolean => method === "POST" && /^\/v2\/images\/\d+\/actions$/.test(path);
const isImageRead = ({ method, path }: Asked): boolean => method === "GET" && path.startsWith("/v2/images/");

/** What the copies of an image cost in requests, and how soon their ends are noticed: provider and emulator on virtual time. */
export const watchingRows: readonly Row[] = [
  ...[1, 5, 10, 15].map((count): Row => {
    const measure = () => requestsInAnHour(count);
    return { id: `requests.regions${count}`, unit: "requests/h", target: atMost(720), measure };
  }),
  { id: "lag.mean", unit: "s", target: atMost(2), measure: () => lag("mean") },
  { id: "lag.worst", unit: "s", measure: () => lag("worst") },
  { id: "requests.images20regions10", unit: "answers 429", target: exactly(0), measure: manyImages },
  { id: "refresh.images20regions10", unit: "requests", target: atMost(20), measure: refresh },
  { id: "errored.ticks", unit: "ticks", target: atMost(1), measure: erroredTicks },
  { id: "resume.imports", unit: "imports", target: exactly(0), measure: async () => (await resume()).imports },
  { id: "resume.transfers", unit: "transfers", target: exactly(10 - 4), measure: async () => (await resume()).transfers },
];

/** All requests of the first hour, which is the dearest, while copies take longer than that. */
async function requestsInAnHour(count: number) {
  const counts: number[] = [];
  for (const seed of seeds) {
    const rehearsal = await rehearse(seed, 1, { transferSeconds: 4_000 });
    const began = rehearsal.clock.now();
    await rehearsal.run(Promise.all(replicate(rehearsal, only(rehearsal), otherRegions.slice(0, count))));
    counts.push(rehearsal.requests().filter(({ at }) => at >= began && at < began + hour).length);
  }
  return {
    value: Math.max(...counts),
    note: `copies of 4,000 s to ${regionCount(count)}, all requests of the first hour, worst of ${seeds.length} seeds`,
  };
}

const lags = once(async () => {
  const found: number[] = [];
  for (let seed = 1; seed <= 30; seed += 1) {
    const durations = spread(seed);
    const rehearsal = await rehearse(seed, 1, { transferSecondsByRegion: durations });
    const noticed = await rehearsal.run(Promise.all(replicate(rehearsal, only(rehearsal), tenRegions)));
    const asked = new Map(
      rehearsal
        .requests()
        .filter(isTransfer)
        .map(({ at, body }) => [(body as { region: string }).region, at]),
    );
    tenRegions.forEach((region, index) => {
      found.push(((noticed[index] ?? NaN) - (asked.get(region) ?? NaN)) / 1_000 - (durations[region] ?? NaN));
    });
  }
  return found;
});

async function lag(of: "mean" | "worst") {
  const found = await lags();
  return {
    value: of === "mean" ? mean(found) : Math.max(...found),
    note: "from ready at the service to noticed; 30 images x 10 regions, copies of 20 s to 39 min",
  };
}

/** Seconds that the copies of one image take: long for one image and short for another, and for its regions within a third of that. */
function spread(seed: number): Record<string, number> {
  const random = seededRandom(seed);
  const usual = 30 * 60 ** random();
  return Object.fromEntries(tenRegions.map((region) => [region, usual * (0.7 + 0.6 * random())]));
}

async function manyImages() {
  const rehearsal = await rehearse(1, 20, { transferSeconds: 4_000 });
  const { clock, images } = rehearsal;
  const began = clock.now();
  const copies = images.flatMap((id) => replicate(rehearsal, id, tenRegions));
  const took = (Math.max(...(await rehearsal.run(Promise.all(copies)))) - began) / 1_000;
  const requests = rehearsal.requests();
  const inFirstHour = requests.filter(({ at }) => at < began + hour).length;
  const note = `all ${copies.length} copies of 4,000 s made within ${Math.ceil(took)} s; ${inFirstHour} requests in the first hour`;
  return { value: requests.filter(({ status }) => status === 429).length, note };
}

/** Reads as the engine's refresh does, in a process that remembers nothing. */
async function refresh() {
  const rehearsal = await rehearse(1, 20, { transferSeconds: 1 });
  await rehearsal.run(Promise.all(rehearsal.images.flatMap((id) => replicate(rehearsal, id, tenRegions))));
  const context = rehearsal.restart();
  const before = rehearsal.requests().length;
  const reads = rehearsal.images.flatMap((id) => [
    imageImport.read(id, undefined, context, silentCall(id)),
    ...tenRegions.map((region) => imageReplica.read(`${id}/${region}`, undefined, context, silentCall(id))),
  ]);
  const answers = await rehearsal.run(Promise.all(reads));
  if (answers.includes(undefined)) throw new Error("The refresh lost a resource that exists.");
  const requests = rehearsal.requests().slice(before);
  return { value: requests.filter(isImageRead).length, note: `${reads.length} resources read, ${requests.length} requests in all` };
}

/** Looks at the image's actions between the moment a transfer ends `errored` and the failure of its replica. */
async function erroredTicks() {
  const ticks: number[] = [];
  for (const seed of seeds) {
    const rehearsal = await rehearse(seed, 1, { transferSeconds: 600 });
    await rehearsal.fault({ on: "transfer", region: "syd1", fails: true, seconds: 200 });
    const id = only(rehearsal);
    const copies = replicate(rehearsal, id, tenRegions);
    const failed = copies[tenRegions.indexOf("syd1")]?.then(
      () => Promise.reject(new Error("A transfer that errored was taken for a copy.")),
      () => rehearsal.clock.now(),
    );
    const noticed = (await rehearsal.run(Promise.all([failed, ...copies.map((copy) => copy.catch(() => undefined))])))[0] ?? NaN;
    const asked = rehearsal.requests().find((request) => isTransfer(request) && (request.body as { region: string }).region === "syd1");
    const ended = (asked?.at ?? NaN) + 200_000;
    const looks = rehearsal
      .requests()
      .filter(({ method, path, at }) => method === "GET" && path.endsWith("/actions") && at >= ended && at <= noticed);
    ticks.push(looks.length);
  }
  return { value: Math.max(...ticks), note: `one of ten copies errors after 200 s; worst of ${seeds.length} seeds` };
}

/** Killed once the import has been asked for, and again when 4 of 10 transfers have been: what the runs after that ask for. */
const resume = once(async () => {
  const rehearsal = await rehearse(1, 0, { importSeconds: 60, transferSeconds: 600 });
  /** What the engine has stored: an import whose create has ended is not created again. */
  let stored: string | undefined;
  const run = async (): Promise<unknown> => {
    const { context } = rehearsal;
    const inputs = { source: { url: "http://127.0.0.1/web.img" }, region: home, name: "web" };
    stored ??= (await imageImport.create(inputs, context, silentCall("urn:web"))).id;
    return Promise.all(replicate(rehearsal, stored, tenRegions));
  };
  const runUntil = async (occasion: number, matches: (asked: Asked) => boolean): Promise<number> => {
    const dead = rehearsal.killAt(occasion, ({ method, url }) => matches({ method, path: new URL(url).pathname }));
    void run();
    await rehearsal.run(dead);
    rehearsal.restart();
    return rehearsal.requests().length;
  };
  const beforeSecond = await runUntil(1, isImageRead);
  const beforeThird = await runUntil(5, isTransfer);
  await rehearsal.run(run());
  const imports = rehearsal.requests().slice(beforeSecond).filter(isImport).length;
  const transfers = rehearsal.requests().slice(beforeThird).filter(isTransfer).length;
  return {
    imports: { value: imports, note: "killed after the import was asked for; imports of the runs after that" },
    transfers: { value: transfers, note: "killed after the 4th of 10 transfers; transfers of the run after that" },
  };
});

function only({ images: [id = ""] }: Rehearsal): string {
  return id;
}

function regionCount(count: number): string {
  return count === 1 ? "1 region" : `${count} regions`;
}
