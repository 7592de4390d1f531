import { createHash } from "node:crypto";
import { fleet } from "../../provider/resources/fleet/fleet";
import { imageImport } from "../../provider/resources/imageImport/imageImport";
import { imageReplica } from "../../provider/resources/imageReplica/imageReplica";
import { simulate, type Simulation } from "../helpers/simulation";

const others = ["ams3", "fra1", "lon1", "sgp1", "tor1", "blr1", "syd1", "sfo3", "sfo2", "nyc1"];
const regions = ["nyc3", ...others];
const source = { url: "http://127.0.0.1/web.img" };
const key = Buffer.from("a public key of the simulation").toString("base64");
const fingerprint = (createHash("md5").update(Buffer.from(key, "base64")).digest("hex").match(/../g) ?? []).join(":");
const seed = { sshKeys: [{ name: "me", publicKey: `ssh-ed25519 ${key} me` }] };

async function importAndCopy(simulation: Simulation): Promise<string> {
  const { context } = simulation;
  const { id } = await imageImport.create({ source, region: "nyc3", name: "web" }, context, simulation.call("urn:import"));
  const made = regions.map((region) =>
    imageReplica.create({ imageId: id, region, siblingRegions: regions, wait: true }, context, simulation.call(`urn:${region}`)),
  );
  const states = await Promise.all(made);
  expect(states.map(({ state }) => state.status)).toEqual(regions.map(() => "available"));
  return id;
}

async function importCopyAndServe(simulation: Simulation): Promise<readonly string[]> {
  const image = await importAndCopy(simulation);
  const inputs = {
    ...{ image, name: "web", region: "ams3", size: "s-1vcpu-1gb", count: 3, sshKeys: [fingerprint] },
    gate: {
      http: { port: 8080, path: "/", status: ["200-399"], https: false },
      address: "public",
      successThreshold: 2,
      intervalSeconds: 2,
      deadlineSeconds: 300,
      timeoutSeconds: 5,
      bakeSeconds: 0,
    },
    rollout: { maxSurge: "1", maxUnavailable: "0", maxFailures: "10%", drainSeconds: 5, shutdownSeconds: 60 },
  };
  const { state } = await fleet.create(inputs, simulation.context, simulation.call("urn:fleet"));
  return state.addresses;
}

describe("an import, ten copies and a fleet of three in one process on virtual time", () => {
  it("takes as long as the import and the slowest copy, with one import and ten transfers", async () => {
    const simulation = simulate(7);
    await simulation.options({ importSeconds: 60, transferSeconds: 90, transferSecondsByRegion: { syd1: 300 } });
    const began = simulation.clock.now();
    const id = await simulation.run(importAndCopy(simulation));
    const took = (simulation.clock.now() - began) / 1_000;
    expect(took).toBeGreaterThanOrEqual(360);
    expect(took).toBeLessThan(360 * 1.05);
    expect(simulation.requests(/^POST \/v2\/images$/)).toHaveLength(1);
    expect(simulation.requests(new RegExp(`^POST /v2/images/${id}/actions$`))).toHaveLength(10);
    expect(simulation.process.timers).toBe(0);
  });

  it("makes the same requests at the same times from the same seed", async () => {
    const logs = [];
    for (let run = 0; run < 2; run += 1) {
      const simulation = simulate(42, { seed });
      await simulation.options({ transferSecondsByRegion: { syd1: 45, tor1: 12 } });
      expect(await simulation.run(importCopyAndServe(simulation))).toHaveLength(3);
      logs.push(simulation.emulator.requests.list());
    }
    expect(logs[0]).toEqual(logs[1]);
  });
});
