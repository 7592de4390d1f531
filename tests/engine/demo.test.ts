import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import { hasSpacesGateway } from "../../local/spacesGateway";

const root = path.resolve(__dirname, "../..");
const run = promisify(execFile);
const demo = (...flags: string[]) => run(path.join(root, "bin/imagefleet"), ["demo", ...flags], { cwd: root, maxBuffer: 16_000_000 });
const changedFiles = async () => (await run("git", ["status", "--porcelain"], { cwd: root })).stdout;
const keptFile = path.join(root, ".imagefleet/demo/kept.json");

afterAll(async () => {
  if (existsSync(keptFile)) await demo("--stop");
});

test("the demo imports, rolls, finds nothing more to do, goes back, can be kept to look around, and leaves nothing when it is stopped", async () => {
  const before = await changedFiles();
  const { stdout } = await demo("--keep");

  for (const line of [
    /^version 1 +[\d.]+ s +13 s = import 3 \+ slowest copy 6 \+ Droplets 2 \+ gate 2$/m,
    /^version 2 +[\d.]+ s/m,
    /^no change +[\d.]+ s/m,
    /^back to version 1 +[\d.]+ s +12 s = 3 Droplets and gates in turn 12$/m,
    hasSpacesGateway() ? /^spaces: http.* version 2 is a local file/m : /^spaces: none, so version 2 comes from a URL too/m,
  ]) {
    expect(stdout).toMatch(line);
  }
  // POSTs by phase: one import and two copies a version, six Droplets at first and then each by itself, nothing without a change; on the way
  // back, Droplets alone.
  expect(stdout).toMatch(/^POST \/v2\/images +1 +1 +0 +0$/m);
  expect(stdout).toMatch(/^POST \/v2\/images\/\{id\}\/actions +2 +2 +0 +0$/m);
  expect(stdout).toMatch(/^POST \/v2\/droplets +2 +6 +0 +6$/m);
  expect(stdout).toMatch(/^all +\d+ +\d+ +0 +\d+$/m);

  const { url, token } = JSON.parse(readFileSync(keptFile, "utf8")) as { url: string; token: string };
  const answer = await fetch(`${url}/v2/droplets`, { headers: { authorization: `Bearer ${token}` } });
  expect(((await answer.json()) as { meta: { total: number } }).meta.total).toBe(6);
  await expect(demo()).rejects.toThrow("A demo is still up: end it with `npm run demo -- --stop` first.");

  await demo("--stop");
  await expect(fetch(url)).rejects.toThrow();
  expect(existsSync(path.dirname(keptFile))).toBe(false);
  expect(await changedFiles()).toBe(before);
});
