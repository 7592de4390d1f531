/**
 * What DigitalOcean's importer takes (documentation, Custom Images: how to upload). Everything that asks whether a format or compression
 * is accepted reads these two tables.
 */
interface CompressionRow {
  /** Whether DigitalOcean unpacks it; what it doesn't is packed anew, with gzip, on its way through Spaces. */
  readonly accepted: boolean;
  readonly extension: string;
}

interface FormatRow {
  /** As people write it. */
  readonly title: string;
  /** Code of the finding that refuses it; accepted where there is none. */
  readonly refusal?: string;
  /** Of files, the usual first. */
  readonly extensions: readonly string[];
}

export type CompressionName = "gzip" | "bzip2" | "xz" | "zstd";
export type FormatName = "raw" | "qcow2" | "vmdk" | "vhdx" | "vdi" | "vhd" | "iso" | "tar" | "ova" | "zip";

export const compressions: Readonly<Record<CompressionName, CompressionRow>> = {
  gzip: { accepted: true, extension: ".gz" },
  bzip2: { accepted: true, extension: ".bz2" },
  xz: { accepted: false, extension: ".xz" },
  zstd: { accepted: false, extension: ".zst" },
};

export const formats: Readonly<Record<FormatName, FormatRow>> = {
  raw: { title: "raw", extensions: [".img", ".raw"] },
  qcow2: { title: "qcow2", extensions: [".qcow2"] },
  vhdx: { title: "VHDX", extensions: [".vhdx"] },
  vdi: { title: "VDI", extensions: [".vdi"] },
  vmdk: { title: "VMDK", extensions: [".vmdk"] },
  vhd: { title: "VHD", extensions: [".vhd"], refusal: "vhd-refused" },
  iso: { title: "ISO", extensions: [".iso"], refusal: "iso-refused" },
  tar: { title: "tar", extensions: [".tar"], refusal: "archive-refused" },
  ova: { title: "OVA", extensions: [".ova"], refusal: "archive-refused" },
  zip: { title: "ZIP", extensions: [".zip"], refusal: "archive-refused" },
};

export function isAccepted(compression: CompressionName | null | undefined): boolean {
  return compression === null || compression === undefined || compressions[compression].accepted;
}

const acceptedFormats = Object.values(formats).filter(({ refusal }) => refusal === undefined);

/** The accepted formats and compressions as a sentence lists them, with its `and` or `or`. */
export const listFormats = (word: "and" | "or"): string =>
  list(
    acceptedFormats.map(({ title }) => title),
    word,
  );
export const listCompressions = (word: "and" | "or"): string =>
  list(
    Object.entries(compressions).flatMap(([name, { accepted }]) => (accepted ? [name] : [])),
    word,
  );

/** Extensions of the accepted formats. */
export const imageExtensions: readonly string[] = acceptedFormats.flatMap(({ extensions }) => extensions);

function list(words: readonly string[], word: string): string {
  return `${words.slice(0, -1).join(", ")} ${word} ${words.at(-1) ?? ""}`;
}
