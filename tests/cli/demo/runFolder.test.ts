import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import { startCloud, type Cloud } from "../../../cli/demo/cloud";
import { endKeptRuns, gatewayOf, inRunFolder, keep } from "../../../cli/demo/runFolder";
import { checkout } from "../../../local/checkout";
import { hasSpacesGateway } from "../../../local/spacesGateway";

let demos: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  demos = path.join(realpathSync(mkdtempSync(path.join(tmpdir(), "demos-"))), "demo");
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    child.kill("SIGKILL");
    await exited;
  }
  // Ends what they have left.
  await inRunFolder(demos, () => Promise.resolve());
  await endKeptRuns(demos, () => Promise.resolve());
  rmSync(path.dirname(demos), { recursive: true });
});

/** A demo in a process of its own that has started `parts` and then works for ever. */
async function startDemo(parts: string): Promise<{ readonly folder: string; readonly cloud: Cloud; kill(): Promise<void> }> {
  const program = `
    const { load } = require("./bin/freshBuild");
    const { inRunFolder, gatewayOf } = load("cli/demo/runFolder");
    const { startCloud } = load("cli/demo/cloud");
    const { startSpacesGateway } = load("local/spacesGateway");
    inRunFolder(${JSON.stringify(demos)}, async (folder) => {
      ${parts}
      console.log(folder);
      await new Promise(() => setInterval(() => {}, 1000));
    });`;
  const child = spawn(process.execPath, ["-e", program], { cwd: checkout, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const folder = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  const cloud = JSON.parse(readFileSync(path.join(folder, "emulator.json"), "utf8")) as Cloud;
  return {
    folder,
    cloud,
    kill: () => {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

const answers = (cloud: Cloud) =>
  fetch(`${cloud.control}/clock`).then(
    () => true,
    () => false,
  );
const emulator = `await startCloud(${JSON.stringify(checkout)}, folder);`;

test("work that fails leaves neither its emulator nor its folder", async () => {
  let cloud: Cloud | undefined;
  const run = inRunFolder(demos, async (folder) => {
    cloud = await startCloud(checkout, folder);
    expect(await answers(cloud)).toBe(true);
    throw new Error("the stack failed");
  });

  await expect(run).rejects.toThrow("the stack failed");
  expect(await answers(cloud!)).toBe(false);
  expect(readdirSync(demos)).toEqual([]);
});

test("a demo touches none that runs, and ends what one left that was killed", async () => {
  const running = await startDemo(emulator);
  const killed = await startDemo(emulator);
  await killed.kill();
  expect(await answers(killed.cloud)).toBe(true);

  await inRunFolder(demos, (folder) => {
    expect(readdirSync(demos).sort()).toEqual([path.basename(running.folder), path.basename(folder)].sort());
    return Promise.resolve();
  });

  expect(await answers(killed.cloud)).toBe(false);
  expect(await answers(running.cloud)).toBe(true);
  expect(readdirSync(demos)).toEqual([path.basename(running.folder)]);
});

(hasSpacesGateway() ? test : test.skip)("a demo ends the gateway of one that was killed", async () => {
  const killed = await startDemo(`${emulator}
      const own = require("node:fs").mkdtempSync(require("node:path").join(require("node:os").tmpdir(), "spaces-"));
      require("node:fs").symlinkSync(own, gatewayOf(folder));
      const { full } = await startSpacesGateway({ folder: own });
      require("node:fs").writeFileSync(folder + "/endpoint", full.endpoint);`);
  const endpoint = readFileSync(path.join(killed.folder, "endpoint"), "utf8");
  const gateway = realpathSync(gatewayOf(killed.folder));
  await killed.kill();
  expect((await fetch(endpoint)).status).toBe(200);

  await inRunFolder(demos, () => Promise.resolve());

  await expect(fetch(endpoint)).rejects.toThrow();
  expect(existsSync(gateway)).toBe(false);
});

test("a kept demo survives its process and other demos, and ends where destroying its stack fails", async () => {
  let cloud: Cloud | undefined;
  await inRunFolder(demos, async (folder) => {
    cloud = await startCloud(checkout, folder);
    await keep(folder);
  });
  await inRunFolder(demos, () => Promise.resolve());
  expect(await answers(cloud!)).toBe(true);

  const stop = endKeptRuns(demos, (_folder, kept) => {
    expect(kept).toEqual(cloud);
    return Promise.reject(new Error("no engine"));
  });

  await expect(stop).rejects.toThrow("no engine");
  expect(await answers(cloud!)).toBe(false);
  expect(readdirSync(demos)).toEqual([]);
  expect(await endKeptRuns(demos, () => Promise.resolve())).toBe(0);
});

test("an emulator whose demo is killed before it listens ends by itself", async () => {
  const child = spawn(path.join(checkout, "bin/imagefleet"), ["emulator"], { stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  child.stdout.destroy();

  expect(await new Promise((resolve) => child.once("exit", resolve))).not.toBe(0);
});
