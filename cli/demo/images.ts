import { once } from "node:events";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { makeDiskImage, type DiskImage } from "../../local/diskImage/diskImage";

export interface ServedImage extends DiskImage {
  readonly version: string;
  readonly url: string;
}

export type Images = readonly [ServedImage, ServedImage];

/** Makes two versions of a disk image in `folder` and serves them for as long as `work` takes. */
export async function withImages(folder: string, work: (images: Images) => Promise<void>): Promise<void> {
  const server = await serveFolder(folder);
  const make = async (version: string): Promise<ServedImage> => {
    const name = `web-${version}.qcow2`;
    const image = await makeDiskImage(path.join(folder, name), version);
    return { ...image, version, url: `${server.url}/${name}` };
  };
  try {
    await work([await make("1.0.0"), await make("2.0.0")]);
  } finally {
    server.close();
  }
}

/** Serves what lies in a folder on loopback, HEAD included. */
export async function serveFolder(folder: string): Promise<{ readonly url: string; readonly close: () => void }> {
  const app = new Hono();
  app.use("/*", serveStatic({ root: folder }));
  const server = serve({ fetch: (request) => app.fetch(request), hostname: "127.0.0.1", port: 0 });
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}
