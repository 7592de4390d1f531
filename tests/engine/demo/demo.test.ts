import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import { demosFolder } from "../../../cli/demo/runFolder";
import { hasSpacesGateway } from "../../../local/spacesGateway";

const root = path.resolve(__dirname, "../../..");
const run = promisify(execFile);
const demo = (...flags: string[]) => run(path.join(root, "bin/imagefleet"), ["demo", ...flags], { cwd: root, maxBuffer: 16_000_000 });
const changedFiles = async () => (await run("git", ["status", "--porcelain"], { cwd: root })).stdout;
const keptRuns = () =>
  existsSync(demosFolder)
    ? readdirSync(demosFolder)
        .map((run) => path.join(demosFolder, run))
        .filter((run) => existsSync(path.join(run, "kept")))
    : [];

afterAll(async () => {
  if (keptRuns().length > 0) await demo("--stop");
});

test("the demo imports, rolls, finds nothing more to do, goes back, can be kept to look around, and leaves nothing when it is stopped", async () => {
  const before = await changedFiles();
  const { stdout } = await demo("--keep");

  for (const line of [
    /^version 1 +[\d.]+ s +22 s = import 3 \+ slowest copy 6 \+ Droplets 2 \+ load balancer notices 5 \+ two health checks 6$/m,
    /^version 2 +[\d.]+ s/m,
    /^no change +[\d.]+ s/m,
    /^back to version 1 +[\d.]+ s +23 s = Droplets 2 \+ load balancer notices 5 \+ two health checks 6 \+ drain 10$/m,
    /^3 load balancers, asked all the time: \d+ from version 1\.0\.0, \d+ from version 2\.0\.0, 0 failed$/m,
    /^3 load balancers, asked all the time: \d+ from version 2\.0\.0, \d+ from version 1\.0\.0, 0 failed$/m,
    hasSpacesGateway() ? /^spaces: http.* version 2 is a local file/m : /^spaces: none, so version 2 comes from a URL too/m,
  ]) {
    expect(stdout).toMatch(line);
  }
  // POSTs by phase: one import and two copies a version, two Droplets a region at once, nothing without a change; on the way back,
  // Droplets alone.
  expect(stdout).toMatch(/^POST \/v2\/images +1 +1 +0 +0$/m);
  expect(stdout).toMatch(/^POST \/v2\/images\/\{id\}\/actions +2 +2 +0 +0$/m);
  expect(stdout).toMatch(/^POST \/v2\/droplets +3 +3 +0 +3$/m);
  expect(stdout).toMatch(/^all +\d+ +\d+ +0 +\d+$/m);

  const [kept, ...others] = keptRuns();
  expect(others).toEqual([]);
  const { url, token } = JSON.parse(readFileSync(path.join(kept!, "emulator.json"), "utf8")) as { url: string; token: string };
  const answer = await fetch(`${url}/v2/droplets`, { headers: { authorization: `Bearer ${token}` } });
  expect(((await answer.json()) as { meta: { total: number } }).meta.total).toBe(6);

  await demo("--stop");
  await expect(fetch(url)).rejects.toThrow();
  expect(existsSync(kept!)).toBe(false);
  await expect(demo("--stop")).rejects.toThrow("No demo is kept: start one with `npm run demo -- --keep`.");
  expect(await changedFiles()).toBe(before);
});
