import { acceptedCompressions, acceptedFormats, compressionTable, formatTable, refusalOf } from "../accepted";
import { nearest } from "../../rules/nearest";
import { undecided } from "./disk/fileSystem";
import type { Observation, Trait } from "./observation";

/** `error`: import or boot will fail; `warning`: it is likely to; `note`: good to know. */
export type Severity = "error" | "warning" | "note";

export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly remedy: string;
  /** Where the rule comes from. */
  readonly source: string;
}

/** One rule. In `message`, `{size}`, `{compression}`, `{format}` and `{fileSystems}` stand for what was observed. */
export interface FindingRule extends Finding {
  readonly applies: (observed: Observation) => boolean;
}

/** "Less than 100 GB" in the limits, "100 GB or less" elsewhere: the stricter one, in decimal gigabytes. */
const sizeLimitBytes = 100_000_000_000;

const upload = "DigitalOcean documentation, Custom Images: how to upload";
const limits = "DigitalOcean documentation, Custom Images: limits";
const nature = "the format itself: the file alone does not hold the disk";
const convert = "Convert it to one file: `qemu-img convert -O qcow2 <image> <new image>`.";

const has = (trait: Trait) => (observed: Observation) => observed.traits.has(trait);
/** Whether the table of what DigitalOcean takes refuses the format or the compression by this finding. */
const isRefused =
  (code: string) =>
  ({ format, compression }: Observation) =>
    (format !== null && refusalOf(formatTable[format]) === code) ||
    (compression !== null && refusalOf(compressionTable[compression]) === code);
/** A disk, or what could not be read far enough to tell. */
const isDisk = ({ format }: Observation) => format === null || formatTable[format].isDisk;
const isPartitioned = ({ partitionTable }: Observation) => partitionTable === "mbr" || partitionTable === "gpt";
const namesOf = ({ volumes }: Observation) => volumes.flatMap(({ fileSystem }) => (fileSystem ? [fileSystem.name] : []));
const hasExt = (observed: Observation) => namesOf(observed).some((name) => name === "ext3" || name === "ext4");
/** Every place where an ext4 could be was seen, and is something else. */
const allSeen = ({ volumes }: Observation) =>
  volumes.every(({ fileSystem, partition }) => (fileSystem ? !undecided.includes(fileSystem.name) : partition.purpose === "bios-boot"));
/** What explains that a part of the image could not be read, and is said already. */
const explaining: readonly Trait[] = [
  ...(["empty", "truncated", "damaged", "compression-damaged", "compressed-twice"] as const),
  ...(["backing-file", "external-data", "encrypted", "descriptor-only", "split-extents"] as const),
];
const isExplained = ({ traits }: Observation) => explaining.some((trait) => traits.has(trait));

export const findingRules: readonly FindingRule[] = [
  {
    code: "file-empty",
    severity: "error",
    message: "The file is empty.",
    remedy: "Make or download the image again.",
    source: "nothing can be imported from it",
    applies: has("empty"),
  },
  {
    code: "file-truncated",
    severity: "error",
    message: "The end of the file is missing: what its header or partition table describes is longer.",
    remedy: "Download or copy the image again, and compare its digest.",
    source: "the format itself",
    applies: has("truncated"),
  },
  {
    code: "file-damaged",
    severity: "error",
    message:
      "The file begins as a {format} image, but what describes its disk makes no sense, is marked as damaged, was left open by its writer, or needs features that are not known.",
    remedy: "Make or download the image again; `qemu-img check` says more.",
    source: "the format itself",
    applies: has("damaged"),
  },
  {
    code: "compression-refused",
    severity: "error",
    message: `The image is compressed with {compression}; DigitalOcean takes ${acceptedCompressions}.`,
    remedy: "Unpack it, or compress it with gzip instead.",
    source: upload,
    applies: isRefused("compression-refused"),
  },
  {
    code: "compression-damaged",
    severity: "error",
    message:
      "The {compression} compression of the image cannot be undone: the file is damaged, its end is missing, or it was packed in a way that is not read here, such as xz with SHA-256, a filter, or a dictionary above 64 MiB, or zstd with a window above 128 MiB.",
    remedy: "Download the image again and compare its digest, or compress it with gzip.",
    source: "DigitalOcean refuses such a file: a problem decompressing your file",
    applies: has("compression-damaged"),
  },
  {
    code: "trailing-bytes",
    severity: "warning",
    message:
      "Bytes that are no {compression} follow the end of the {compression} data, as some firmware builders append a signature. `gzip -d` ignores them; DigitalOcean's importer is not known to refuse them.",
    remedy: "Cut them off if the import fails: unpack the image and compress it again.",
    source: "not documented",
    applies: has("trailing-bytes"),
  },
  {
    code: "compressed-twice",
    severity: "error",
    message: "Inside the {compression} compression the image is compressed once more.",
    remedy: "Unpack it once and import the result.",
    source: "not documented: an importer that unpacks once finds no disk inside",
    applies: has("compressed-twice"),
  },
  {
    code: "archive-refused",
    severity: "error",
    message: "The file is a {format} archive; DigitalOcean does not look into archives.",
    remedy: "Take the disk image out of it and import that file.",
    source: `${upload}; refusals seen by third parties`,
    applies: isRefused("archive-refused"),
  },
  {
    code: "iso-refused",
    severity: "error",
    message: "The file is an ISO image of an optical disc, not of an installed disk.",
    remedy: "Install the system to a disk and import that disk, or take the distribution's cloud image.",
    source: limits,
    applies: isRefused("iso-refused"),
  },
  {
    code: "text-refused",
    severity: "error",
    message: "The file is {format}, not a disk image.",
    remedy: "Check the URL or the path: a page to sign in, an error message or a list of files is often served in an image's place.",
    source: "nothing can be imported from it",
    applies: isRefused("text-refused"),
  },
  {
    code: "vhd-refused",
    severity: "error",
    message: `The image is a VHD; DigitalOcean takes ${acceptedFormats}.`,
    remedy: "Convert it: `qemu-img convert -f vpc -O qcow2 <image> <new image>`.",
    source: upload,
    applies: isRefused("vhd-refused"),
  },
  {
    code: "backing-file",
    severity: "error",
    message: "The image is only a difference to another one, its backing file or parent.",
    remedy: convert,
    source: nature,
    applies: has("backing-file"),
  },
  {
    code: "external-data",
    severity: "error",
    message: "The image keeps its data in a second file.",
    remedy: convert,
    source: nature,
    applies: has("external-data"),
  },
  {
    code: "encrypted",
    severity: "error",
    message: "The image is encrypted as a whole, and DigitalOcean has no key to it.",
    remedy: "Convert it to an image without encryption: `qemu-img convert`.",
    source: "the format itself",
    applies: has("encrypted"),
  },
  {
    code: "vmdk-descriptor-only",
    severity: "error",
    message: "The file is the description of a VMDK; the data is in other files.",
    remedy: convert,
    source: nature,
    applies: has("descriptor-only"),
  },
  {
    code: "vmdk-split",
    severity: "error",
    message: "The file is one extent of a VMDK that is kept in several files.",
    remedy: "Convert the whole to one file, from its description: `qemu-img convert -O qcow2 <description> <new image>`.",
    source: nature,
    applies: has("split-extents"),
  },
  {
    code: "disk-too-large",
    severity: "error",
    message: "The disk has {size}; DigitalOcean takes less than 100 GB, unpacked.",
    remedy: "Shrink the file system and its partition, then the image; a Droplet's own disk may be larger and can be grown at first boot.",
    source: limits,
    applies: ({ virtualSizeBytes }) => virtualSizeBytes !== null && virtualSizeBytes >= sizeLimitBytes,
  },
  {
    code: "disk-size-unknown",
    severity: "note",
    message: "How large the disk is shows only when all of the file is read; DigitalOcean takes less than 100 GB, unpacked.",
    remedy: "Inspect the unpacked image, or use qcow2, which says its size at the front.",
    source: limits,
    applies: (observed) => observed.virtualSizeBytes === null && isDisk(observed) && !isExplained(observed),
  },
  {
    code: "partition-table-missing",
    severity: "error",
    message: "The disk has no partition table: DigitalOcean takes disks with MBR or GPT, and a BIOS needs one to start from.",
    remedy: "Partition the disk and put the file system into a partition; if this is not a disk image at all, check the source.",
    source: upload,
    applies: ({ partitionTable }) => partitionTable === "none",
  },
  {
    code: "partition-table-unread",
    severity: "warning",
    message: "The partition table could not be read without reading more of the file than an inspection does.",
    remedy: "Inspect the unpacked image.",
    source: "this inspection",
    applies: (observed) => isDisk(observed) && observed.partitionTable === null && !isExplained(observed),
  },
  {
    code: "gpt-missing",
    severity: "warning",
    message:
      "The disk's first sector announces a GPT, but none begins in the second: it is damaged, or made for sectors other than the 512 bytes that a Droplet's disk has.",
    remedy: "Restore the table from its copy at the end of the disk (`sgdisk`, `gdisk`), or make the image with sectors of 512 bytes.",
    source: "the format itself: Linux reads the copy only where it is told to",
    applies: has("gpt-missing"),
  },
  {
    code: "uefi-only",
    severity: "error",
    message: "The disk starts by UEFI only: it has an EFI system partition and no boot code for a BIOS, which is what Droplets have.",
    remedy: "Install a boot loader for BIOS too (on GPT with a BIOS boot partition: `grub-install --target=i386-pc`).",
    source: limits,
    applies: ({ bootMode }) => bootMode === "uefi-only",
  },
  {
    code: "boot-code-missing",
    severity: "error",
    message: "The disk's first sector holds no boot code, so the BIOS of a Droplet has nothing to start.",
    remedy: "Install a boot loader for BIOS (`grub-install --target=i386-pc`, `extlinux --install`).",
    source: limits,
    applies: (observed) => isPartitioned(observed) && observed.bootMode === "unknown",
  },
  {
    code: "bios-boot-partition-missing",
    severity: "warning",
    message: "The disk has a GPT and boot code, but no BIOS boot partition and no partition marked as bootable by BIOS.",
    remedy: "Add a BIOS boot partition of 1 MiB and install the boot loader again.",
    source: `${limits}; GRUB's manual`,
    applies: ({ partitionTable, bootMode, volumes }) =>
      partitionTable === "gpt" &&
      bootMode === "bios" &&
      !volumes.some(({ partition }) => partition.purpose === "bios-boot" || partition.legacyBootable),
  },
  {
    code: "file-system-not-ext",
    severity: "error",
    message:
      "The disk holds {fileSystems}; DigitalOcean's documentation asks for ext3 or ext4. Experience differs: people import and boot images of XFS and btrfs (RHEL, Rocky Linux, AlmaLinux, Arch, openSUSE, Talos).",
    remedy:
      'Build the image with ext4, or take it as it is: `source.accept: ["file-system-not-ext"]`, `inspect --accept file-system-not-ext`.',
    source: `${upload}; third parties' reports`,
    applies: (observed) => namesOf(observed).length > 0 && !hasExt(observed) && allSeen(observed),
  },
  {
    code: "file-system-unknown",
    severity: "warning",
    message: "No ext3 or ext4 file system was seen, which DigitalOcean asks for; a part of the disk could not be told.",
    remedy: "Check that the root or boot file system is ext4.",
    source: upload,
    applies: (observed) =>
      isPartitioned(observed) &&
      !hasExt(observed) &&
      (namesOf(observed).length === 0 || !allSeen(observed)) &&
      !isExplained(observed) &&
      !observed.traits.has("gpt-missing"),
  },
  {
    code: "fat-partition",
    severity: "note",
    message: "A FAT file system lies in a partition that is not an EFI system partition; a FAT boot partition was once refused.",
    remedy: "Put the boot files on ext4.",
    source: "a third party's report (noteed.com/not-os)",
    applies: (observed) =>
      isPartitioned(observed) &&
      observed.volumes.some(({ partition, fileSystem }) => fileSystem?.name === "vfat" && partition.purpose === "other"),
  },
  {
    code: "first-boot-agent-missing",
    severity: "warning",
    message: "Neither cloud-init nor another first-boot agent was found in the root file system: SSH keys and user data will not arrive.",
    remedy: "Install cloud-init 0.7.7 or newer, with ConfigDrive before NoCloud, or one of the agents that DigitalOcean lists.",
    source: upload,
    applies: ({ contents }) => contents.cloudInit === false,
  },
  {
    code: "cloud-init-old",
    severity: "warning",
    message: "cloud-init in the root file system is older than 0.7.7: SSH keys and user data may not arrive.",
    remedy: "Install cloud-init 0.7.7 or newer.",
    source: upload,
    applies: has("cloud-init-old"),
  },
  {
    code: "no-cloud-first",
    severity: "warning",
    message: "cloud-init's `datasource_list` names NoCloud before ConfigDrive, which is where a Droplet's SSH keys and user data are.",
    remedy: "Put ConfigDrive before NoCloud in `/etc/cloud/cloud.cfg` or the file of `/etc/cloud/cloud.cfg.d/` that sets the list.",
    source: upload,
    applies: has("no-cloud-first"),
  },
  {
    code: "sshd-missing",
    severity: "warning",
    message: "No sshd was found in the root file system, so Droplets cannot be reached.",
    remedy: "Install an SSH server and have it started at boot.",
    source: upload,
    applies: ({ contents }) => contents.sshd === false,
  },
  {
    code: "head-refused",
    severity: "error",
    message: "The image's server does not answer HEAD requests, and DigitalOcean does not import from such a server.",
    remedy: "Host the image where HEAD is answered, such as Spaces.",
    source: limits,
    applies: has("head-refused"),
  },
  {
    code: "ranges-missing",
    severity: "note",
    message: "The image's server has no ranges: only the beginning was read, and the rest is taken to be as it should.",
    remedy: "Inspect a local copy to be sure.",
    source: "this inspection",
    applies: has("ranges-missing"),
  },
  {
    code: "redirected",
    severity: "note",
    message: "The URL redirects; whether DigitalOcean follows redirects is not documented.",
    remedy: "Give the URL that it leads to, where that one lasts.",
    source: "not documented",
    applies: has("redirected"),
  },
  {
    code: "url-without-extension",
    severity: "note",
    message: "The URL does not end in an image's file extension, as DigitalOcean asks; some that did not were imported, some were refused.",
    remedy: "Use a URL that ends in `.img`, `.qcow2`, `.gz` or the like, without a query.",
    source: upload,
    applies: has("url-without-extension"),
  },
];

/** What is to be said about an image, errors first. */
export function findingsOn(observed: Observation): Finding[] {
  return findingRules
    .filter(({ applies }) => applies(observed))
    .map(({ code, severity, message, remedy, source }) => ({ code, severity, message: fill(message, observed), remedy, source }))
    .sort(bySeverity);
}

/** The same inspection where errors of these codes count as warnings, which say by whom: `source.accept`. */
export function acceptedBy<Inspected extends { readonly findings: readonly Finding[]; readonly acceptable: boolean }>(
  codes: readonly string[] = [],
  who: string,
  inspection: Inspected,
): Inspected {
  const findings = inspection.findings
    .map((finding) => {
      if (finding.severity !== "error" || !codes.includes(finding.code)) return finding;
      return { ...finding, severity: "warning" as const, message: `${finding.message} ${who} accepts it.` };
    })
    .sort(bySeverity);
  return { ...inspection, findings, acceptable: findings.every(({ severity }) => severity !== "error") };
}

/** Says of a code that no finding has which one is meant; undefined for one that is there. */
export function nearestCode(code: string): string | undefined {
  const codes = findingRules.map((rule) => rule.code);
  return codes.includes(code) ? undefined : (nearest(code, codes) ?? codes[0]);
}

function bySeverity(one: Finding, other: Finding): number {
  const order: readonly Severity[] = ["error", "warning", "note"];
  return order.indexOf(one.severity) - order.indexOf(other.severity);
}

function fill(message: string, observed: Observation): string {
  const { virtualSizeBytes, compression, format } = observed;
  const values: Readonly<Record<string, string>> = {
    size: `${((virtualSizeBytes ?? 0) / 1e9).toFixed(1)} GB`,
    compression: compression ?? "",
    format: format === null ? "" : format === "text" ? "a text file" : format === "html" ? "an HTML page" : format,
    fileSystems: namesOf(observed).join(", "),
  };
  return message.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}
