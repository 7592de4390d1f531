import type { World } from "../world";
import type { FileDigests } from "./staging/fileDigest";
import type { Inspection } from "./inspect/inspect";
import { inspectLater } from "./inspect/inspectLater";
import { isSpacesGiven, requireSpaces, type GivenSpaces } from "./spaces/spacesSettings";
import type { StagingWorld } from "./stagingWorld";
import type { Staging } from "./staging/staging";

/** What was configured of Spaces, in whatever region the image is. */
export type ConfiguredSpaces = Omit<GivenSpaces, "region">;

/** Local image files, and the way through Spaces: shared by all images of one configured provider. */
export interface SourceAccess {
  /** SHA-256 in lowercase hex. Throws one sentence that names `source.path` where the file can't be read. */
  digest(path: string, signal: AbortSignal): Promise<string>;
  /** What the file is, whose digest is this; looked at once. */
  inspection(path: string, digest: string): Promise<Inspection>;
  /** Whether Spaces was configured. */
  readonly hasSpaces: boolean;
  /**
   * The way through Spaces for images that are imported to the region. Throws one sentence, which `purpose` begins, that names what is
   * missing of its configuration.
   */
  staging(region: string, purpose: string): Staging;
}

/** Loads what it needs when the first image needs it: the provider starts quicker without. */
export function createSourceAccess(world: World, spaces: ConfiguredSpaces, given?: StagingWorld): SourceAccess {
  const stagingWorld = (): StagingWorld => {
    if (given === undefined) throw new Error("This provider was started without files and object storage.");
    return given;
  };
  const inspections = new Map<string, Promise<Inspection>>();
  const stagings = new Map<string, Staging>();
  let known: FileDigests | undefined;
  const digests = (): FileDigests => {
    const { FileDigests } = require("./staging/fileDigest") as typeof import("./staging/fileDigest");
    const { files, digests: cache } = stagingWorld();
    return (known ??= new FileDigests(files, cache));
  };
  return {
    digest: (path, signal) => digests().of(path, signal),
    inspection(path, digest) {
      const looked =
        inspections.get(digest) ??
        inspectLater()
          .inspectFile(path, stagingWorld().files)
          .then(({ inspection }) => inspection);
      inspections.set(digest, looked);
      return looked;
    },
    hasSpaces: isSpacesGiven({ ...spaces, region: "" }),
    staging(region, purpose) {
      const settings = requireSpaces({ ...spaces, region }, purpose);
      const { files, objectStore, randomBytes } = stagingWorld();
      const { createStaging } = require("./staging/staging") as typeof import("./staging/staging");
      const staging =
        stagings.get(settings.endpoint) ?? createStaging({ store: objectStore(settings), files, digests: digests(), world, randomBytes });
      stagings.set(settings.endpoint, staging);
      return staging;
    },
  };
}
