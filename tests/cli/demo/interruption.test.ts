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

/** Stands for the engine: says each interrupt, and ends at the second. */
const engine = `#!/usr/bin/env node
let interrupts = 0;
process.on("SIGINT", () => {
  interrupts += 1;
  console.log("interrupt " + interrupts + (require("node:fs").existsSync("pressed-again") ? " after the second Ctrl-C" : ""));
  if (interrupts === 2) process.exit(1);
});
console.log("ready");
setInterval(() => {}, 1000);
`;

const demo = `
const { load } = require(${JSON.stringify(path.join(checkout, "bin/freshBuild"))});
const { DevStack } = load("cli/demo/stack");
const { interruption } = load("cli/demo/interruption");
const workspace = { pulumi: process.cwd() + "/pulumi", env: {}, root: process.cwd() };
const stack = new DevStack(workspace, { url: "http://127.0.0.1:1", token: "t" }, process.cwd(), interruption());
stack.up().catch(() => stack.up()).catch((error) => console.log(error.message));
`;

test("each Ctrl-C in the terminal is one interrupt to the engine, and no other command follows", async () => {
  writeFileSync(path.join(folder, "pulumi"), engine, { mode: 0o755 });
  // As a terminal does it: a process group of its own, all of which gets the signal.
  const child = spawn(process.execPath, ["-e", demo], { cwd: folder, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const pressCtrlC = () => process.kill(-child.pid!, "SIGINT");
  const lines: string[] = [];

  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === "ready") pressCtrlC();
    if (line === "interrupt 1") {
      writeFileSync(path.join(folder, "pressed-again"), "");
      pressCtrlC();
    }
  }

  expect(lines).toEqual(["ready", "interrupt 1", "interrupt 2 after the second Ctrl-C", "The demo was interrupted."]);
}, 60_000);
