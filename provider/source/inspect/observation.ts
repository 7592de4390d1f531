import type { BootMode } from "./disk/bootMode";
import type { Obstacle } from "../bytes/byteSource";
import type { CompressionName, FormatName } from "../accepted";
import type { CloudInitTrait } from "./disk/cloudInit";
import type { Contents } from "./disk/contents";
import type { FormatTrait } from "./formats/diskFormat";
import type { FileSystem } from "./disk/fileSystem";
import type { Partition, PartitionTable } from "./disk/partitionTable";
import type { SourceTrait } from "../bytes/openedSource";

/** What was seen that no value of the observation says. */
export type Trait =
  | SourceTrait
  | FormatTrait
  | Exclude<Obstacle, "out-of-reach">
  | "empty"
  | "compressed-twice"
  | "gpt-missing"
  | "trailing-bytes"
  | CloudInitTrait;

/** What an image turned out to be: the findings are rules on this. */
export interface Observation {
  /** Of the disk inside the compression; null where that can't be read. */
  readonly format: FormatName | null;
  readonly compression: CompressionName | null;
  /** Null where only reading everything would tell. */
  readonly virtualSizeBytes: number | null;
  /** Null where it can't be read. */
  readonly partitionTable: PartitionTable["kind"] | null;
  readonly bootMode: BootMode;
  /** In the order of the partitions; the whole disk is one where it has no table. */
  readonly volumes: readonly Volume[];
  readonly contents: Contents;
  readonly traits: ReadonlySet<Trait>;
}

/** A partition and its file system: undefined where none is known, null where it could not be read. */
export interface Volume {
  readonly partition: Partition;
  readonly fileSystem: FileSystem | undefined | null;
}
