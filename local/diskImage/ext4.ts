import { createHash } from "node:crypto";

const blockBytes = 4096;
const inodeBytes = 256;
const inodes = 128;
const [ROOT_INODE, LOST_AND_FOUND_INODE, FILE_INODE] = [2, 11, 12];
const directoryMode = 0x41ed; // drwxr-xr-x
const fileMode = 0x81a4; // -rw-r--r--
const extentsFlag = 0x80000;

/** Block numbers of the one block group: superblock and boot sector in 0, then these. */
const descriptors = 1;
const blockBitmap = 2;
const inodeBitmap = 3;
const inodeTable = 4;
const firstData = inodeTable + (inodes * inodeBytes) / blockBytes;
const [ROOT_BLOCK, LOST_AND_FOUND_BLOCK, FILE_BLOCK] = [firstData, firstData + 1, firstData + 2];
const usedBlocks = firstData + 3;

/**
 * An ext4 file system (extents, no journal) of one block group that holds one file in its root, written without any tool.
 * `bytes` is its size, at most 128 MiB; the same arguments give the same bits.
 */
export function ext4(bytes: number, file: { readonly name: string; readonly text: string }): Buffer {
  const blocks = bytes / blockBytes;
  const image = Buffer.alloc(bytes);
  const block = (number: number) => image.subarray(number * blockBytes, (number + 1) * blockBytes);
  const content = Buffer.from(file.text, "utf8");

  superblock(image.subarray(1024, 2048), blocks, file);
  groupDescriptor(block(descriptors), blocks);
  setBits(block(blockBitmap), 0, usedBlocks);
  setBits(block(blockBitmap), blocks, blockBytes * 8);
  setBits(block(inodeBitmap), 0, FILE_INODE);
  setBits(block(inodeBitmap), inodes, blockBytes * 8);

  const inode = (number: number) => image.subarray(inodeTable * blockBytes + (number - 1) * inodeBytes).subarray(0, inodeBytes);
  writeInode(inode(ROOT_INODE), { mode: directoryMode, bytes: blockBytes, links: 3, block: ROOT_BLOCK });
  writeInode(inode(LOST_AND_FOUND_INODE), { mode: directoryMode, bytes: blockBytes, links: 2, block: LOST_AND_FOUND_BLOCK });
  writeInode(inode(FILE_INODE), { mode: fileMode, bytes: content.length, links: 1, block: FILE_BLOCK });

  directory(block(ROOT_BLOCK), [
    { inode: ROOT_INODE, name: ".", type: 2 },
    { inode: ROOT_INODE, name: "..", type: 2 },
    { inode: LOST_AND_FOUND_INODE, name: "lost+found", type: 2 },
    { inode: FILE_INODE, name: file.name, type: 1 },
  ]);
  directory(block(LOST_AND_FOUND_BLOCK), [
    { inode: LOST_AND_FOUND_INODE, name: ".", type: 2 },
    { inode: ROOT_INODE, name: "..", type: 2 },
  ]);
  content.copy(block(FILE_BLOCK));
  return image;
}

function superblock(at: Buffer, blocks: number, file: { name: string; text: string }): void {
  at.writeUInt32LE(inodes, 0);
  at.writeUInt32LE(blocks, 4);
  at.writeUInt32LE(blocks - usedBlocks, 12);
  at.writeUInt32LE(inodes - FILE_INODE, 16);
  at.writeUInt32LE(2, 24); // block size: 1024 << 2
  at.writeUInt32LE(2, 28); // cluster size, the same
  at.writeUInt32LE(blockBytes * 8, 32); // blocks to a group
  at.writeUInt32LE(blockBytes * 8, 36);
  at.writeUInt32LE(inodes, 40);
  at.writeUInt16LE(0xffff, 54); // mounts before a check: no limit
  at.writeUInt16LE(0xef53, 56);
  at.writeUInt16LE(1, 58); // clean
  at.writeUInt16LE(1, 60); // on errors: continue
  at.writeUInt32LE(1, 76); // dynamic inode sizes
  at.writeUInt32LE(FILE_INODE - 1, 84); // first inode that is not reserved
  at.writeUInt16LE(inodeBytes, 88);
  at.writeUInt32LE(0x2 | 0x40, 96); // incompatible features: file types in directories, extents
  at.writeUInt32LE(0x1 | 0x2, 100); // read-only compatible features: sparse superblocks, large files
  createHash("sha256").update(file.name).update(file.text).digest().copy(at, 104, 0, 16); // UUID
  at.write("imagefleet", 120, "ascii");
}

function groupDescriptor(at: Buffer, blocks: number): void {
  at.writeUInt32LE(blockBitmap, 0);
  at.writeUInt32LE(inodeBitmap, 4);
  at.writeUInt32LE(inodeTable, 8);
  at.writeUInt16LE(blocks - usedBlocks, 12);
  at.writeUInt16LE(inodes - FILE_INODE, 14);
  at.writeUInt16LE(2, 16); // directories
}

function setBits(bitmap: Buffer, from: number, to: number): void {
  for (let bit = from; bit < to; bit++) bitmap.writeUInt8(bitmap.readUInt8(bit >> 3) | (1 << (bit & 7)), bit >> 3);
}

function writeInode(at: Buffer, inode: { mode: number; bytes: number; links: number; block: number }): void {
  at.writeUInt16LE(inode.mode, 0);
  at.writeUInt32LE(inode.bytes, 4);
  at.writeUInt16LE(inode.links, 26);
  at.writeUInt32LE(blockBytes / 512, 28);
  at.writeUInt32LE(extentsFlag, 32);
  at.writeUInt16LE(0xf30a, 40); // extent header: magic, one of four entries, depth 0
  at.writeUInt16LE(1, 42);
  at.writeUInt16LE(4, 44);
  at.writeUInt16LE(1, 56); // the extent: file block 0, one block long
  at.writeUInt32LE(inode.block, 60);
  at.writeUInt16LE(32, 128); // extra inode bytes in use
}

function directory(block: Buffer, entries: readonly { inode: number; name: string; type: number }[]): void {
  let at = 0;
  entries.forEach((entry, index) => {
    const length = index === entries.length - 1 ? blockBytes - at : Math.ceil((8 + entry.name.length) / 4) * 4;
    block.writeUInt32LE(entry.inode, at);
    block.writeUInt16LE(length, at + 4);
    block.writeUInt8(entry.name.length, at + 6);
    block.writeUInt8(entry.type, at + 7);
    block.write(entry.name, at + 8, "ascii");
    at += length;
  });
}
