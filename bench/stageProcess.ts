import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { GatewayKey } from "../local/spacesGateway";
// What the plugin's process holds besides.
import "../provider/host/serve";
import "../provider/imagefleet";
import { FileDigests } from "../provider/source/staging/fileDigest";
import { nodeFiles } from "../provider/source/bytes/nodeFiles";
import { createSpaces } from "../provider/source/spaces/spaces";
import { createStaging, type StageRequest } from "../provider/source/staging/staging";

/** One image on its way to Spaces, in a process of its own that holds what the plugin's does, so that its memory is that of the plugin. */
export interface StageOrder extends Omit<StageRequest, "correlation"> {
  readonly to: GatewayKey;
}

export interface StageFigures {
  /** The largest resident set so far. */
  readonly residentBytes: number;
}

if (require.main === module) {
  figures(JSON.parse(process.argv[2] ?? "") as StageOrder).then(
    (result) => process.stdout.write(JSON.stringify(result)),
    (error: unknown) => {
      process.exitCode = 1;
      process.stderr.write(String(error));
    },
  );
}

async function figures({ to, ...request }: StageOrder): Promise<StageFigures> {
  const clock = { now: () => Date.now(), sleep: () => new Promise<void>(() => undefined) };
  const world = { clock, send: (asked: Request) => fetch(asked) };
  const digests = new FileDigests(nodeFiles);
  const staging = createStaging({ store: createSpaces(to, world), files: nodeFiles, digests, world, randomBytes });
  const { signal } = new AbortController();
  const staged = await staging.stage({ ...request, correlation: "bench" }, { signal, progress: () => undefined });
  // Not what the process's own usage says: that begins with what the one that started it held.
  const residentBytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile("/proc/self/status", "utf8"))?.[1]) * 1_024;
  await staged.remove();
  return { residentBytes };
}
