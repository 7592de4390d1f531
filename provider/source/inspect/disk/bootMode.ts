import { textAt } from "../../bytes/fields";
import type { Partition, PartitionTable } from "./partitionTable";

/** `unknown`: nothing that a BIOS would start, and nothing for UEFI. */
export type BootMode = "bios" | "uefi-only" | "unknown";

const codeBytes = 440;
const zeros = Buffer.alloc(codeBytes);

/** How a machine starts from this disk, by its first sector and its partitions. */
export function bootModeOf(sector: Buffer, kind: PartitionTable["kind"], partitions: readonly Partition[]): BootMode {
  const code = sector.length === 512 && !sector.subarray(0, codeBytes).equals(zeros) && textAt(sector, 510, "\x55\xaa");
  // What mkfs.fat writes into its first sector only says that the disk does not boot.
  if (code && !(kind === "none" && isFat(sector))) return "bios";
  return partitions.some(({ purpose }) => purpose === "efi-system") ? "uefi-only" : "unknown";
}

function isFat(sector: Buffer): boolean {
  return textAt(sector, 54, "FAT") || textAt(sector, 82, "FAT");
}
