import { withTimeout } from "../../waiting/timeout";
import type { World } from "../../world";
import type { FileDigests } from "./fileDigest";
import type { Files } from "../bytes/localFile";
import { StoreRefusal, type ObjectStore, type StoredObject } from "../spaces/objectStore";
import { isOf, newKey, prefixOf, stagingPrefix } from "./stagedKey";
import { fileUpload, urlUpload, type StageSource, type UploadSource, type UploadSourceArgs } from "./uploadSource";
import { orAborted } from "../../waiting/orAborted";
import { Mutex } from "../../waiting/mutex";
import { pause } from "../../waiting/waits";
import { uploadProgress } from "./uploadProgress";

/** Brings bits that DigitalOcean can't fetch by itself to where it can. */
export interface Staging {
  /**
   * Uploads the source as a private object under a key that nobody can guess, or finds what an interrupted run of the same correlation had
   * uploaded already, and removes whatever else those runs left. Nothing of a stage that fails is left. Throws one finished sentence.
   */
  stage(request: StageRequest, call: StageCall): Promise<StagedObject>;
  /** Removes what the runs of this correlation have left in the bucket, and answers how many things those were. */
  clear(correlation: string, signal: AbortSignal): Promise<number>;
}

export interface StageRequest extends UploadSourceArgs {
  readonly source: StageSource;
  /** Tells this image's objects from others': the same for every run that would go on with it, or bring other bits in its place. */
  readonly correlation: string;
}

/** What of an operation is needed: any resource's call has it. */
export interface StageCall {
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** Bits in Spaces. Private until `publish`. */
export interface StagedObject {
  /** Where they are read while they are public. */
  readonly url: string;
  readonly key: string;
  /** SHA-256 of the source as it came, not of what was packed from it; lowercase hex. */
  readonly digest: string;
  /** Of the object. */
  readonly bytes: number;
  /** True where an earlier run had uploaded them. */
  readonly found: boolean;
  /** Lets everyone who knows the URL read them, and makes sure that they can. Where it throws, the object is still to be removed. */
  publish(signal: AbortSignal): Promise<void>;
  /** Back to private. */
  withdraw(signal: AbortSignal): Promise<void>;
  /** Deletes the object, also after the operation was interrupted: it takes no signal, and 10 s at most. */
  remove(): Promise<void>;
}

export interface StagingArgs {
  readonly store: ObjectStore;
  readonly files: Files;
  readonly digests: FileDigests;
  readonly world: Pick<World, "clock" | "send">;
  /** From a cryptographic source. */
  readonly randomBytes: (count: number) => Buffer;
}

/** In milliseconds. */
const removeTime = 10_000;
/** Times that a published object is asked for by its URL, and the pause between them in milliseconds. */
const looks = 5;
const untilNextLook = 1_000;

export function createStaging({ store, files, digests, world, randomBytes }: StagingArgs): Staging {
  // They share the wire, so side by side they would take as long, and their memory would add up.
  const turns = new Mutex(world.clock, "a turn to upload");

  const uploadSourceOf = (request: StageRequest, call: StageCall): Promise<UploadSource> | UploadSource => {
    if ("url" in request.source) return urlUpload(request.source, request, world, call.signal);
    call.progress("Computing the digest of the local image");
    return fileUpload(request.source.path, request, { files, digests }, call.signal);
  };

  const upload = async (uploadSource: UploadSource, correlation: string, { signal, progress }: StageCall): Promise<StagedObject> => {
    const opened = await orAborted(uploadSource.open(), signal);
    const { body, sent } = uploadProgress(opened, world.clock, progress);
    try {
      const key = newKey(correlation, uploadSource.identity, opened.extension, randomBytes);
      const bytes = await store.upload(key, body, sent, signal);
      return staged({ key, bytes }, opened.digest(), false);
    } finally {
      // Not waited for: it ends after a read under way, for which a silent server lets us wait.
      void body.close().catch(() => undefined);
    }
  };

  const staged = ({ key, bytes }: StoredObject, digest: string, found: boolean): StagedObject => ({
    ...{ key, bytes, digest, found, url: store.urlOf(key) },
    publish: (signal) => publish(key, store, world, signal),
    withdraw: (signal) => store.setVisibility(key, "private", signal),
    remove: () => removeInTime(key, store, world),
  });

  return {
    async stage(request, call) {
      const { correlation } = request;
      const { signal } = call;
      await store.reach(signal);
      await store.expireAfterADay(stagingPrefix, signal);
      const uploadSource = await uploadSourceOf(request, call);
      try {
        const { identity } = uploadSource;
        const isSame = ({ key, bytes }: StoredObject): boolean =>
          identity !== undefined && isOf(key, identity) && (uploadSource.bytes ?? bytes) === bytes;
        const { kept } = await tidy(correlation, store, signal, isSame);
        if (kept === undefined || identity === undefined)
          return await turns.runExclusive(signal, () => upload(uploadSource, correlation, call));
        // The run that put it there may have died while it was public.
        await store.setVisibility(kept.key, "private", signal);
        return staged(kept, identity, true);
      } finally {
        await uploadSource.close();
      }
    },
    async clear(correlation, signal) {
      return (await tidy(correlation, store, signal, () => false)).removed;
    },
  };
}

/** Removes what is left under the correlation but for one object that may stay. */
async function tidy(
  correlation: string,
  store: ObjectStore,
  signal: AbortSignal,
  mayStay: (object: StoredObject) => boolean,
): Promise<{ kept: StoredObject | undefined; removed: number }> {
  const prefix = prefixOf(correlation);
  const uploads = await store.abortUploads(prefix, signal);
  const objects = await store.list(prefix, signal);
  const kept = objects.find(mayStay);
  const others = objects.filter((object) => object !== kept);
  for (const { key } of others) await store.remove(key, signal);
  return { kept, removed: uploads + others.length };
}

async function removeInTime(key: string, store: ObjectStore, { clock }: Pick<World, "clock">): Promise<void> {
  try {
    await withTimeout(clock, removeTime, new AbortController().signal, (signal) => store.remove(key, signal));
  } catch (error) {
    const reason = error instanceof StoreRefusal ? error.message : `Spaces gave no answer within ${removeTime / 1000} s.`;
    throw new Error(`The staged image \`${key}\` could not be removed, so remove it from the bucket by hand: ${reason}`);
  }
}

/** An import of an object that can't be read would fail after minutes with little said, so this makes the importer's first request. */
async function publish(key: string, store: ObjectStore, { clock }: Pick<World, "clock">, signal: AbortSignal): Promise<void> {
  await store.setVisibility(key, "public-read", signal);
  for (let look = 1; ; look += 1) {
    const status = await store.anonymousStatus(key, signal);
    if (status === 200) return;
    if (look === looks) {
      throw new Error(
        `The staged image was made public, but Spaces answers ${status} to who asks without a key, as DigitalOcean's importer does: ` +
          "use a standard bucket, not one in Cold Storage, without a bucket policy that forbids public objects.",
      );
    }
    await pause(clock, untilNextLook, "Spaces to make the staged image public", signal);
  }
}
