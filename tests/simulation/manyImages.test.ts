import { imageImport } from "../../provider/resources/imageImport/imageImport";
import { imageReplica } from "../../provider/resources/imageReplica/imageReplica";
import { simulate, type SimulatedProcess } from "../helpers/simulation";

const regions = ["nyc3", "ams3", "fra1", "lon1", "sgp1", "tor1", "blr1", "syd1", "sfo3", "sfo2"];
const images = Array.from({ length: 20 }, (_, at) => `web-${at}`);

async function importAndCopy({ context, call }: SimulatedProcess, name: string): Promise<readonly string[]> {
  const source = { url: `http://127.0.0.1/${name}.img` };
  const { id } = await imageImport.create({ source, region: "nyc3", name }, context, call(`urn:${name}`));
  const made = regions.map((region) =>
    imageReplica.create({ imageId: id, region, siblingRegions: regions, wait: true }, context, call(`urn:${name}-${region}`)),
  );
  return (await Promise.all(made)).map(({ state }) => state.status);
}

describe("20 images in 10 regions on one token", () => {
  it("are all there after the hour that the slowest copy takes, without one 429, and refreshed by one request an image", async () => {
    const simulation = simulate(3);
    await simulation.options({ importSeconds: 60, transferSeconds: 1_800, transferSecondsByRegion: { syd1: 3_500 } });
    const began = simulation.clock.now();
    const statuses = await simulation.run(Promise.all(images.map((name) => importAndCopy(simulation.process, name))));
    expect(statuses).toEqual(images.map(() => regions.map(() => "available")));
    expect((simulation.clock.now() - began) / 1_000).toBeLessThan(3_560 * 1.1);
    const log = simulation.emulator.requests.list();
    expect(log.filter(({ status }) => status === 429)).toEqual([]);
    expect(log.filter(({ method, path }) => method === "POST" && path.endsWith("/actions"))).toHaveLength(180);
    expect(simulation.process.timers).toBe(0);

    await simulation.clock.advance(3_600_000);
    simulation.emulator.requests.clear();
    const { context, call } = simulation.restart();
    const ids = [...new Set(log.map(({ path }) => /^\/v2\/images\/(\d+)\/actions$/.exec(path)?.[1]).filter((id) => id !== undefined))];
    const reads = ids.flatMap((id) =>
      regions.map((region) =>
        imageReplica.read(`${id}/${region}`, { state: { team: { uuid: "", name: "" } }, inputs: {} }, context, call()),
      ),
    );
    await simulation.run(Promise.all(reads));
    expect(simulation.requests()).toHaveLength(20);
  });
});
