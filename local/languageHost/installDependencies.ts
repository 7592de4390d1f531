import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { InstallDependenciesResponse, type InstallDependenciesRequest } from "@pulumi/pulumi/proto/language_pb";

/** Installs a program's packages with npm, exactly as locked where there is a lock file. Rejects where npm fails. */
export async function installDependencies(
  request: InstallDependenciesRequest,
  send: (part: InstallDependenciesResponse) => void,
): Promise<void> {
  const folder = request.getDirectory();
  const command = existsSync(path.join(folder, "package-lock.json")) ? "ci" : "install";
  const child = spawn("npm", [command], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (bytes: Buffer) => send(new InstallDependenciesResponse().setStdout(bytes)));
  child.stderr.on("data", (bytes: Buffer) => send(new InstallDependenciesResponse().setStderr(bytes)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`\`npm ${command}\` in ${folder} ended with exit code ${code ?? "none"}.`);
}
