import { TimeoutError, withTimeout } from "../waiting/timeout";
import type { FunctionType } from "../host/function";
import type { PropertyTable, ValuesOf } from "../host/property";
import type { ProviderContext } from "../providerContext";
import type { Inspection } from "../source/inspect/inspect";
import { askSource } from "../source/bytes/askSource";
import { inspectLater } from "../source/inspect/inspectLater";

/** In milliseconds. At most 4 MiB are read. */
const timeLimit = 60_000;

const inputs = {
  url: { shape: "string", doc: "An http or https URL of an image. May be secret. Excludes `path`." },
  path: { shape: "path", doc: "A local image file, relative to the program's working folder. Excludes `url`." },
} as const satisfies PropertyTable;

const finding = {
  code: { shape: "string", required: true, doc: "The finding's stable name: `uefi-only`." },
  severity: {
    shape: "string",
    required: true,
    doc: "`error`: import or boot will fail; `warning`: it is likely to; `note`: good to know.",
  },
  message: { shape: "string", required: true, doc: "What was found, in one sentence." },
  remedy: { shape: "string", required: true, doc: "What to do about it." },
  source: { shape: "string", required: true, doc: "Where the rule comes from." },
} as const satisfies PropertyTable;

const outputs = {
  acceptable: { shape: "boolean", required: true, doc: "Whether no finding is an error." },
  format: {
    shape: "string",
    doc: "Format of the disk inside the compression: `raw`, `qcow2`, `vmdk`, `vhdx`, `vdi`, `vhd`, `iso`, `tar`, `ova`, `zip`, `text` or `html`. Absent where it can't be read.",
  },
  compression: { shape: "string", doc: "`gzip`, `bzip2`, `xz` or `zstd`. Absent where there is none." },
  virtualSizeBytes: { shape: "integer", doc: "Bytes of the disk as a Droplet sees it. Absent where only reading everything would tell." },
  partitionTable: { shape: "string", doc: "`none`, `mbr` or `gpt`. Absent where it can't be read." },
  bootMode: { shape: "string", required: true, doc: "`bios`, `uefi-only` or `unknown`. Droplets boot by BIOS." },
  filesystems: { shape: { listOf: "string" }, required: true, doc: "File systems in the order of the partitions, as blkid calls them." },
  contents: {
    shape: {
      object: {
        cloudInit: { shape: "boolean", doc: "Whether cloud-init or another accepted first-boot agent is there." },
        sshd: { shape: "boolean", doc: "Whether an SSH server is there." },
      },
    },
    required: true,
    doc: "What the root file system holds. Looked for in uncompressed local images only, and absent where it can't be told.",
  },
  findings: { shape: { listOf: { object: finding } }, required: true, doc: "What there is to say about the image, errors first." },
} as const satisfies PropertyTable;

/** Says what an image is, and what stands between it and a Droplet, before anything is spent. */
export const inspectImage: FunctionType<ProviderContext, typeof inputs, typeof outputs> = {
  token: "imagefleet:index:inspectImage",
  doc: "Says what an image is, and what stands between it and a Droplet: format, sizes, how it boots, and findings. Reads as little as possible (of a URL at most 4 MiB) and changes nothing. Fails where the image can't be read at all. `./bin/imagefleet inspect` prints the same.",
  inputs,
  outputs,
  async invoke({ url, path }, context, signal) {
    if (url !== undefined && path === undefined) {
      return withoutNulls(await inspectUrl(url, context, signal));
    }
    if (path !== undefined && url === undefined) return withoutNulls((await inspectLater().inspectFile(path)).inspection);
    throw new Error("`inspectImage` must be given either `url` or `path`: name the one image to inspect.");
  },
};

async function inspectUrl(url: string, { world }: ProviderContext, signal: AbortSignal): Promise<Inspection> {
  try {
    return (
      await withTimeout(world.clock, timeLimit, signal, (inner) =>
        inspectLater().inspectUrl(url, { send: askSource(world), signal: inner }),
      )
    ).inspection;
  } catch (error) {
    if (error instanceof TimeoutError) throw new Error(`The image's server is too slow: ${error.message}.`, { cause: error });
    throw error;
  }
}

function withoutNulls({ format, compression, virtualSizeBytes, partitionTable, contents, ...rest }: Inspection): ValuesOf<typeof outputs> {
  return {
    ...rest,
    ...(format !== null && { format }),
    ...(compression !== null && { compression }),
    ...(virtualSizeBytes !== null && { virtualSizeBytes }),
    ...(partitionTable !== null && { partitionTable }),
    contents: {
      ...(contents.cloudInit !== null && { cloudInit: contents.cloudInit }),
      ...(contents.sshd !== null && { sshd: contents.sshd }),
    },
  };
}
