const sector = 512;
/** Where an ext4 superblock lies in its partition. */
const superblock = 1_024;

/** The smallest raw disk that an inspection has nothing against: boot sector, MBR, the head of an ext4; its bits told apart by a mark. */
export function bootableDisk(mark: string): Buffer {
  const bytes = Buffer.alloc(16 * sector);
  bytes.write(mark, 0, 400);
  // One active Linux partition, from the second sector to the end.
  bytes[446] = 0x80;
  bytes[450] = 0x83;
  bytes.writeUInt32LE(1, 454);
  bytes.writeUInt32LE(bytes.length / sector - 1, 458);
  bytes.writeUInt16BE(0x55aa, 510);
  const at = sector + superblock;
  bytes.writeUInt16LE(0xef53, at + 0x38);
  const [journal, extents] = [0x4, 0x40];
  bytes.writeUInt32LE(journal, at + 0x5c);
  bytes.writeUInt32LE(extents, at + 0x60);
  return bytes;
}
