import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import { checkout } from "../../../local/checkout";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "demo-interruption-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Stands for the engine: says each interrupt, and goes on until it is sent SIGTERM. */
const engine = `#!/usr/bin/env node
process.on("SIGINT", () => console.log("interrupt"));
process.on("SIGTERM", () => process.exit(1));
console.log("engine " + process.pid);
setInterval(() => {}, 1000);
`;

const demo = `
const { load } = require(${JSON.stringify(path.join(checkout, "bin/freshBuild"))});
const { DevStack } = load("cli/demo/stack");
const { interruption } = load("cli/demo/interruption");
const workspace = { pulumi: process.cwd() + "/pulumi", env: {}, root: process.cwd() };
const stack = new DevStack(workspace, { url: "http://127.0.0.1:1", token: "t" }, process.cwd(), interruption());
process.on("SIGINT", () => console.log("passed on"));
stack.up().catch(() => stack.up()).catch((error) => console.log(error.message));
`;

test("each Ctrl-C in the terminal is one interrupt to the engine, and no other command follows", async () => {
  writeFileSync(path.join(folder, "pulumi"), engine, { mode: 0o755 });
  // As a terminal does it: a process group of its own, all of which gets the signal.
  const child = spawn(process.execPath, ["-e", demo], { cwd: folder, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const pressCtrlC = () => process.kill(-child.pid!, "SIGINT");
  const lines: string[] = [];
  const count = (text: string) => lines.filter((line) => line === text).length;
  let enginePid = 0;
  let pressedAgain = false;
  let stopped = false;

  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith("engine ")) {
      enginePid = Number(line.slice("engine ".length));
      pressCtrlC();
    }
    if (!pressedAgain && count("interrupt") > 0 && count("passed on") > 0) {
      pressedAgain = true;
      pressCtrlC();
    }
    if (!stopped && count("interrupt") >= 2 && count("passed on") === 2) stopped = process.kill(enginePid, "SIGTERM");
  }

  expect({ interrupts: count("interrupt"), last: lines.at(-1) }).toEqual({ interrupts: 2, last: "The demo was interrupted." });
});
