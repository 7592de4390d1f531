import { archives } from "./archives";
import type { DiskFormat } from "./diskFormat";
import { qcow2 } from "./qcow2";
import { raw } from "./raw";
import { texts } from "./texts";
import { vdi } from "./vdi";
import { dynamicVhd, fixedVhd } from "./vhd";
import { vhdx } from "./vhdx";
import { vmdk, vmdkDescriptor } from "./vmdk";

/** In the order in which they are asked: a hybrid ISO holds a partition table, so it comes before the raw disk. */
const formats: readonly DiskFormat[] = [qcow2, vmdk, vmdkDescriptor, vhdx, dynamicVhd, vdi, ...archives, ...texts, fixedVhd];

/** The format by content, never by name. `tail` is the file's last 512 bytes, empty where they are out of reach. */
export function formatOf(head: Buffer, tail: Buffer): DiskFormat {
  return formats.find(({ matches }) => matches(head, tail)) ?? raw;
}
