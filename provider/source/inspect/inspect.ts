import { bootModeOf } from "./disk/bootMode";
import { ensure, sliceOf, Unreadable, type ByteSource } from "../bytes/byteSource";
import { compressionOf, unpack, type Compression } from "../compression/compression";
import { rootAt, unknownContents, type Contents } from "./disk/contents";
import { fileSystemAt } from "./disk/fileSystem";
import { findingsOn, type Finding } from "./findings";
import { formatOf } from "./formats/formatOf";
import type { OpenedSource } from "../bytes/openedSource";
import type { Observation, Trait, Volume } from "./observation";
import { endOf, logicalPartitions, readPartitionTable, type Partition, type PartitionTable } from "./disk/partitionTable";
import type { StreamedSource } from "../bytes/streamedSource";

/** What an image is, and what stands between it and a Droplet. */
export interface Inspection extends Omit<Observation, "volumes" | "traits"> {
  /** In the order of the partitions, as blkid calls them. */
  readonly filesystems: readonly string[];
  readonly findings: readonly Finding[];
  /** No finding is an error. */
  readonly acceptable: boolean;
}

const headBytes = 64 * 1024;
const tailBytes = 512;
/** A compressed file up to here is unpacked to its end, where nothing else tells the size. */
const measuredBytes = 4 * 1024 * 1024;

/** Reads as little of an image as its findings need. Whatever its bytes are, it answers; only the source's own failures are thrown. */
export async function inspect(source: OpenedSource): Promise<Inspection> {
  const observed = await observe(source);
  const findings = findingsOn(observed);
  const { format, compression, virtualSizeBytes, partitionTable, bootMode, contents, volumes } = observed;
  return {
    ...{ format, compression, virtualSizeBytes, partitionTable, bootMode },
    filesystems: volumes.flatMap(({ fileSystem }) => (fileSystem ? [fileSystem.name] : [])),
    contents,
    findings,
    acceptable: findings.every(({ severity }) => severity !== "error"),
  };
}

/** Fills up on the way: a step that fails leaves its trait, and what the others saw still counts. */
type Traits = Set<Trait>;

const nothing = {
  format: null,
  compression: null,
  virtualSizeBytes: null,
  partitionTable: null,
  bootMode: "unknown",
  volumes: [],
  contents: unknownContents,
} as const;

async function observe(source: OpenedSource): Promise<Observation> {
  const traits: Traits = new Set(source.traits);
  const head = await source.read(0, headBytes);
  if (head.length === 0) return { ...nothing, traits: traits.add("empty") };
  const compression = compressionOf(head);
  if (compression === undefined) return { ...(await observeDisk(source, head, traits, source.local)), traits };
  const unpacked = unpack(source, compression, (trait) => traits.add(trait));
  try {
    const seen = await unlessUnreadable(traits, () => observeUnpacked(source, unpacked, compression, traits));
    return { ...nothing, ...seen, compression: compression.name, traits };
  } finally {
    await unpacked.close();
  }
}

async function observeUnpacked(
  packed: ByteSource,
  unpacked: StreamedSource,
  { unpackedBytes }: Compression,
  traits: Traits,
): Promise<Observed | undefined> {
  const head = await unpacked.read(0, headBytes);
  const obstacle = head.length === 0 ? "empty" : compressionOf(head) !== undefined ? "compressed-twice" : undefined;
  if (obstacle !== undefined) {
    traits.add(obstacle);
    return undefined;
  }
  const disk = await observeDisk(unpacked, head, traits, false);
  if (disk.format !== "raw" || disk.virtualSizeBytes !== null) return disk;
  const size = await unlessUnreadable(traits, async () => {
    const said = await unpackedBytes?.(packed);
    const short = packed.size !== undefined && packed.size <= measuredBytes;
    return said ?? (short ? unpacked.measure() : undefined);
  });
  return { ...disk, virtualSizeBytes: size ?? null };
}

type Observed = Omit<Observation, "traits">;

async function observeDisk(file: ByteSource, head: Buffer, traits: Traits, lookInside: boolean): Promise<Observed> {
  const { size = 0 } = file;
  const tail = size < tailBytes ? undefined : await unlessUnreadable(traits, () => file.read(size - tailBytes, tailBytes));
  const format = formatOf(head, tail ?? Buffer.alloc(0));
  const disk = await unlessUnreadable(traits, async () => {
    const opened = await format.open(file);
    ensure(opened.virtualSizeBytes === undefined || Number.isSafeInteger(opened.virtualSizeBytes));
    return opened;
  });
  const seen = { ...nothing, format: format.name, virtualSizeBytes: disk?.virtualSizeBytes ?? null };
  for (const trait of disk?.traits ?? []) traits.add(trait);
  if (disk?.guest === undefined) return seen;
  const guest = await observeGuest(disk.guest, traits, lookInside);
  await unlessUnreadable(traits, async () => disk.verify?.());
  return { ...seen, ...guest };
}

async function observeGuest(disk: ByteSource, traits: Traits, lookInside: boolean): Promise<Partial<Observed>> {
  const sector = await unlessUnreadable(traits, () => disk.read(0, 512));
  if (sector === undefined) return {};
  const table = await unlessUnreadable(traits, () => readPartitionTable(disk, sector));
  if (table === undefined) return {};
  const { kind, reach, gptMissing } = table;
  if (gptMissing) traits.add("gpt-missing");
  const volumes = await volumesOf(disk, table, traits);
  const partitions = kind === "none" ? [] : volumes.map(({ partition }) => partition);
  if (disk.size !== undefined && Math.max(reach, ...partitions.map(endOf)) > disk.size) traits.add("truncated");
  const contents = lookInside ? await contentsOf(disk, volumes, traits) : unknownContents;
  return { partitionTable: kind, bootMode: bootModeOf(sector, kind, partitions), volumes, contents };
}

async function volumesOf(disk: ByteSource, { kind, partitions }: PartitionTable, traits: Traits): Promise<Volume[]> {
  const whole: Partition = { start: 0, bytes: disk.size ?? Infinity, purpose: "other", legacyBootable: false };
  const volumes = new Map<Partition, Volume>(
    (kind === "none" ? [whole] : partitions).map((partition) => [partition, { partition, fileSystem: null }]),
  );
  const look = async (partition: Partition): Promise<void> => {
    const within = sliceOf(disk, partition.start, partition.bytes);
    const found = await unlessUnreadable(traits, async () => ({ fileSystem: await fileSystemAt(within) }));
    volumes.set(partition, { partition, fileSystem: null, ...found });
  };
  // From the front to the back, whatever the order of the table: a stream can't go back far.
  for (const partition of [...volumes.keys()].sort((a, b) => a.start - b.start)) {
    if (partition.purpose !== "extended") await look(partition);
    // Where its chain is out of reach, it stays for what could not be seen.
    else if (await unlessUnreadable(traits, () => lookAtLogical(disk, partition, look))) volumes.delete(partition);
  }
  return [...volumes.values()];
}

/** True once all have been looked at. */
async function lookAtLogical(disk: ByteSource, extended: Partition, look: (partition: Partition) => Promise<void>): Promise<true> {
  for await (const logical of logicalPartitions(disk, extended)) await look(logical);
  return true;
}

async function contentsOf(disk: ByteSource, volumes: readonly Volume[], traits: Traits): Promise<Contents> {
  for (const { partition, fileSystem } of volumes) {
    if (!/^ext[234]$/.test(fileSystem?.name ?? "")) continue;
    // A file system that can't be walked is no finding: the kernel's driver knows more features than this one.
    const found = await unlessUnreadable(new Set(), () => rootAt(disk, partition.start, partition.bytes));
    if (found === undefined) continue;
    for (const trait of found.traits) traits.add(trait);
    return found.contents;
  }
  return unknownContents;
}

async function unlessUnreadable<T>(traits: Traits, step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    if (error.obstacle !== "out-of-reach") traits.add(error.obstacle);
    return undefined;
  }
}
