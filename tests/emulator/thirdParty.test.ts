import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createApiClient } from "dots-wrapper";

import { useEmulator, type EmulatorUnderTest } from "../helpers/emulator";
import { disk, publicKey } from "./inMemory";

let emulator: EmulatorUnderTest;
let files: Server;
let client: ReturnType<typeof createApiClient>;

beforeAll(async () => {
  emulator = await useEmulator({ options: { importSeconds: 0, transferSeconds: 0, dropletSeconds: 0 } });
  files = createServer((_, response) => response.end(disk())).listen(0, "127.0.0.1");
  await once(files, "listening");
  client = createApiClient({ endpoint: `${emulator.url}/v2`, token: emulator.token });
});

afterAll(async () => {
  await emulator.close();
  files.close();
});

async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
  }
}

test("a client that nobody here wrote imports an image, copies it, runs Droplets from it and deletes everything", async () => {
  const url = `http://127.0.0.1:${(files.address() as AddressInfo).port}/web.qcow2`;
  const created = await client.image.createCustomImage({ name: "web", region: "nyc3", url, tags: ["base"] });
  expect([created.status, created.data.image.status]).toEqual([202, "NEW"]);
  const image_id = created.data.image.id;
  await until(
    () => client.image.getImage({ image_id }),
    ({ data }) => data.image.status === "available",
  );

  const transfer = await client.image.transferImage({ image_id, region: "ams3" });
  const { data } = await until(
    () => client.image.getImageAction({ image_id, action_id: transfer.data.action.id }),
    ({ data: { action } }) => action.status !== "in-progress",
  );
  expect(data.action).toMatchObject({ status: "completed", region_slug: "ams3" });
  expect((await client.image.listImages({ user_images: true })).data.images.map(({ regions }) => regions)).toEqual([["nyc3", "ams3"]]);
  expect((await client.image.listImageActions({ image_id })).data.actions).toHaveLength(1);

  const key = await client.sshKey.createSshKey({ name: "me", public_key: publicKey });
  const order = { region: "ams3", size: "s-1vcpu-1gb", image: image_id, ssh_keys: [key.data.ssh_key.id], tags: ["web"] };
  const made = await client.droplet.createDroplets({ ...order, names: ["a", "b", "c"] });
  expect([made.status, made.data.droplets.length]).toEqual([202, 3]);
  const listed = await until(
    () => client.droplet.listDroplets({ tag_name: "web", per_page: 2 }),
    ({ data: { droplets } }) => droplets.every(({ status }) => status === "active"),
  );
  expect([listed.data.droplets.length, listed.data.meta?.total]).toEqual([2, 3]);

  const resources = [{ resource_id: String(image_id), resource_type: "image" as const }];
  await client.tag.createTag({ name: "retired" });
  expect((await client.tag.tagResources({ tag_name: "retired", resources })).status).toBe(204);
  expect((await client.tag.untagResources({ tag_name: "retired", resources })).status).toBe(204);
  expect((await client.tag.deleteTag({ tag_name: "retired" })).status).toBe(204);

  expect((await client.droplet.deleteDropletsByTag({ tag_name: "web" })).status).toBe(204);
  expect((await client.image.deleteImage({ image_id })).status).toBe(204);
  await expect(client.image.getImage({ image_id })).rejects.toMatchObject({ response: { status: 404 } });
  await expect(client.image.deleteImage({ image_id })).rejects.toMatchObject({ response: { status: 422 } });
});

test("and reads account, regions and sizes", async () => {
  expect((await client.account.getAccount()).data.account.droplet_limit).toBe(100);
  expect((await client.region.listRegions({ per_page: 200 })).data.regions.length).toBeGreaterThan(12);
  expect((await client.size.listSizes({ per_page: 5 })).data.sizes).toHaveLength(5);
});
