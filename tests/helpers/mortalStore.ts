import type { ObjectStore } from "../../provider/source/spaces/objectStore";
import type { FakeObjectStore } from "./fakeObjectStore";

/** Lets a request happen, unless the process has died by then. */
export type Passage = <T>(request: () => Promise<T>) => Promise<T>;

/** A process's way to the bucket. What it was uploading when it died stays behind as parts. */
export function mortalStore(bucket: FakeObjectStore, pass: Passage, alive: () => boolean): ObjectStore {
  return {
    urlOf: (key) => bucket.urlOf(key),
    reach: (signal) => pass(() => bucket.reach(signal)),
    list: (prefix, signal) => pass(() => bucket.list(prefix, signal)),
    setVisibility: (key, visibility, signal) => pass(() => bucket.setVisibility(key, visibility, signal)),
    anonymousStatus: (key, signal) => pass(() => bucket.anonymousStatus(key, signal)),
    remove: (key, signal) => pass(() => bucket.remove(key, signal)),
    abortUploads: (prefix, signal) => pass(() => bucket.abortUploads(prefix, signal)),
    expireAfterADay: (prefix, signal) => pass(() => bucket.expireAfterADay(prefix, signal)),
    upload(key, body, sent, signal) {
      const read = (into: Buffer): Promise<number> => (alive() ? body.read(into) : Promise.reject(new Error("The process has died.")));
      return pass(() =>
        bucket.upload(key, { read, close: () => body.close() }, sent, signal).catch((error: unknown) => {
          if (alive()) throw error;
          bucket.uploads.add(key);
          return new Promise<never>(() => undefined);
        }),
      );
    },
  };
}
