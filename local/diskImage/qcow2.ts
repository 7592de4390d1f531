const clusterBits = 16;
const clusterBytes = 1 << clusterBits;
const copied = 1n << 63n;
/** What one level-2 table maps: 8192 clusters of 64 KiB. */
const largestDiskBytes = (clusterBytes / 8) * clusterBytes;

/** The disk as a qcow2 (version 3) file in which clusters of zeros take no room. Disks of up to 512 MiB: one level-2 table maps them. */
export function qcow2(disk: Buffer): Buffer {
  if (disk.length > largestDiskBytes) {
    throw new Error(`a disk of at most ${largestDiskBytes} bytes can be written as qcow2 here, got ${disk.length}; use qemu-img.`);
  }
  const [refcountTable, refcountBlock, level1, level2, firstData] = [1, 2, 3, 4, 5];
  const clusters = Array.from({ length: Math.ceil(disk.length / clusterBytes) }, (_, index) =>
    disk.subarray(index * clusterBytes, (index + 1) * clusterBytes),
  );
  const zeros = Buffer.alloc(clusterBytes);
  const filled = clusters.flatMap((cluster, index) => (zeros.subarray(0, cluster.length).equals(cluster) ? [] : [{ cluster, index }]));

  const file = Buffer.alloc((firstData + filled.length) * clusterBytes);
  header(file, disk.length, { refcountTable, level1 });
  file.writeBigUInt64BE(BigInt(refcountBlock * clusterBytes), refcountTable * clusterBytes);
  for (let used = 0; used < firstData + filled.length; used++) file.writeUInt16BE(1, refcountBlock * clusterBytes + used * 2);
  file.writeBigUInt64BE(BigInt(level2 * clusterBytes) | copied, level1 * clusterBytes);
  filled.forEach(({ cluster, index }, position) => {
    const at = (firstData + position) * clusterBytes;
    file.writeBigUInt64BE(BigInt(at) | copied, level2 * clusterBytes + index * 8);
    cluster.copy(file, at);
  });
  return file;
}

function header(file: Buffer, virtualBytes: number, clusters: { refcountTable: number; level1: number }): void {
  file.write("QFI\xfb", 0, "latin1");
  file.writeUInt32BE(3, 4); // version
  file.writeUInt32BE(clusterBits, 20);
  file.writeBigUInt64BE(BigInt(virtualBytes), 24);
  file.writeUInt32BE(1, 36); // level-1 entries
  file.writeBigUInt64BE(BigInt(clusters.level1 * clusterBytes), 40);
  file.writeBigUInt64BE(BigInt(clusters.refcountTable * clusterBytes), 48);
  file.writeUInt32BE(1, 56); // clusters of the refcount table
  file.writeUInt32BE(4, 96); // a refcount takes 1 << 4 bits
  file.writeUInt32BE(104, 100); // header length
}
