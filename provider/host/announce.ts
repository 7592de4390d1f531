import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

/**
 * Listens on a free loopback port and prints it, which must be the first line of stdout: the engine waits for it without a time limit.
 * What answers may be loaded after that, beside the engine's connecting, but in the same turn of the event loop: who connects before it
 * listens to `connection` is heard by nobody.
 */
export async function announce(print: (line: string) => void): Promise<Server> {
  const listener = createServer();
  await once(listener.listen(0, "127.0.0.1"), "listening");
  print(`${(listener.address() as AddressInfo).port}\n`);
  return listener;
}
