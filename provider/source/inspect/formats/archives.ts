import { textAt } from "../../bytes/fields";
import type { FormatName } from "../../accepted";
import type { DiskFormat } from "./diskFormat";

/** What people take for a disk image, and an importer does not open: known by name, not looked into. */
export const archives: readonly DiskFormat[] = [
  archive("iso", (head) => textAt(head, 32_769, "CD001")),
  archive("zip", (head) => textAt(head, 0, "PK\x03\x04")),
  // The first member of an OVA is its description.
  archive("ova", (head) => isTar(head) && /\.ovf\0*$/i.test(head.toString("latin1", 0, 100))),
  archive("tar", isTar),
];

function archive(name: FormatName, matches: DiskFormat["matches"]): DiskFormat {
  const disk = { format: name, virtualSizeBytes: undefined, traits: [], guest: undefined };
  return { name, matches, open: () => Promise.resolve(disk) };
}

function isTar(head: Buffer): boolean {
  return textAt(head, 257, "ustar");
}
