import path from "node:path";
import { checkout } from "../local/checkout";
import { startCloud, type BenchCloud } from "./cloud";
import { median } from "./median";
import { newerNodeFolder } from "./newerNode";
import { home, otherRegions } from "./rehearsal";
import { atMost, once, rounded, type Measured, type Row } from "./row";
import { compiledProject, inFolder, openStack, unasked } from "./stack";
import { programOfPackage, unpackedPlugin } from "./unpackedPlugin";

const runs = 7;
const quick = { importSeconds: 0.5, transferSeconds: 0.5, dropletSeconds: 0.5 };
const preview = ["preview", "--expect-no-changes"];

/** What a preview costs in which nothing changes, and what of it is the way in which the program is run. */
export const previewRows: readonly Row[] = [
  { id: "preview.unchanged20", unit: "ratio", measure: () => unchanged(imagefleet20) },
  {
    id: "preview.unchanged20.node24",
    unit: "ratio",
    target: atMost(1.25),
    measure: async () => unchanged(imagefleet20, await newerNodeFolder()),
  },
  { id: "preview.own20.node24", unit: "ratio", measure: async () => unchanged(own20, await newerNodeFolder()) },
  { id: "program.checked", unit: "s", measure: async () => (await ways()).checked },
  { id: "program.transpiled", unit: "s", measure: async () => (await ways()).transpiled },
  { id: "program.compiled", unit: "s", measure: async () => (await ways()).compiled },
];

/** 20 resources: image, import, replication and fleet with their 15 replicas, by package and plugin as released. */
const imagefleet20: Declaring = async (folder) => {
  const plugin = await unpackedPlugin(folder, "plugin");
  return compiledProject(folder, "bench", programOfPackage(folder, "plugin", "service"), plugin);
};
/** 20 of the engine's own, for which no plugin is started. */
const own20: Declaring = (folder) => compiledProject(folder, "bench", "programs/stashes");

type Declaring = (folder: string) => Promise<string>;

/** A preview with nothing to change, beside that of a program that declares nothing. */
function unchanged(declaring: Declaring, node?: string): Promise<Measured> {
  return withCloud(async (cloud, folder) => {
    const regions = JSON.stringify([home, ...otherRegions.slice(0, 14)]);
    const full = await openStack({
      project: await declaring(folder),
      name: "full",
      folder: path.join(folder, "full"),
      config: { regions, url: cloud.imageUrl, sshKey: cloud.sshKey },
      cloud,
      node,
    });
    const empty = await openStack({
      project: await compiledProject(folder, "empty", "programs/empty"),
      name: "empty",
      folder: path.join(folder, "none"),
      config: {},
      cloud,
      node,
    });
    for (const stack of [full, empty]) await stack.time(["up", ...unasked]);
    const took = await inTurns({ full: () => full.time(preview), empty: () => empty.time(preview) });
    const [whole, least] = [rounded(median(took.full)), rounded(median(took.empty))];
    const note = `${whole} s over ${least} s of a program that only loads the SDK, both compiled; medians of ${runs} pairs`;
    return { value: median(took.full.map((seconds, round) => seconds / (took.empty[round] ?? NaN))), note };
  });
}

/** Stack dev's own program, run in each way. */
const ways = once(() =>
  withCloud(async (cloud, folder) => {
    const config = { imageUrl: cloud.imageUrl, sshPublicKey: cloud.sshPublicKey };
    const stack = await openStack({ project: checkout, name: "dev", folder, config, cloud });
    const project = await compiledProject(folder, "image-service", "../stacks");
    await stack.time(["up", ...unasked], { project });
    const { checked, transpiled, compiled } = await inTurns({
      checked: () => stack.time(preview),
      transpiled: () => stack.time(preview, { env: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" } }),
      compiled: () => stack.time(preview, { project }),
    });
    const note = (way: string) => `${way}; no-change preview of stack dev's program, median of ${runs}`;
    return {
      checked: { value: median(checked), note: note("ts-node with type check, the default") },
      transpiled: { value: median(transpiled), note: note("ts-node, PULUMI_NODEJS_TRANSPILE_ONLY=true") },
      compiled: { value: median(compiled), note: note("precompiled, typescript: false") },
    };
  }),
);

/** Seconds of each, round after round: they take turns, so that a slower minute of the machine is in all of them. */
async function inTurns<Way extends string>(measures: Readonly<Record<Way, () => Promise<number>>>): Promise<Record<Way, number[]>> {
  const ways = Object.keys(measures) as Way[];
  const seconds = Object.fromEntries(ways.map((way) => [way, [] as number[]])) as Record<Way, number[]>;
  for (let round = 0; round < runs; round += 1) {
    for (const way of ways) seconds[way].push(await measures[way]());
  }
  return seconds;
}

function withCloud<T>(work: (cloud: BenchCloud, folder: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const cloud = await startCloud(quick);
    try {
      return await work(cloud, folder);
    } finally {
      await cloud.close();
    }
  });
}
