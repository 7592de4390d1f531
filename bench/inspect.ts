import { once as event } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspectUrl } from "../provider/source/inspect/inspectSource";
import { bootableDisk } from "./imageSource";
import { median } from "./median";
import { atMost, once, type Row } from "./row";

const imageBytes = 20_000_000_000;
const rounds = 5;

/** What it costs to look at a large image before it is imported. */
export const inspectRows: readonly Row[] = [
  { id: "inspect.bytes", unit: "MiB", target: atMost(4), measure: async () => (await looking()).bytes },
  { id: "inspect.seconds", unit: "s", target: atMost(1), measure: async () => (await looking()).seconds },
];

const looking = once(async () => {
  const image = await serveLargeImage();
  try {
    const seconds: number[] = [];
    const bytes: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const began = process.hrtime.bigint();
      const { inspection, bytesRead } = await inspectUrl(image.url, { send: (request) => fetch(request) });
      seconds.push(Number(process.hrtime.bigint() - began) / 1e9);
      bytes.push(bytesRead / 1024 ** 2);
      if (inspection.virtualSizeBytes !== imageBytes) throw new Error("The image was not seen as it is.");
    }
    const note = `a raw disk of 20 GB, served with ranges on loopback; median of ${rounds}`;
    return { bytes: { value: median(bytes), note }, seconds: { value: median(seconds), note } };
  } finally {
    image.close();
  }
});

/** Serves a disk with a partition table and zeros after it, in ranges. */
async function serveLargeImage(): Promise<{ readonly url: string; readonly close: () => void }> {
  const head = bootableDisk();
  const server = createServer((request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    if (from === undefined || to === undefined) {
      response.setHeader("content-length", imageBytes).end();
      return;
    }
    const [start, end] = [Number(from), Math.min(Number(to), imageBytes - 1)];
    const bytes = Buffer.alloc(end - start + 1);
    head.copy(bytes, 0, Math.min(start, head.length));
    response.writeHead(206, { "content-range": `bytes ${start}-${end}/${imageBytes}`, "content-length": bytes.length }).end(bytes);
  });
  server.listen(0, "127.0.0.1");
  await event(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/web.img`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
