/** Bytes to a disk sector. */
export const sectorBytes = 512;
/** Where the first partition starts: 1 MiB, as every partitioning tool aligns it. */
export const partitionStartBytes = 1024 * 1024;

const linuxPartition = 0x83;
const activeFlag = 0x80;

/** A disk of one active Linux partition that holds `fileSystem`, with boot code in sector 0 that says `greeting` on the BIOS console. */
export function partitionedDisk(fileSystem: Buffer, greeting: string): Buffer {
  const disk = Buffer.alloc(partitionStartBytes + fileSystem.length);
  bootCode(greeting).copy(disk, 0);
  const entry = 446;
  disk.writeUInt8(activeFlag, entry);
  disk.writeUInt8(linuxPartition, entry + 4);
  disk.writeUInt32LE(partitionStartBytes / sectorBytes, entry + 8);
  disk.writeUInt32LE(fileSystem.length / sectorBytes, entry + 12);
  disk.writeUInt16LE(0xaa55, 510);
  fileSystem.copy(disk, partitionStartBytes);
  return disk;
}

/** 16-bit code: prints the zero-terminated text behind it by BIOS interrupt 10h, then halts. */
function bootCode(greeting: string): Buffer {
  const code = Buffer.from([
    ...[0x31, 0xc0], // xor ax, ax
    ...[0x8e, 0xd8], // mov ds, ax
    ...[0xbe, 0x15, 0x7c], // mov si, 0x7c15: the text
    0xac, // next: lodsb
    ...[0x84, 0xc0], // test al, al
    ...[0x74, 0x06], // jz halt
    ...[0xb4, 0x0e], // mov ah, 0x0e
    ...[0xcd, 0x10], // int 0x10
    ...[0xeb, 0xf5], // jmp next
    0xf4, // halt: hlt
    ...[0xeb, 0xfd], // jmp halt
  ]);
  return Buffer.concat([code, Buffer.from(`${greeting}\r\n\0`, "ascii")]).subarray(0, 440);
}
