import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A raw disk that boots by BIOS, as far as an importer can tell. */
export function bootableDisk(): Buffer {
  const bytes = Buffer.alloc(1_024);
  bytes.write("boot code", 0);
  // One active Linux partition, the second sector.
  bytes[446] = 0x80;
  bytes[450] = 0x83;
  bytes.writeUInt32LE(1, 454);
  bytes.writeUInt32LE(1, 458);
  bytes.writeUInt16BE(0x55aa, 510);
  return bytes;
}

export interface ImageSource {
  readonly url: string;
  close(): void;
}

/** Serves that disk on loopback. */
export async function serveImage(): Promise<ImageSource> {
  const bytes = bootableDisk();
  const server = createServer((_, response) => response.setHeader("content-length", bytes.length).end(bytes));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/web.img`, close: () => server.close() };
}
