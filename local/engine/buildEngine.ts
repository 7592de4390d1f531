import { spawn } from "node:child_process";
import path from "node:path";
import { checkout } from "../checkout";
import { engineVersion, type EngineSource } from "./engineSource";

const engineModule = "github.com/pulumi/pulumi";
const reportSeconds = 30;

/** Packages of the engine that are compiled with these are not compiled again. */
export const goFlags = ["-trimpath", "-tags=osusergo,grpcnotrace"];

/** Compiles the engine from its Go module, which `go.mod` beside this file pins with everything it needs. */
export const buildEngine: EngineSource = async ({ folder, environment, log }) => {
  const arguments_ = [
    "build",
    ...goFlags,
    `-ldflags=-s -w -X ${engineModule}/sdk/v3/go/common/version.Version=${engineVersion}`,
    "-o",
    path.join(folder, "pulumi"),
    `${engineModule}/pkg/v3/cmd/pulumi`,
  ];
  const child = spawn("go", arguments_, { cwd: path.join(checkout, "local/engine"), env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let complaints = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => (complaints = (complaints + text.toString()).slice(-2000)));

  let elapsed = 0;
  const report = setInterval(() => log(`engine: still building, ${(elapsed += reportSeconds)} s`), reportSeconds * 1000);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => clearInterval(report));
  if (code !== 0) throw new Error(`\`go build\` ended with exit code ${code ?? "none"}: ${complaints.trim().split("\n").at(-1) ?? ""}`);
};
