import type { ByteSource } from "../../bytes/byteSource";
import { fields, textAt } from "../../bytes/fields";

export interface FileSystem {
  /** As blkid calls it: `ext4`, `vfat`, `xfs`, `crypto_LUKS`. */
  readonly name: string;
  /** The features of ext2, ext3 and ext4, as mke2fs calls them; empty for others. */
  readonly features: readonly string[];
}

/** Name, offset from the partition's start, bytes as latin1 text. Those that lie further in come later: each is one read. */
const signatures: readonly (readonly [name: string, offset: number, magic: string])[] = [
  ["xfs", 0, "XFSB"],
  ["crypto_LUKS", 0, "LUKS\xba\xbe"],
  ["squashfs", 0, "hsqs"],
  ["ntfs", 3, "NTFS    "],
  ["exfat", 3, "EXFAT   "],
  ["LVM2_member", 536, "LVM2 001"],
  ["erofs", 1024, "\xe2\xe1\xf5\xe0"],
  ["f2fs", 1024, "\x10\x20\xf5\xf2"],
  ["swap", 4086, "SWAPSPACE2"],
  ["linux_raid_member", 4096, "\xfc\x4e\x2b\xa9"],
  ["iso9660", 32_769, "CD001"],
  ["btrfs", 65_600, "_BHRfS_M"],
  ["ufs", 66_908, "\x19\x01\x54\x19"],
];

/** Those that leave open whether the image will do: they hide what they hold, or are FreeBSD's, which is accepted though it has no ext4. */
export const undecided: readonly string[] = ["LVM2_member", "crypto_LUKS", "linux_raid_member", "ufs"];

/** Recognises the file system in a partition, or in a disk without any; undefined where there is none that is known. */
export async function fileSystemAt(partition: ByteSource): Promise<FileSystem | undefined> {
  const head = await partition.read(0, 2048);
  const features = extFeatures(head.subarray(1024));
  if (features !== undefined) return { name: extName(features), features };
  if (textAt(head, 510, "\x55\xaa") && (/^FAT1[26]/.test(head.toString("latin1", 54, 59)) || textAt(head, 82, "FAT32"))) {
    return { name: "vfat", features: [] };
  }
  for (const [name, offset, magic] of signatures) {
    if (textAt(await partition.read(offset, magic.length), 0, magic)) return { name, features: [] };
  }
  return undefined;
}

/** The three words of features, bit by bit from the lowest; an empty name is a bit that was never given away. */
const featureNames = {
  compatible: ["dir_prealloc", "imagic_inodes", "has_journal", "ext_attr", "resize_inode", "dir_index", "", "", "", "sparse_super2"],
  incompatible: [
    ...["compression", "filetype", "needs_recovery", "journal_dev", "meta_bg", "", "extent", "64bit", "mmp", "flex_bg", "ea_inode", ""],
    ...["dirdata", "metadata_csum_seed", "large_dir", "inline_data", "encrypt", "casefold"],
  ],
  readOnlyCompatible: [
    ...["sparse_super", "large_file", "btree_dir", "huge_file", "uninit_bg", "dir_nlink", "extra_isize", "", "quota", "bigalloc"],
    ...["metadata_csum", "replica", "read-only", "project", "shared_blocks", "verity", "orphan_present"],
  ],
};

/** What a kernel's ext3 driver could read; anything else makes it ext4. */
const knownToExt3 = ["filetype", "needs_recovery", "meta_bg", "sparse_super", "large_file", "btree_dir", ...featureNames.compatible];

function extFeatures(superblock: Buffer): string[] | undefined {
  if (superblock.length < 1024 || superblock.readUInt16LE(56) !== 0xef53) return undefined;
  const words = fields(superblock, "little", { compatible: [92, 4], incompatible: [96, 4], readOnlyCompatible: [100, 4] });
  return (["compatible", "incompatible", "readOnlyCompatible"] as const).flatMap((word) =>
    Array.from({ length: 32 }, (_, bit) => bit)
      .filter((bit) => Math.floor(words[word] / 2 ** bit) % 2 === 1)
      .map((bit) => featureNames[word][bit] || `${word}_${bit}`),
  );
}

/** blkid's rule: ext4 is what ext3 can't read, ext3 has a journal. */
function extName(features: readonly string[]): string {
  if (features.includes("journal_dev")) return "jbd";
  if (!features.every((feature) => knownToExt3.includes(feature) || feature.startsWith("compatible_"))) return "ext4";
  return features.includes("has_journal") ? "ext3" : "ext2";
}
