import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { openLocalFile, type Files, type LocalFile } from "../bytes/localFile";

/** Keeps digests outside of the process. Never fails: what it can't keep is computed again. */
export interface DigestCache {
  get(file: Stamped): Promise<string | undefined>;
  put(file: Stamped, digest: string): Promise<void>;
}

export type Stamped = Pick<LocalFile, "path" | "stamp">;

/** SHA-256 digests of local files, each computed once for as long as nobody writes to the file. Share one in a process. */
export class FileDigests {
  readonly #files: Files;
  readonly #cache: DigestCache | undefined;
  readonly #known = new Map<string, Promise<string>>();

  /** `cache` keeps digests from one process to the next; without it each process reads a file once. */
  constructor(files: Files, cache?: DigestCache) {
    this.#files = files;
    this.#cache = cache;
  }

  /** In lowercase hex. Throws one sentence that names `source.path` where the file can't be read. */
  async of(path: string, signal: AbortSignal): Promise<string> {
    const file = await openLocalFile(resolve(path), this.#files);
    try {
      return await this.ofOpened(file, signal);
    } finally {
      await file.close();
    }
  }

  /** Of a file that is open already. */
  async ofOpened(file: LocalFile, signal: AbortSignal): Promise<string> {
    const key = `${file.path}\n${file.stamp}`;
    const known = this.#known.get(key);
    // Others who want the same digest wait for the first, and start again if the first is interrupted.
    const shared = known && (await known.catch(() => undefined));
    if (shared !== undefined) return shared;
    const computed = this.#compute(file, signal);
    this.#known.set(key, computed);
    return computed;
  }

  async #compute(file: LocalFile, signal: AbortSignal): Promise<string> {
    const kept = await this.#cache?.get(file);
    if (kept !== undefined) return kept;
    const digest = await digestOf(file, signal);
    await this.#cache?.put(file, digest);
    return digest;
  }
}

async function digestOf(file: LocalFile, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const body = file.body();
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  for (let read = 0; (read = await body.read(buffer)) > 0;) {
    signal.throwIfAborted();
    hash.update(buffer.subarray(0, read));
  }
  return hash.digest("hex");
}
