import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as files from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FileDigests } from "../../../../provider/source/staging/fileDigest";
import { partBytes } from "../../../../provider/source/spaces/multipart";
import { createSpaces } from "../../../../provider/source/spaces/spaces";
import { createStaging, type StagedObject, type Staging } from "../../../../provider/source/staging/staging";
import { describeWithSpaces, startSpaces, type TestSpaces } from "../../../helpers/spaces";
import { VirtualClock } from "../../../../virtual/virtualClock";

const { signal } = new AbortController();
const correlation = "imagefleet:import:c0ffee";

describeWithSpaces("Staging in Spaces, with a key limited to the bucket", () => {
  let spaces: TestSpaces;
  let folder: string;
  let path: string;
  let staging: Staging;
  beforeAll(async () => {
    spaces = await startSpaces();
    folder = mkdtempSync(join(tmpdir(), "staging-"));
    path = join(folder, "web.img");
    writeFileSync(path, randomBytes(4 * partBytes + 1));
    const world = { clock: new VirtualClock(), send: (request: Request) => fetch(request) };
    const store = createSpaces(spaces.limited, world);
    staging = createStaging({ store, files, digests: new FileDigests(files), world, randomBytes });
  });
  afterAll(() => {
    spaces.stop();
    rmSync(folder, { recursive: true });
  });
  afterEach(async () => expect(await spaces.contents()).toEqual({ objects: [], uploads: [] }));

  const stage = (): Promise<StagedObject> =>
    staging.stage({ source: { path }, recompress: "never", correlation }, { signal, progress: () => undefined });
  const status = async (url: string, method = "HEAD"): Promise<number> => {
    const answer = await fetch(url, { method });
    await answer.body?.cancel();
    return answer.status;
  };

  /** Kills a process -9 where it has come to; answers what it printed there. */
  const killedAt = async (stopAt: "part" | "public"): Promise<string> => {
    const order = JSON.stringify({ settings: spaces.limited, path, correlation, stopAt });
    const child = spawn(process.execPath, ["--no-warnings", join(__dirname, "../../../helpers/stageAndStop.js"), order]);
    child.stderr.on("data", (text: Buffer) => process.stderr.write(text));
    const [printed] = (await once(child.stdout, "data")) as [Buffer];
    child.kill("SIGKILL");
    await once(child, "exit");
    return printed.toString().trim();
  };

  it("lets the image be read only between publication and removal", async () => {
    const staged = await stage();
    expect(await status(staged.url)).toBe(403);
    expect(await status(staged.url, "GET")).toBe(403);
    await staged.publish(signal);
    expect(await status(staged.url)).toBe(200);
    expect(await status(staged.url, "GET")).toBe(200);
    await staged.remove();
    expect(await status(staged.url)).toBe(403);
    expect(await status(staged.url, "GET")).toBe(403);
  });

  it("leaves nothing of an upload that a kill ended in the middle, once a run resumes", async () => {
    await killedAt("part");
    expect(await spaces.contents()).toMatchObject({
      objects: [],
      uploads: [expect.stringMatching(/^imagefleet\/imagefleet-import-c0ffee\//)],
    });
    const staged = await stage();
    expect(staged.found).toBe(false);
    expect(await spaces.contents()).toEqual({ objects: [staged.key], uploads: [] });
    await staged.remove();
  });

  it("takes up what a kill left public, private at first, without another upload", async () => {
    const url = await killedAt("public");
    expect(await status(url)).toBe(200);
    const staged = await stage();
    expect(staged).toMatchObject({ url, found: true });
    expect(await status(url)).toBe(403);
    await staged.publish(signal);
    expect(await status(url)).toBe(200);
    await staged.remove();
  });

  it("clears what a kill left public where the import turns out to have succeeded", async () => {
    const url = await killedAt("public");
    expect(await staging.clear(correlation, signal)).toBe(1);
    expect(await status(url)).toBe(403);
  });
});
