import { setTimeout as sleep } from "node:timers/promises";
import { startCloud } from "./cloud";
import { startPlugin } from "./plugin";
import { home, otherRegions } from "./rehearsal";
import { once, type Row } from "./row";

const windowSeconds = 60;

/** What it costs to wait. */
export const waitingRows: readonly Row[] = [
  { id: "waiting200.cpu", unit: "% of a core", measure: async () => (await waiting()).cpu },
  { id: "waiting200.memory", unit: "MB", measure: async () => (await waiting()).memory },
];

/** As with `--parallel 200`: the creates of 20 images x 10 regions wait in one process, for copies longer than it is looked at. */
const waiting = once(async () => {
  const names = Array.from({ length: 20 }, (_, at) => `image-${at}`);
  const cloud = await startCloud(
    { transferSeconds: 3_600 },
    { images: names.map((name) => ({ name, regions: [home], sizeGigabytes: 2.5 })) },
  );
  const plugin = await startPlugin(cloud);
  let failure: Error | undefined;
  try {
    const regions = otherRegions.slice(0, 10);
    for (const imageId of await imagesOf(cloud)) {
      for (const region of regions) {
        const urn = `urn:pulumi:bench::bench::imagefleet:index:ImageReplica::${imageId}-${region}`;
        const hear = (error: Error) => (failure ??= error);
        plugin.create(urn, { imageId, region, siblingRegions: regions, wait: true }, hear);
      }
    }
    // What it costs to begin is another matter.
    await sleep(30_000);
    const before = await plugin.processorSeconds();
    await sleep(windowSeconds * 1_000);
    const used = (await plugin.processorSeconds()) - before;
    const memory = await plugin.memory();
    if (failure !== undefined) throw new Error(`A replica that was to wait failed: ${failure.message}`);
    const note = `200 replicas of 20 images wait in one process for ${windowSeconds} s, status lines included`;
    return { cpu: { value: (100 * used) / windowSeconds, note }, memory: { value: memory, note } };
  } finally {
    failure = undefined;
    await plugin.stop();
    await cloud.close();
  }
});

async function imagesOf({ url, token }: { readonly url: string; readonly token: string }): Promise<readonly string[]> {
  const answer = await fetch(`${url}/v2/images?private=true&per_page=200`, { headers: { authorization: `Bearer ${token}` } });
  const { images } = (await answer.json()) as { images: readonly { readonly id: number }[] };
  return images.map(({ id }) => String(id));
}
