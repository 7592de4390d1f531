import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { median } from "./median";
import { newerNode, newerNodeFolder } from "./newerNode";
import { startPlugin } from "./plugin";
import { atMost, once, rounded, type Measured, type Row } from "./row";
import { inFolder } from "./stack";
import { unpackedPlugin } from "./unpackedPlugin";

const starts = 11;

/** What the released plugin costs as a process. */
export const startingRows: readonly Row[] = [
  { id: "provider.start", unit: "ratio", target: atMost(1.5), measure: async () => (await starting()).cached },
  { id: "provider.startUncached", unit: "ratio", target: atMost(2.1), measure: async () => (await starting()).uncached },
  { id: "provider.memory", unit: "MB", target: atMost(75), measure: async () => (await starting()).memory },
  { id: "construct.overhead", unit: "ms", measure: async () => (await starting()).construct },
  { id: "provider.start.node24", unit: "ratio", target: atMost(1.5), measure: async () => (await onNode24()).cached },
  { id: "provider.startUncached.node24", unit: "ratio", target: atMost(2.1), measure: async () => (await onNode24()).uncached },
];

type Way = "node" | "own" | "cached" | "uncached" | "withoutConstruct";

const starting = once(() => startingOn(process.versions.node));
const onNode24 = once(async () => startingOn(newerNode, await newerNodeFolder()));

/** With the Node.js that lies in a folder, over an empty process of the bench's own (ADR 16). Default: the bench's own. */
function startingOn(version: string, node?: string): Promise<Record<"cached" | "uncached" | "memory" | "construct", Measured>> {
  const PATH = [node, process.env["PATH"]].filter((folder) => folder !== undefined).join(path.delimiter);
  return inFolder(async (folder) => {
    const plugin = await unpackedPlugin(folder, "plugin");
    const bare = await unpackedPlugin(folder, "bare");
    await rm(path.join(bare, "construct.js"));
    const home = path.join(folder, "cache");
    const sizes: number[] = [];
    const begin = async (where: string, cache: string): Promise<number> => {
      const executable = path.join(where, "pulumi-resource-imagefleet");
      const running = await startPlugin({
        token: "dop_v1_bench",
        url: "http://127.0.0.1:1",
        executable,
        env: { PATH, XDG_CACHE_HOME: cache },
      });
      sizes.push(await running.memory());
      await running.stop();
      return running.configuredAfter;
    };
    const ways: Readonly<Record<Way, () => Promise<number>>> = {
      node: () => emptyProcess(process.env["PATH"]),
      own: () => emptyProcess(PATH),
      cached: () => begin(plugin, home),
      // No folder can be made below a file that is no folder, so nothing is kept.
      uncached: () => begin(plugin, path.join(plugin, "start.js")),
      withoutConstruct: () => begin(bare, home),
    };
    const took: Record<Way, number[]> = { node: [], own: [], cached: [], uncached: [], withoutConstruct: [] };
    // The first round leaves the compiled code.
    for (let round = 0; round <= starts; round += 1) {
      for (const way of Object.keys(ways) as Way[]) if (round > 0) took[way].push(await ways[way]()); else await ways[way](); // prettier-ignore
    }
    const measured = `Node ${version}, median of ${starts}`;
    const least = median(took.node);
    const others = node === undefined ? "" : ` of Node ${process.versions.node}, its own takes ${rounded(median(took.own))} ms`;
    const ratio = (way: Way, how: string): Measured => ({
      value: median(took[way]) / least,
      note: `${rounded(median(took[way]))} ms from start to Configure answered over ${rounded(least)} ms of \`node -e 0\`${others}, ${how}; ${measured}`,
    });
    return {
      cached: ratio("cached", "with compiled code"),
      uncached: ratio("uncached", "without compiled code"),
      memory: { value: median(sizes), note: `resident once configured; ${measured}` },
      construct: {
        value: median(took.cached.map((milliseconds, round) => milliseconds - (took.withoutConstruct[round] ?? NaN))),
        note: `start with what lays out components beside the plugin, less without it; ${measured}`,
      },
    };
  });
}

async function emptyProcess(PATH: string | undefined): Promise<number> {
  const began = performance.now();
  await promisify(execFile)("node", ["-e", "0"], { env: { ...process.env, PATH } });
  return performance.now() - began;
}
