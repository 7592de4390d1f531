import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { median } from "./median";
import { startPlugin } from "./plugin";
import { atMost, once, rounded, type Row } from "./row";
import { inFolder } from "./stack";
import { unpackedPlugin } from "./unpackedPlugin";

const starts = 11;

/** What the released plugin costs as a process. */
export const startingRows: readonly Row[] = [
  { id: "provider.start", unit: "ratio", target: atMost(1.5), measure: async () => (await starting()).cached },
  { id: "provider.startUncached", unit: "ratio", target: atMost(2.1), measure: async () => (await starting()).uncached },
  { id: "provider.memory", unit: "MB", target: atMost(75), measure: async () => (await starting()).memory },
  { id: "construct.overhead", unit: "ms", measure: async () => (await starting()).construct },
];

type Way = "node" | "cached" | "uncached" | "withoutConstruct";

const starting = once(() =>
  inFolder(async (folder) => {
    const plugin = await unpackedPlugin(folder, "plugin");
    const bare = await unpackedPlugin(folder, "bare");
    await rm(path.join(bare, "construct.js"));
    const home = path.join(folder, "cache");
    const sizes: number[] = [];
    const begin = async (where: string, cache: string): Promise<number> => {
      const executable = path.join(where, "pulumi-resource-imagefleet");
      const running = await startPlugin({ token: "dop_v1_bench", url: "http://127.0.0.1:1", executable, env: { XDG_CACHE_HOME: cache } });
      sizes.push(await running.memory());
      await running.stop();
      return running.configuredAfter;
    };
    const ways: Readonly<Record<Way, () => Promise<number>>> = {
      node: emptyProcess,
      cached: () => begin(plugin, home),
      // No folder can be made below a file that is no folder, so nothing is kept.
      uncached: () => begin(plugin, path.join(plugin, "start.js")),
      withoutConstruct: () => begin(bare, home),
    };
    const took: Record<Way, number[]> = { node: [], cached: [], uncached: [], withoutConstruct: [] };
    // The first round leaves the compiled code.
    for (let round = 0; round <= starts; round += 1) {
      for (const way of Object.keys(ways) as Way[]) if (round > 0) took[way].push(await ways[way]()); else await ways[way](); // prettier-ignore
    }
    const least = median(took.node);
    const ratio = (way: Way, how: string) => ({
      value: median(took[way]) / least,
      note: `${rounded(median(took[way]))} ms from start to Configure answered over ${rounded(least)} ms of \`node -e 0\`, ${how}; ${node}`,
    });
    return {
      cached: ratio("cached", "with compiled code"),
      uncached: ratio("uncached", "without compiled code"),
      memory: { value: median(sizes), note: `resident once configured; ${node}` },
      construct: {
        value: median(took.cached.map((milliseconds, round) => milliseconds - (took.withoutConstruct[round] ?? NaN))),
        note: `start with what lays out components beside the plugin, less without it; ${node}`,
      },
    };
  }),
);

const node = `Node ${process.versions.node}, median of ${starts}`;

async function emptyProcess(): Promise<number> {
  const began = performance.now();
  await promisify(execFile)("node", ["-e", "0"]);
  return performance.now() - began;
}
