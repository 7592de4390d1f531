import { randomBytes, randomInt } from "node:crypto";
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { serve, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

import type { Clock } from "./clock";
import { createEmulator } from "./emulator";
import { seededRandom } from "./ids";
import type { ImageHost } from "./importer";
import { LoopbackNetwork } from "./network";
import type { EmulatorOptions } from "./options";
import { ConnectionDropped } from "./respond";
import type { Seed } from "./seed";

/** How to start the server. */
export interface StartEmulatorArgs {
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Port to listen on. Default 0, any free one. */
  readonly port?: number;
  /** The token with full access. Default a random one. */
  readonly token?: string;
  /** What exists at the start. Default nothing. */
  readonly seed?: Seed;
  /** What differs from the default behaviour. */
  readonly options?: Partial<EmulatorOptions>;
  /** Seed of all ids. Default a random one. */
  readonly randomSeed?: number;
  /** Receives log lines. Default none. */
  readonly log?: (line: string) => void;
}

/** An emulator that listens. */
export interface RunningEmulator {
  /** What to use in place of https://api.digitalocean.com, without a slash at the end. */
  readonly url: string;
  /** Where the controls are. */
  readonly control: string;
  readonly token: string;
  readonly pid: number;
  /** Stops listening and closes every connection and the Droplets' ports. */
  close(): Promise<void>;
}

/** Starts the emulator as an HTTP server; the promise ends once it listens. Rejects where the address is taken. */
export async function startEmulator(args: StartEmulatorArgs = {}): Promise<RunningEmulator> {
  const { host = "127.0.0.1", port = 0, seed, options, log = () => undefined } = args;
  const token = args.token ?? `dop_v1_${randomBytes(32).toString("hex")}`;
  const network = new LoopbackNetwork(() => randomInt(2 ** 32) / 2 ** 32, log);
  if (process.platform !== "linux") log("Droplets have no listeners here: only Linux routes all of 127.0.0.0/8 to itself.");
  const random = seededRandom(args.randomSeed ?? randomInt(2 ** 32));
  const emulator = createEmulator({ clock: realClock, random, source: httpSource, network, token, options, seed });

  const answer = async (request: Request, { outgoing }: HttpBindings): Promise<Response> => {
    try {
      return await emulator.fetch(request);
    } catch (error) {
      if (!(error instanceof ConnectionDropped)) {
        log(`A request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        return Response.json({ id: "server_error", message: "Unexpected server-side error" }, { status: 500 });
      }
      outgoing.destroy();
      return RESPONSE_ALREADY_SENT;
    }
  };
  const server = await listen(answer, host, port);
  const { family, address, port: bound } = server.address() as AddressInfo;
  const url = `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`;
  const close = async (): Promise<void> => {
    emulator.close();
    await network.closeAll();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      if ("closeAllConnections" in server) server.closeAllConnections();
    });
  };
  return { url, control: `${url}/_emulator`, token, pid: process.pid, close };
}

type Server = ReturnType<typeof serve>;

function listen(fetch: (request: Request, bindings: HttpBindings) => Promise<Response>, hostname: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: (request, bindings) => fetch(request, bindings as HttpBindings), hostname, port }, () => resolve(server));
    server.on("error", reject);
  });
}

const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal, ref: false }),
};

const httpSource: ImageHost = {
  request: (method, url) =>
    new Promise((resolve, reject) => {
      const answered = (answer: IncomingMessage): void => {
        // An unread body would keep the connection open.
        if (method === "HEAD" || answer.statusCode !== 200) answer.resume();
        resolve({ status: answer.statusCode ?? 0, location: answer.headers.location, body: answer });
      };
      httpRequest(url, { method, agent: false }, answered).on("error", reject).end();
    }),
};
