import { createEmulator, type Emulator, type EmulatorArgs } from "../emulator/emulator";
import { seededRandom } from "../emulator/ids";
import { RecordedNetwork } from "../emulator/network";
import { VirtualClock } from "./virtualClock";

export const endpoint = "http://127.0.0.1:1";

export interface VirtualServiceArgs extends Partial<EmulatorArgs> {
  /** Of the files that images are imported from, the one at a URL; `undefined` answers 403. Default: no URL answers. */
  readonly fileAt?: (url: string) => Buffer | undefined;
}

/** So many that none of them comes to its rate limit. */
const watchers = Array.from({ length: 60 }, (_, at) => `dop_v1_watcher_${at}`);

/** The emulator in this process, on virtual time: what it does, and when, depends on the seed and on the requests alone. */
export class VirtualService {
  readonly clock = new VirtualClock();
  readonly network = new RecordedNetwork();
  readonly token: string;
  readonly emulator: Emulator;
  #asked = 0;

  constructor(randomSeed: number, { fileAt, token = "dop_v1_virtual", seed, ...args }: VirtualServiceArgs = {}) {
    this.token = token;
    const request: EmulatorArgs["source"]["request"] = (_, url) => {
      if (fileAt === undefined) return Promise.reject(new Error("no source"));
      const file = fileAt(url);
      return Promise.resolve({ status: file === undefined ? 403 : 200, body: chunks(file ?? Buffer.alloc(0)) });
    };
    const { clock, network } = this;
    const tokens = [...(seed?.tokens ?? []), ...watchers.map((watcher) => ({ token: watcher }))];
    const start = { random: seededRandom(randomSeed), seed: { ...seed, tokens } };
    this.emulator = createEmulator({ clock, ...start, source: { request }, network, token, ...args });
  }

  /** Asks beside the provider and moves no time: for use while a promise is run. */
  ask(method: string, path: string, body?: unknown, token = this.token): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return this.emulator.fetch(
      new Request(`${endpoint}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
    );
  }

  /** Asks as somebody else of the team, which takes nothing from the provider's hour or minute. */
  askBeside(method: string, path: string, body?: unknown): Promise<Response> {
    return this.ask(method, path, body, watchers[(this.#asked += 1) % watchers.length]);
  }

  /** Looks on. Throws where the answer is an error. */
  async watch<T>(path: string): Promise<T> {
    const response = await this.askBeside("GET", path);
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Moves time on until the promise is settled. */
  run<T>(promise: Promise<T>): Promise<T> {
    return this.clock.run(promise);
  }
}

/** A file as a server sends it. */
export async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield await Promise.resolve(bytes.subarray(at, at + 65_536));
}
