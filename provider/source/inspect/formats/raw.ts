import type { DiskFormat } from "./diskFormat";

/** The disk itself, byte by byte: whatever no other format claims. */
export const raw: DiskFormat = {
  name: "raw",
  matches: () => true,
  open: (file) => Promise.resolve({ format: "raw", virtualSizeBytes: file.size, traits: [], guest: file }),
};
