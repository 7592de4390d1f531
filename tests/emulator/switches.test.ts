import { switches, type Switches } from "../../emulator/options";
import { inMemory, type InMemoryEmulator } from "./inMemory";

type Probe = (emulator: InMemoryEmulator) => Promise<unknown>;

const droplet = { name: "a", region: "nyc3", size: "s-1vcpu-1gb" };

async function statusOf({ call }: InMemoryEmulator, method: string, path: string, body?: unknown): Promise<number> {
  return (await call(method, path, body)).status;
}

async function transfer(emulator: InMemoryEmulator, id: number, region: string): Promise<number> {
  return statusOf(emulator, "POST", `/v2/images/${id}/actions`, { type: "transfer", region });
}

/** For each switch something to do, what comes of it by default, and what with the other value. */
const effects: { readonly [Name in keyof Switches]: readonly [Probe, unknown, unknown] } = {
  dropletWithoutSshKeys: [async (e) => statusOf(e, "POST", "/v2/droplets", { ...droplet, image: await e.image() }), 422, 202],
  monitoringOnCustomImage: [
    async (e) => statusOf(e, "POST", "/v2/droplets", { ...droplet, image: await e.image(), ssh_keys: [await e.key()], monitoring: true }),
    422,
    202,
  ],
  deleteOfLockedDroplet: [
    async (e) => {
      await e.call("POST", "/v2/droplets", { ...droplet, image: "debian-13-x64", tags: ["a"] });
      return statusOf(e, "DELETE", "/v2/droplets?tag_name=a");
    },
    422,
    204,
  ],
  transferToSameRegion: [async (e) => transfer(e, await e.image(), "nyc3"), 422, 201],
  transferTwice: [
    async (e) => {
      const id = await e.image();
      return [await transfer(e, id, "ams3"), await transfer(e, id, "ams3")];
    },
    [201, 422],
    [201, 201],
  ],
  deleteOfBusyImage: [
    async (e) => {
      const id = await e.image();
      await transfer(e, id, "ams3");
      return statusOf(e, "DELETE", `/v2/images/${id}`);
    },
    204,
    422,
  ],
  readOfDeletedImage: [
    async (e) => {
      const id = await e.image();
      await e.call("DELETE", `/v2/images/${id}`);
      return statusOf(e, "GET", `/v2/images/${id}`);
    },
    404,
    200,
  ],
  failedImportInLists: [
    async (e) => {
      e.files.set("http://127.0.0.1/none", null);
      await e.image(["nyc3"], { url: "http://127.0.0.1/none" });
      return (await e.call<{ images: unknown[] }>("GET", "/v2/images?private=true")).body.images.length;
    },
    0,
    1,
  ],
  tagTwice: [
    async (e) => [await statusOf(e, "POST", "/v2/tags", { name: "a" }), await statusOf(e, "POST", "/v2/tags", { name: "A" })],
    [201, 201],
    [201, 422],
  ],
  sourceRedirect: [
    async (e) => {
      e.redirects.set("http://127.0.0.1/moved", "http://127.0.0.1/web.qcow2");
      const id = await e.image(["nyc3"], { url: "http://127.0.0.1/moved" });
      return (await e.call<{ image: { status: string } }>("GET", `/v2/images/${id}`)).body.image.status;
    },
    "available",
    "deleted",
  ],
  convertOfImage: [async (e) => statusOf(e, "POST", `/v2/images/${await e.image()}/actions`, { type: "convert" }), 422, 201],
  ipv6OnSnapshotOfCustomImage: [
    async (e) => {
      const [id] = await e.droplets(["a"], { image: await e.image(), ssh_keys: [await e.key()] });
      await e.call("POST", `/v2/droplets/${id!}/actions`, { type: "snapshot", name: "s" });
      await e.clock.advance(1000);
      const { snapshot_ids } = (await e.call<{ droplet: { snapshot_ids: number[] } }>("GET", `/v2/droplets/${id!}`)).body.droplet;
      return statusOf(e, "POST", "/v2/droplets", { ...droplet, image: snapshot_ids[0], ipv6: true });
    },
    422,
    202,
  ],
  restartOfStoppedDroplet: [
    async (e) => {
      const [id] = await e.droplets(["a"]);
      await e.call("POST", `/v2/droplets/${id!}/actions`, { type: "power_off" });
      await e.clock.advance(1000);
      const status = await statusOf(e, "POST", `/v2/droplets/${id!}/actions`, { type: "reboot" });
      await e.clock.advance(1000);
      return [status, (await e.call<{ droplet: { status: string } }>("GET", `/v2/droplets/${id!}`)).body.droplet.status];
    },
    [422, "off"],
    [201, "off"],
  ],
};

test.each(Object.keys(effects) as (keyof Switches)[])("the switch %s does what it says", async (name) => {
  const [probe, byDefault, otherwise] = effects[name];
  const [usual, switched] = [inMemory(), inMemory({ options: { [name]: switches[name].values[1] } })];
  expect([await probe(usual), await probe(switched)]).toEqual([byDefault, otherwise]);
  usual.close();
  switched.close();
});
