/** Compressions that are recognised. */
export type CompressionName = "gzip" | "bzip2" | "xz" | "zstd";

/** Formats that are recognised, of disks and of what is taken for one. */
export type FormatName = "raw" | "qcow2" | "vmdk" | "vhdx" | "vdi" | "vhd" | "iso" | "tar" | "ova" | "zip" | "text" | "html";

/** What DigitalOcean's importer does with a kind of file: it takes it, or the finding `refused` says why not. */
export type Acceptance = { readonly accepted: true } | { readonly accepted: false; readonly refused: string };

export type CompressionRow = Acceptance & {
  /** Whether an image in it is unpacked and packed with gzip on its way through Spaces. */
  readonly recompressible: boolean;
  /** What a file's name ends in. */
  readonly extension: string;
};

export type FormatRow = Acceptance & {
  /** As its makers write it. */
  readonly title: string;
  /** What a file's name may end in. */
  readonly extensions: readonly string[];
  /** Whether it is a disk at all. */
  readonly isDisk: boolean;
};

/** Everything that imagefleet knows of DigitalOcean's dealing with compressions: what reads them is in `compression/`. */
export const compressionTable: Readonly<Record<CompressionName, CompressionRow>> = {
  gzip: { accepted: true, recompressible: false, extension: ".gz" },
  bzip2: { accepted: true, recompressible: false, extension: ".bz2" },
  xz: { accepted: false, refused: "compression-refused", recompressible: true, extension: ".xz" },
  zstd: { accepted: false, refused: "compression-refused", recompressible: true, extension: ".zst" },
};

/** The same of formats, which `inspect/formats/` reads. */
export const formatTable: Readonly<Record<FormatName, FormatRow>> = {
  raw: { accepted: true, title: "raw", extensions: [".img", ".raw"], isDisk: true },
  qcow2: { accepted: true, title: "qcow2", extensions: [".qcow2"], isDisk: true },
  vhdx: { accepted: true, title: "VHDX", extensions: [".vhdx"], isDisk: true },
  vdi: { accepted: true, title: "VDI", extensions: [".vdi"], isDisk: true },
  vmdk: { accepted: true, title: "VMDK", extensions: [".vmdk"], isDisk: true },
  vhd: { accepted: false, refused: "vhd-refused", title: "VHD", extensions: [".vhd"], isDisk: true },
  iso: { accepted: false, refused: "iso-refused", title: "ISO", extensions: [".iso"], isDisk: false },
  tar: { accepted: false, refused: "archive-refused", title: "tar", extensions: [".tar"], isDisk: false },
  ova: { accepted: false, refused: "archive-refused", title: "OVA", extensions: [".ova"], isDisk: false },
  zip: { accepted: false, refused: "archive-refused", title: "zip", extensions: [".zip"], isDisk: false },
  text: { accepted: false, refused: "text-refused", title: "text", extensions: [".txt"], isDisk: false },
  html: { accepted: false, refused: "text-refused", title: "HTML", extensions: [".html"], isDisk: false },
};

/** `gzip and bzip2` */
export const acceptedCompressions = listed(accepted(compressionTable), "and");
/** `raw, qcow2, VHDX, VDI and VMDK` */
export const acceptedFormats = listed(
  accepted(formatTable).map((name) => formatTable[name].title),
  "and",
);

/** The names of a table's rows that the importer takes. */
export function accepted<Name extends string>(table: Readonly<Record<Name, Acceptance>>): readonly Name[] {
  return (Object.keys(table) as Name[]).filter((name) => table[name].accepted);
}

/** The finding that refuses a row; undefined for one that is taken. */
export function refusalOf(row: Acceptance): string | undefined {
  return row.accepted ? undefined : row.refused;
}

/** `a, b and c` */
export function listed(words: readonly string[], conjunction: "and" | "or"): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}
