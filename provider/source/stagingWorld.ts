import type { Files } from "./bytes/localFile";
import type { ObjectStore } from "./spaces/objectStore";
import type { SpacesSettings } from "./spaces/spacesSettings";
import type { DigestCache } from "./staging/fileDigest";

/** What image files of this machine and the way through Spaces need of the outside world. */
export interface StagingWorld {
  readonly files: Files;
  /** Keeps digests of files from one process to the next. */
  readonly digests?: DigestCache;
  readonly objectStore: (settings: SpacesSettings) => ObjectStore;
  /** From a cryptographic source. */
  readonly randomBytes: (count: number) => Buffer;
}
