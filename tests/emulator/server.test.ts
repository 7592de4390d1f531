import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";

import { startEmulator } from "../../emulator/main";
import { useEmulator, type EmulatorUnderTest } from "../helpers/emulator";
import { disk } from "./inMemory";

let emulator: EmulatorUnderTest;
let files: Server;
let fileUrl: string;

beforeEach(async () => {
  emulator = await useEmulator({ options: { importSeconds: 0, transferSeconds: 0, dropletSeconds: 0 } });
  files = createServer((_, response) => response.end(disk())).listen(0, "127.0.0.1");
  await once(files, "listening");
  fileUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}/web.qcow2`;
});

afterEach(async () => {
  await emulator.close();
  files.close();
});

/** Asks until the answer is as wanted; the test's time limit ends it. */
async function until<Body>(path: string, wanted: (body: Body) => boolean): Promise<Body> {
  for (;;) {
    const { body } = await emulator.call<Body>("GET", path);
    if (wanted(body)) return body;
  }
}

async function firstLine(address: string, port: number): Promise<string> {
  const socket = connect(port, address);
  try {
    const [data] = (await once(socket, "data")) as [Buffer];
    return data.toString();
  } finally {
    socket.destroy();
  }
}

interface Droplets {
  readonly droplets: { readonly status: string; readonly networks: { readonly v4: { readonly ip_address: string }[] } }[];
}

test("imports over HTTP, and a Droplet really listens on addresses of its own until it is deleted", async () => {
  const created = await emulator.call<{ image: { id: number } }>("POST", "/v2/images", { name: "web", url: fileUrl, region: "nyc3" });
  const id = created.body.image.id;
  await until<{ image: { status: string } }>(`/v2/images/${id}`, ({ image }) => image.status === "available");
  const key = await emulator.call<{ ssh_key: { id: number } }>("POST", "/v2/account/keys", { name: "me", public_key: "ssh-ed25519 AAAA" });
  const listen = [
    { port: 8080, kind: "http" },
    { port: 2222, kind: "ssh" },
  ];
  await emulator.control("workloads", { sha256: createHash("sha256").update(disk()).digest("hex"), listen });
  const order = { names: ["a"], image: id, region: "nyc3", size: "s-1vcpu-1gb", tags: ["web"], ssh_keys: [key.body.ssh_key.id] };
  expect((await emulator.call("POST", "/v2/droplets", order)).status).toBe(202);
  const { droplets } = await until<Droplets>("/v2/droplets", (body) => body.droplets[0]?.status === "active");
  const addresses = droplets[0]!.networks.v4.map(({ ip_address }) => ip_address);
  expect(new Set(addresses).size).toBe(2);
  for (const address of addresses) {
    const response = await fetch(`http://${address}:8080/health`);
    expect([response.status, await response.text()]).toEqual([200, `a runs web (image ${id})\n`]);
    expect(await firstLine(address, 2222)).toMatch(/^SSH-2\.0-/);
  }
  expect((await emulator.call("DELETE", "/v2/droplets?tag_name=web")).status).toBe(204);
  await expect(fetch(`http://${addresses[0]!}:8080/health`)).rejects.toThrow();
});

test("a dropped connection is one to the client, and the next request is served", async () => {
  await emulator.control("faults", { on: "request", drop: true });
  await expect(emulator.call("GET", "/v2/account")).rejects.toThrow("fetch failed");
  expect((await emulator.call("GET", "/v2/account")).status).toBe(200);
  expect((await emulator.requests()).map(({ status }) => status)).toEqual([null, 200]);
});

test("links name the host that the client used", async () => {
  const { port } = new URL(emulator.url);
  const response = await fetch(`http://localhost:${port}/v2/sizes`, { headers: { authorization: `Bearer ${emulator.token}` } });
  const { links } = (await response.json()) as { links: { pages: { next: string } } };
  expect(links.pages.next).toBe(`http://localhost:${port}/v2/sizes?page=2&per_page=20`);
});

test("a port that a Droplet cannot have is logged and skipped", async () => {
  const lines: string[] = [];
  const noisy = await useEmulator({
    options: { dropletSeconds: 0 },
    log: (line) => lines.push(line),
    // Two listeners on one port: the second cannot have it.
    seed: {
      images: [{ name: "web", regions: ["nyc3"], sha256: "0".repeat(64) }],
      workloads: [
        {
          sha256: "0".repeat(64),
          listen: [
            { port: 8080, kind: "http" },
            { port: 8080, kind: "tcp" },
          ],
        },
      ],
      sshKeys: [{ name: "me", publicKey: "ssh-ed25519 AAAA" }],
    },
  });
  const keys = await noisy.call<{ ssh_keys: { id: number }[] }>("GET", "/v2/account/keys");
  const images = await noisy.call<{ images: { id: number }[] }>("GET", "/v2/images?private=true");
  const order = { name: "a", image: images.body.images[0]!.id, region: "nyc3", size: "s-1vcpu-1gb", ssh_keys: [keys.body.ssh_keys[0]!.id] };
  await noisy.call("POST", "/v2/droplets", order);
  while (lines.length < 2) await noisy.control("network");
  expect(lines[0]).toMatch(/^Port 8080 of 127\.\d+\.\d+\.\d+ stays closed: .*EADDRINUSE/);
  const { addresses } = (await noisy.control("network")) as { addresses: Record<string, unknown> };
  expect(Object.values(addresses)).toEqual([[{ port: 8080, kind: "http" }], [{ port: 8080, kind: "http" }]]);
  await noisy.close();
});

test("a start on a port that is taken is an error", async () => {
  await expect(startEmulator({ port: Number(new URL(emulator.url).port) })).rejects.toThrow("EADDRINUSE");
});

test("closing ends requests that wait, at once", async () => {
  const other = await useEmulator();
  await other.control("faults", { on: "request", delaySeconds: 3_600 });
  const waiting = other.call("GET", "/v2/account").catch(() => "ended");
  while ((await other.requests()).length === 0) await other.control("clock");
  await other.close();
  expect(await waiting).toBe("ended");
});
