import { createHash } from "node:crypto";
import { StoreRefusal, type ObjectStore } from "../../provider/source/spaces/objectStore";
import type { VirtualClock } from "../../virtual/virtualClock";

export interface FakeObject {
  readonly bytes: number;
  /** SHA-256 of what was uploaded. */
  readonly sha256: string;
  public: boolean;
}

export interface FakeObjectStoreArgs {
  readonly clock: VirtualClock;
  /** What a request takes. Default: 20. */
  readonly requestMilliseconds?: number;
  /** Default: 100 MiB. */
  readonly bytesPerSecond?: number;
}

/** A bucket in memory, on the clock that it is handed: what it holds outlives the processes that put it there. */
export class FakeObjectStore implements ObjectStore {
  readonly objects = new Map<string, FakeObject>();
  /** Keys of uploads that were begun and neither completed nor given up. */
  readonly uploads = new Set<string>();
  /** `<method> <key or prefix>` of each request so far. */
  readonly requests: string[] = [];
  /** Refuses the requests that match, from now on. */
  refuse: RegExp | undefined;
  /** While true, nothing that was published can be read without a key. */
  cold = false;

  readonly #clock: VirtualClock;
  readonly #requestMilliseconds: number;
  readonly #bytesPerSecond: number;

  constructor({ clock, requestMilliseconds = 20, bytesPerSecond = 100 * 1024 * 1024 }: FakeObjectStoreArgs) {
    this.#clock = clock;
    this.#requestMilliseconds = requestMilliseconds;
    this.#bytesPerSecond = bytesPerSecond;
  }

  urlOf(key: string): string {
    return `http://127.0.0.1:7480/images/${key}`;
  }

  /** The object behind a URL, as far as someone without a key sees it. */
  served(url: string): FakeObject | undefined {
    const object = this.objects.get(url.slice(this.urlOf("").length));
    return object?.public === true && !this.cold ? object : undefined;
  }

  async reach(signal: AbortSignal): Promise<void> {
    await this.#request("reach", "", signal);
  }

  async list(prefix: string, signal: AbortSignal): Promise<readonly { key: string; bytes: number }[]> {
    await this.#request("list", prefix, signal);
    return [...this.objects].filter(([key]) => key.startsWith(prefix)).map(([key, { bytes }]) => ({ key, bytes }));
  }

  async upload(
    key: string,
    body: Parameters<ObjectStore["upload"]>[1],
    sent: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<number> {
    await this.#request("upload", key, signal);
    this.uploads.add(key);
    const hash = createHash("sha256");
    const part = Buffer.alloc(1024 * 1024);
    let bytes = 0;
    try {
      for (let read = 0; (read = await this.#clock.outside(body.read(part))) > 0;) {
        hash.update(part.subarray(0, read));
        bytes += read;
        await this.#clock.sleep((read / this.#bytesPerSecond) * 1000, signal);
        sent(bytes);
      }
    } finally {
      this.uploads.delete(key);
    }
    this.objects.set(key, { bytes, sha256: hash.digest("hex"), public: false });
    return bytes;
  }

  async setVisibility(key: string, visibility: "private" | "public-read", signal: AbortSignal): Promise<void> {
    await this.#request(visibility, key, signal);
    const object = this.objects.get(key);
    if (object === undefined) throw new StoreRefusal(`No object \`${key}\`.`, 404);
    object.public = visibility === "public-read";
  }

  async anonymousStatus(key: string, signal: AbortSignal): Promise<number> {
    await this.#request("look", key, signal);
    return this.served(this.urlOf(key)) === undefined ? 403 : 200;
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    await this.#request("remove", key, signal);
    this.objects.delete(key);
  }

  async abortUploads(prefix: string, signal: AbortSignal): Promise<number> {
    await this.#request("abort", prefix, signal);
    const found = [...this.uploads].filter((key) => key.startsWith(prefix));
    for (const key of found) this.uploads.delete(key);
    return found.length;
  }

  async expireAfterADay(prefix: string, signal: AbortSignal): Promise<void> {
    await this.#request("expire", prefix, signal);
  }

  async #request(method: string, what: string, signal: AbortSignal): Promise<void> {
    const request = `${method} ${what}`;
    this.requests.push(request);
    await this.#clock.sleep(this.#requestMilliseconds, signal);
    if (this.refuse?.test(request) === true) throw new StoreRefusal(`Spaces refused to ${request}.`, 403);
  }
}
