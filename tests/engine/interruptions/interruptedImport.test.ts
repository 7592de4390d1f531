import { randomBytes } from "node:crypto";
import { appendFile } from "node:fs/promises";
import path from "node:path";
import type { Fault } from "../../../emulator/faults";
import { hasSpacesGateway } from "../../../local/spacesGateway";
import type { Running } from "../../helpers/engine";
import { startSpaces, type TestSpaces } from "../../helpers/spaces";
import { tagsOf } from "../helpers/account";
import { providersOf } from "../helpers/copies";
import { startHeldSpaces, type HeldSpaces, type SpacesRequest } from "../helpers/heldSpaces";
import { diagnosticsOf } from "../helpers/outcome";
import { kindOf, useService, type Service } from "../helpers/service";
import { untilAsked } from "../helpers/untilAsked";

/** Where an import stands still: at a request to DigitalOcean, as a fault has it, or to Spaces. */
interface Moment {
  readonly source: "url" | "file";
  readonly fault?: Fault;
  /** The request by which it is there. */
  readonly asked?: string;
  readonly held?: SpacesRequest;
  /** Whether Ctrl-C is tried as well. */
  readonly ctrlC?: true;
}

const importType = "POST /v2/images";
const [unmark, look] = ["DELETE /v2/tags/:name", "GET /v2/images/:id"];
/** Waits for an hour by the emulator's clock, and then is gone. */
const lost = { on: "request", delaySeconds: 3_600, drop: true } as const;
/** Waits as long, and then takes effect, when nobody is there any more who would hear of it. */
const late = { on: "request", delaySeconds: 3_600 } as const;
const slowImport = { on: "import", seconds: 3_600 } as const;

const moments: Readonly<Record<string, Moment>> = {
  "before it asks for the import": { source: "url", fault: { ...lost, method: "GET", path: "/v2/images" }, asked: "GET /v2/images" },
  "before the answer to that": { source: "url", fault: { ...late, method: "POST", path: "/v2/images" }, asked: importType, ctrlC: true },
  "while the import runs": { source: "url", fault: slowImport, asked: look },
  "before the import is marked as ended": {
    source: "url",
    fault: { ...lost, method: "DELETE", path: "/v2/tags/:name" },
    asked: unmark,
  },
  "while a local file is uploaded": { source: "file", held: "part", ctrlC: true },
  "while its copy is there and private": { source: "file", held: "visibility" },
  "while its copy is public, before it asks for the import": { source: "file", held: "look", ctrlC: true },
  "while the import of the copy runs": { source: "file", fault: slowImport, asked: look, ctrlC: true },
  "before the copy is removed": { source: "file", held: "removal" },
};

const installed = hasSpacesGateway();

/** Each way to end a run, at each of the moments of a source. */
function interruptions(of: Moment["source"]): readonly (readonly ["SIGKILL" | "SIGINT", string, Moment])[] {
  const some = Object.entries(moments).filter(([, { source }]) => source === of);
  return [
    ...some.map(([when, moment]) => ["SIGKILL", when, moment] as const),
    ...some.flatMap(([when, moment]) => (moment.ctrlC ? [["SIGINT", when, moment] as const] : [])),
  ];
}

let spaces: TestSpaces | undefined;
let way: HeldSpaces | undefined;
beforeAll(async () => {
  if (!installed) return;
  spaces = await startSpaces();
  way = await startHeldSpaces(spaces.limited.endpoint);
});
afterAll(() => {
  way?.close();
  spaces?.stop();
});

const title = "after %s %s, the next run ends with one image, and nothing else is left";
test.each(interruptions("url"))(title, endsWithOneImage);
(installed ? test : test.skip).each(interruptions("file"))(title, endsWithOneImage);

async function endsWithOneImage(signal: "SIGKILL" | "SIGINT", _: string, moment: Moment): Promise<void> {
  const service = await useService();
  const { stack, emulator, writes, account } = service;
  await wantImage(service, moment.source);

  await interrupt(await startUntil(service, moment), signal);
  await emulator.call("DELETE", "/_emulator/faults");
  await emulator.control("clock", { advanceSeconds: 3_600 });
  if (signal === "SIGKILL") expect(await stack.cancel()).toSucceed();
  const [begun] = (await account()).images;
  // Without a preview, which is the same for every moment; `interruptions.test.ts` has it.
  const next = await stack.update();

  expect(next.code).toBe(0);
  if (signal === "SIGKILL") {
    const takenOver = `Image ${begun?.id} was begun by an earlier run and is taken over; change \`source.generation\` for a new import.`;
    expect(diagnosticsOf(next)["imagefleet:index:ImageImport (web)"]).toBe(begun && takenOver);
  }
  expect((await writes()).filter((write) => write === importType)).toHaveLength(1);
  await expectOneImage(service);
  if (spaces !== undefined) expect(await spaces.contents()).toEqual({ objects: [], uploads: [] });
}

test("an import whose request got no answer is looked for by its tag, and asked for once", async () => {
  const service = await useService();
  const { stack, emulator, writes } = service;
  await wantImage(service, "url");
  await emulator.control("faults", { on: "request", method: "POST", path: "/v2/images", drop: true, when: "after" });

  expect(await stack.update()).toSucceed();

  expect(await writes()).toEqual([importType, unmark]);
  await expectOneImage(service);
});

/** The stack's own, with the tags that it carries for good, and no other tag. */
async function expectOneImage({ stack, emulator, account }: Service): Promise<void> {
  expect((await account()).images).toEqual([{ id: (await stack.outputs()).imageId, regions: ["nyc3"] }]);
  const { there, carried } = await tagsOf(emulator);
  expect(there).toEqual(carried);
  const kinds = carried.map((tag) => tag.split(":")[1]);
  // One more says what is known of the digest: `claimed`, or `verified` of a local file.
  expect(kinds.filter((kind) => kind !== "claimed" && kind !== "verified")).toEqual(["import", "lineage", "owner", "sha256"]);
  expect(kinds).toHaveLength(5);
}

async function wantImage({ stack, folder, image }: Service, from: Moment["source"]): Promise<void> {
  let source: object = await image("1.0.0");
  if (from === "file") {
    const { accessId, secretKey, bucket } = (spaces as TestSpaces).limited;
    const endpoint = (way as HeldSpaces).endpoint;
    const keys = { SPACES_ACCESS_KEY_ID: accessId, SPACES_SECRET_ACCESS_KEY: secretKey };
    stack.setEnv({ ...keys, SPACES_BUCKET: bucket, SPACES_ENDPOINT_URL: endpoint });
    const file = path.join(folder, "1.0.0");
    // Two parts of an upload.
    await appendFile(file, randomBytes(20 * 1024 * 1024));
    source = { path: file };
  }
  await stack.setConfig({ "service:image": { source, regions: ["nyc3"] }, "service:fleets": {} });
}

/** Begins an `up`, and resolves when it stands still at the moment. */
async function startUntil(service: Service, { fault, asked, held }: Moment): Promise<Running> {
  const there = held && way?.hold(held);
  if (fault !== undefined) await service.emulator.control("faults", fault);
  const up = service.stack.start("up", "--yes", "--skip-preview");
  const early = up.ended.then(({ stdout }) => Promise.reject(new Error(`The command ended before:\n${stdout}`)));
  early.catch(() => undefined);
  await Promise.race([there ?? untilAsked(service, up, (requests) => requests.some((request) => kindOf(request) === asked)), early]);
  return up;
}

/** Ends a run: by `SIGKILL` with all that it started, so that nothing of it tidies up. */
async function interrupt(up: Running, signal: "SIGKILL" | "SIGINT"): Promise<void> {
  const providers = signal === "SIGKILL" ? await providersOf(up.pid) : [];
  up.kill(signal);
  for (const pid of providers) process.kill(pid, "SIGKILL");
  expect((await up.ended).code).toBe(signal === "SIGKILL" ? null : 1);
}
