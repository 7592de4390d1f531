import { spawn, type StdioOptions } from "node:child_process";
import { openSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";

/** How long things take at the emulator, in seconds: what the critical path of each phase is made of. */
export const durations = { import: 3, transfer: 6, droplet: 2 } as const;

/** A running emulator, as its one line says. */
export interface Cloud {
  readonly url: string;
  readonly control: string;
  readonly token: string;
  readonly pid: number;
}

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
}

/** Where a `Cloud` is written down, in the folder of its run. */
export const cloudFile = "emulator.json";

/**
 * Starts the emulator as a process of its own that outlives this one, and writes into `folder` what it takes to end it; its log goes
 * there, too. Where this process is killed before it listens, nobody reads what it prints, and it ends by that.
 */
export async function startCloud(root: string, folder: string): Promise<Cloud> {
  const logFile = path.join(folder, "emulator.log");
  const seconds = ["--import-seconds", durations.import, "--transfer-seconds", durations.transfer, "--droplet-seconds", durations.droplet];
  const stdio: StdioOptions = ["ignore", "pipe", openSync(logFile, "w")];
  const child = spawn(path.join(root, "bin/imagefleet"), ["emulator", ...seconds.map(String)], { detached: true, stdio });
  const stdout = child.stdout as Readable;
  const lines = createInterface({ input: stdout });
  const cloud = await new Promise<Cloud>((resolve, reject) => {
    lines.once("line", (line) => {
      writeFileSync(path.join(folder, cloudFile), line);
      resolve(JSON.parse(line) as Cloud);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The emulator ended with ${code} before it listened; its log is ${logFile}.`)));
  });
  lines.close();
  stdout.destroy();
  child.unref();
  return cloud;
}

/** Ends the emulator, and waits until it no longer answers. One that doesn't answer has ended, and its pid may be another's by now. */
export async function stopCloud(cloud: Cloud): Promise<void> {
  const answers = () =>
    fetch(`${cloud.control}/clock`).then(
      () => true,
      () => false,
    );
  if (!(await answers())) return;
  try {
    process.kill(cloud.pid, "SIGTERM");
  } catch {
    return; // It has ended by itself.
  }
  while (await answers()) await setTimeout(50);
}

/** Every API request since the emulator started, oldest first. */
export async function requestsOf(cloud: Cloud): Promise<readonly LoggedRequest[]> {
  const answer = await fetch(`${cloud.control}/requests`);
  const { requests } = (await answer.json()) as { requests: readonly LoggedRequest[] };
  return requests;
}
