import { getImage } from "../../../provider/functions/getImage";
import { imageImport } from "../../../provider/resources/imageImport/imageImport";
import { claimedTag, digestTag, verifiedTag } from "../../../provider/resources/lineage/lineageTags";
import { simulate, type Simulation } from "../../helpers/simulation";

const sha256 = "ab".repeat(32);
const { signal } = new AbortController();

function find(simulation: Simulation, wanted: Parameters<typeof getImage.invoke>[0]): ReturnType<typeof getImage.invoke> {
  return simulation.run(getImage.invoke(wanted, simulation.context, signal));
}

/** Two images called web, the second of a declared digest, and one that is called otherwise. Their ids. */
async function three(simulation: Simulation): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const [name, tags, digest] of [
    ["web", ["shop"]],
    ["web", ["shop", "new"], sha256],
    ["db", []],
  ] as const) {
    const source = { url: "http://127.0.0.1/web.img", sha256: digest };
    const call = simulation.call(`urn:${ids.length}`);
    ids.push((await simulation.run(imageImport.create({ source, region: "nyc3", name, tags }, simulation.context, call))).id);
    await simulation.clock.advance(60_000);
  }
  return ids;
}

describe("the function getImage", () => {
  it("finds an image by id, exact name, tag and digest, each by one request", async () => {
    const simulation = simulate(1);
    const [, second, third] = await three(simulation);
    simulation.emulator.requests.clear();
    expect(await find(simulation, { id: second })).toEqual({
      ...{ imageId: second, name: "web", regions: ["nyc3"], distribution: "Unknown", description: "", digest: sha256 },
      tags: expect.arrayContaining(["shop", "new"]) as unknown,
      ...{ minDiskSize: 1, sizeGigabytes: expect.any(Number) as unknown, createdAt: expect.any(String) as unknown },
    });
    expect((await find(simulation, { name: "db" })).imageId).toBe(third);
    expect((await find(simulation, { tag: "new" })).imageId).toBe(second);
    expect((await find(simulation, { digest: sha256.toUpperCase() })).imageId).toBe(second);
    expect(simulation.requests()).toEqual([`GET /v2/images/${second}`, "GET /v2/images", "GET /v2/images", "GET /v2/images"]);
  });

  it("refuses to guess among several and lists them, unless the newest is meant", async () => {
    const simulation = simulate(2);
    const [first, second] = await three(simulation);
    await expect(find(simulation, { name: "web" })).rejects.toThrow(
      new RegExp(
        `^\`name\` must be that of one image, but \`web\` is that of 2: ${second} \\(web, .+Z\\), ${first} \\(web, .+Z\\)\\. Name`,
      ),
    );
    expect((await find(simulation, { name: "web", mostRecent: true })).imageId).toBe(second);
  });

  it("prefers of one digest the own namespace, then what was verified, then the oldest", async () => {
    const simulation = simulate(5);
    const url = "http://127.0.0.1/web.img";
    const share = async (name: string, mark: string): Promise<void> => {
      await simulation.ask("POST", "/v2/images", { name, region: "nyc3", url, tags: [digestTag(sha256), mark] });
      await simulation.clock.advance(60_000);
    };
    const found = async (): Promise<string> => (await find(simulation, { digest: sha256 })).name;
    await share("foreign and verified", verifiedTag("other", sha256, 0));
    await share("own", claimedTag("", sha256, 0, url));
    expect(await found()).toBe("own");
    await share("own and verified", verifiedTag("", sha256, 0));
    await share("own and verified later", verifiedTag("", sha256, 1));
    expect(await found()).toBe("own and verified");
    expect((await find(simulation, { digest: sha256, mostRecent: true })).name).toBe("own and verified later");
  });

  it("says so where there is none, and finds none that is still being imported", async () => {
    const simulation = simulate(3);
    await expect(find(simulation, { tag: "shop" })).rejects.toThrow("got `shop`. Correct it, or import the image first.");
    await simulation.options({ importSeconds: 600 });
    await simulation.ask("POST", "/v2/images", { name: "web", region: "nyc3", url: "http://127.0.0.1/web.img" });
    await expect(find(simulation, { name: "web" })).rejects.toThrow(/got `web` \(image \d+ is \w+\)\./);
  });

  it.each([
    [{}, "got none. Give one."],
    [{ id: "1", name: "web" }, "got `id` and `name`. Give one."],
    [{ id: "web" }, "`id` must be an image's number, such as `38413969`, got `web`. Use `name` for a name."],
  ])("doesn't take %j", async (wanted, said) => {
    const simulation = simulate(4);
    await expect(find(simulation, wanted)).rejects.toThrow(said);
    expect(simulation.requests()).toEqual([]);
  });
});
