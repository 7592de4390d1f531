import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import manifest from "../package.json";

/** Serves a release's files as a forge does, and remembers what it was asked for. */
export async function serveRelease(folder: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = path.basename(request.url ?? "");
    asked.push(name);
    response.end(readFileSync(path.join(folder, name)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, close: () => server.close(), overrides: `^${manifest.pulumi.server}=${url}` };
}
