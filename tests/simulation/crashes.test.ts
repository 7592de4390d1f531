import type { ActionWire, ImageWire } from "../../provider/api/wire";
import { imageImport } from "../../provider/resources/imageImport/imageImport";
import { imageReplica } from "../../provider/resources/imageReplica/imageReplica";
import { simulate, type SimulatedProcess, type Simulation } from "../helpers/simulation";

const regions = ["nyc3", "ams3", "fra1", "lon1"];

/** The engine's state: what has returned. What hasn't is created again by the next run. */
interface Stack {
  imageId?: string;
  readonly replicas: Set<string>;
}

async function up({ context, call }: SimulatedProcess, stack: Stack): Promise<void> {
  const source = { url: "http://127.0.0.1/web.img", sha256: "ab".repeat(32) };
  const imported = imageImport.create.bind(imageImport, { source, region: "nyc3", name: "web" }, context, call("urn:image"));
  const imageId = (stack.imageId ??= (await imported()).id);
  const missing = regions.filter((region) => !stack.replicas.has(region));
  const made = missing.map(async (region) => {
    await imageReplica.create({ imageId, region, siblingRegions: regions, wait: true }, context, call(`urn:${region}`));
    stack.replicas.add(region);
  });
  await Promise.all(made);
}

async function cloud(simulation: Simulation): Promise<{ images: readonly ImageWire[]; copied: readonly string[] }> {
  const { images } = (await simulation.ask("GET", "/v2/images?private=true")) as { images: ImageWire[] };
  const { actions } = (await simulation.ask("GET", "/v2/actions?per_page=200")) as { actions: ActionWire[] };
  const transfers = actions.filter(({ type }) => type === "transfer");
  return { images, copied: transfers.map(({ region_slug }) => region_slug ?? "").sort() };
}

describe("a provider that is killed at any of its requests", () => {
  it.each(["before", "after"] as const)("%s it took effect, leaves one import and one copy a region to the next run", async (when) => {
    const run = { survived: false };
    for (let request = 1; !run.survived; request += 1) {
      const simulation = simulate(request);
      await simulation.options({ importSeconds: 3, transferSeconds: 4, transferSecondsByRegion: { fra1: 8 } });
      const stack: Stack = { replicas: new Set() };
      simulation.process.killAt(request, when);
      const first = up(simulation.process, stack).then(() => (run.survived = true));
      await simulation.run(Promise.race([first, simulation.process.dead]));
      await simulation.run(up(simulation.restart(), stack));
      const { images, copied } = await cloud(simulation);
      expect(images.map(({ regions: present }) => [...(present ?? [])].sort())).toEqual([[...regions].sort()]);
      expect(String(images[0]?.id)).toBe(stack.imageId);
      expect(copied).toEqual(["ams3", "fra1", "lon1"]);
      expect(request).toBeLessThan(100);
    }
  });
});
