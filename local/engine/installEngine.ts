import { spawn } from "node:child_process";
import { readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkout } from "../checkout";
import { engineVersion, type EngineSource } from "./engineSource";

const limitSeconds = 10;

/** The Automation API's own installer. It takes no signal, so it runs in a process group that can be ended with all its downloads. */
const script = `
const { PulumiCommand } = require("@pulumi/pulumi/automation");
PulumiCommand.install({ root: process.argv[1], version: "${engineVersion}" }).catch((error) => {
  console.error(String(error.message).split("\\n")[0]);
  process.exitCode = 1;
});`;

/** Downloads the official engine with its language hosts, within 10 s. */
export const installEngine: EngineSource = async ({ folder, environment }) => {
  const child = spawn(process.execPath, ["-e", script, folder], {
    cwd: checkout,
    env: environment,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (text: Buffer) => (complaints += text.toString()));

  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const waiting = new AbortController();
  const code = await Promise.race([ended, sleep(limitSeconds * 1000, "late" as const, { signal: waiting.signal })]).finally(() =>
    waiting.abort(),
  );
  if (code === "late") {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    throw new Error(`no answer within ${limitSeconds} s`);
  }
  if (code !== 0) throw new Error(complaints.trim());

  const unpacked = path.join(folder, "bin");
  for (const name of await readdir(unpacked)) await rename(path.join(unpacked, name), path.join(folder, name));
  await rm(unpacked, { recursive: true });
};
