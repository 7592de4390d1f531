import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { RunPluginResponse, type RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";

/** Runs a policy pack until the engine is done with it. What the pack prints, its port first, goes to the engine. */
export async function runPolicyPack(
  request: RunPluginRequest,
  send: (part: RunPluginResponse) => void,
  signal: AbortSignal,
): Promise<void> {
  if (request.getKind() !== "analyzer") throw new Error(`A plugin of kind ${request.getKind()} must be an executable here.`);
  const folder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  const given = request.getEnvList().map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
  const child = spawn(process.execPath, [findRunner(folder), ...request.getArgsList(), "."], {
    cwd: folder,
    env: { ...process.env, ...Object.fromEntries(given) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  signal.addEventListener("abort", () => child.kill());
  child.stdout.on("data", (bytes: Buffer) => send(new RunPluginResponse().setStdout(bytes)));
  child.stderr.on("data", (bytes: Buffer) => send(new RunPluginResponse().setStderr(bytes)));
  const [code] = (await once(child, "close")) as [number | null];
  send(new RunPluginResponse().setExitcode(code ?? 1));
}

function findRunner(folder: string): string {
  try {
    return createRequire(path.join(folder, "index.js")).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  } catch {
    throw new Error(`\`@pulumi/policy\` is not installed for the policy pack in ${folder}: run \`npm install\` there and try again.`);
  }
}
