import { ensure, readWhole, type ByteSource } from "../../bytes/byteSource";
import { fields, numbers } from "../../bytes/fields";

const rootInode = 2;
const superblockLayout = {
  blockBits: [24, 4],
  inodesPerGroup: [40, 4],
  revision: [76, 4],
  inodeBytes: [88, 2],
  incompatible: [96, 4],
  descriptorBytes: [254, 2],
} as const;
const [META_GROUPS, WIDE] = [0x10, 0x80];
const [MAPPED_BY_EXTENTS, HELD_INLINE] = [0x80000, 0x10000000];
const extentMagic = 0xf30a;
const deepestExtents = 5;
const [DIRECTORY, FILE, SYMBOLIC_LINK] = [0x4000, 0x8000, 0xa000];
/** A target of fewer bytes stands where the map of blocks would. */
const longestInlineTarget = 59;
/** As many as Linux follows. */
const mostLinks = 40;
/** A directory beyond this is not searched. */
const largestDirectoryBytes = 4 * 1024 * 1024;

/** The directories and small files of an ext2, ext3 or ext4 file system, read and never written. */
export class ExtTree {
  readonly #disk: ByteSource;
  readonly #blockBytes: number;
  readonly #inodeBytes: number;
  readonly #inodesPerGroup: number;
  readonly #descriptorBytes: number;
  readonly #read = new Map<number, ReadonlyMap<string, number>>();

  private constructor(disk: ByteSource, superblock: { readonly [K in keyof typeof superblockLayout]: number }) {
    const { blockBits, inodesPerGroup, revision, inodeBytes, incompatible, descriptorBytes } = superblock;
    ensure(blockBits <= 6 && inodesPerGroup > 0 && (incompatible & META_GROUPS) === 0);
    this.#disk = disk;
    this.#blockBytes = 1024 * 2 ** blockBits;
    this.#inodeBytes = revision === 0 ? 128 : inodeBytes;
    this.#inodesPerGroup = inodesPerGroup;
    this.#descriptorBytes = (incompatible & WIDE) !== 0 ? descriptorBytes : 32;
    ensure(this.#inodeBytes >= 128 && this.#descriptorBytes >= 32);
  }

  /** `disk` begins where the file system does. Throws `Unreadable` for what it can't read: damage, meta block groups, inline directories. */
  static async open(disk: ByteSource): Promise<ExtTree> {
    return new ExtTree(disk, fields(await readWhole(disk, 1024, 1024), "little", superblockLayout));
  }

  /** Whether a path, from the root, exists. Symbolic links are followed, except one that is its last part. */
  async has(path: string): Promise<boolean> {
    return (await this.#find(path)) !== undefined;
  }

  /** The inode of a path, from the root. */
  async #find(path: string): Promise<number | undefined> {
    const left = path.split("/");
    let [folder, links] = [rootInode, 0];
    for (let part; (part = left.shift()) !== undefined;) {
      if (part === "") continue;
      const entry = (await this.#entriesOf(folder)).get(part);
      if (entry === undefined) return undefined;
      const target = left.length > 0 ? await this.#target(entry) : undefined;
      if (target !== undefined) {
        links += 1;
        if (links > mostLinks) return undefined;
        if (target.startsWith("/")) folder = rootInode;
        left.unshift(...target.split("/"));
      } else folder = entry;
    }
    return folder;
  }

  /** The names in a folder; empty where there is none. */
  async list(path: string): Promise<readonly string[]> {
    const folder = await this.#find(`${path}/.`);
    return folder === undefined ? [] : [...(await this.#entriesOf(folder)).keys()];
  }

  /** The beginning of a file, at most `length` bytes; undefined where there is no such file. */
  async read(path: string, length: number): Promise<Buffer | undefined> {
    const found = await this.#find(path);
    if (found === undefined) return undefined;
    const inode = await this.#inode(found);
    if (typeOf(inode) !== FILE) return undefined;
    ensure((inode.readUInt32LE(32) & HELD_INLINE) === 0);
    const wanted = Math.min(length, inode.readUInt32LE(4));
    const blocks = (await this.#blocksOf(inode)).slice(0, Math.ceil(wanted / this.#blockBytes));
    const parts: Buffer[] = [];
    for (const block of blocks) parts.push(block === 0 ? Buffer.alloc(this.#blockBytes) : await this.#block(block));
    return Buffer.concat(parts).subarray(0, wanted);
  }

  async #entriesOf(folder: number): Promise<ReadonlyMap<string, number>> {
    const entries = this.#read.get(folder) ?? (await this.#entries(folder));
    this.#read.set(folder, entries);
    return entries;
  }

  /** Where a symbolic link leads; undefined for anything else, and for a link whose target is too long to stand in the inode. */
  async #target(number: number): Promise<string | undefined> {
    const inode = await this.#inode(number);
    const bytes = inode.readUInt32LE(4);
    if (typeOf(inode) !== SYMBOLIC_LINK || bytes > longestInlineTarget) return undefined;
    return inode.toString("utf8", 40, 40 + bytes);
  }

  /** Name -> inode; empty where the inode is no directory. */
  async #entries(number: number): Promise<ReadonlyMap<string, number>> {
    const inode = await this.#inode(number);
    const found = new Map<string, number>();
    if (typeOf(inode) !== DIRECTORY) return found;
    const blocks = inode.readUInt32LE(4) / this.#blockBytes;
    ensure((inode.readUInt32LE(32) & HELD_INLINE) === 0 && blocks * this.#blockBytes <= largestDirectoryBytes);
    for (const place of (await this.#blocksOf(inode)).slice(0, Math.ceil(blocks))) {
      if (place !== 0) readEntries(await this.#block(place), found);
    }
    return found;
  }

  async #inode(number: number): Promise<Buffer> {
    const group = Math.floor((number - 1) / this.#inodesPerGroup);
    // The descriptors follow the superblock: with blocks of 1 KiB it has one of its own.
    const descriptors = this.#blockBytes === 1024 ? 2 : 1;
    const descriptor = await readWhole(this.#disk, descriptors * this.#blockBytes + group * this.#descriptorBytes, this.#descriptorBytes);
    const high = this.#descriptorBytes >= 64 ? descriptor.readUInt32LE(40) : 0;
    const table = (high * 2 ** 32 + descriptor.readUInt32LE(8)) * this.#blockBytes;
    return readWhole(this.#disk, table + ((number - 1) % this.#inodesPerGroup) * this.#inodeBytes, 128);
  }

  #block(number: number): Promise<Buffer> {
    return readWhole(this.#disk, number * this.#blockBytes, this.#blockBytes);
  }

  /** The inode's blocks in the order of the file, as many as a directory may have. */
  async #blocksOf(inode: Buffer): Promise<number[]> {
    const map = inode.subarray(40, 100);
    if ((inode.readUInt32LE(32) & MAPPED_BY_EXTENTS) !== 0) return this.#extents(map, deepestExtents);
    const [direct, indirect] = [numbers(map.subarray(0, 48), "little", 4), numbers(map.subarray(48, 56), "little", 4)];
    const single = await this.#pointers(indirect[0] ?? 0);
    const double: number[] = [];
    for (const block of await this.#pointers(indirect[1] ?? 0)) double.push(...(await this.#pointers(block)));
    return [...direct, ...single, ...double];
  }

  async #pointers(block: number): Promise<number[]> {
    return block === 0 ? [] : numbers(await this.#block(block), "little", 4);
  }

  async #extents(node: Buffer, levels: number): Promise<number[]> {
    const { magic, entries, depth } = fields(node, "little", { magic: [0, 2], entries: [2, 2], depth: [6, 2] });
    ensure(magic === extentMagic && depth <= levels && (entries + 1) * 12 <= node.length);
    const found: number[] = [];
    for (let at = 12; at < (entries + 1) * 12; at += 12) {
      if (depth > 0) {
        const child = node.readUInt32LE(at + 4) + node.readUInt16LE(at + 8) * 2 ** 32;
        found.push(...(await this.#extents(await this.#block(child), depth - 1)));
      } else {
        const start = node.readUInt32LE(at + 8) + node.readUInt16LE(at + 6) * 2 ** 32;
        for (let block = 0; block < node.readUInt16LE(at + 4); block++) found.push(start + block);
      }
      ensure(found.length * this.#blockBytes <= 2 * largestDirectoryBytes);
    }
    return found;
  }
}

function typeOf(inode: Buffer): number {
  return inode.readUInt16LE(0) & 0xf000;
}

function readEntries(block: Buffer, found: Map<string, number>): void {
  for (let at = 0; at + 8 <= block.length;) {
    const { inode, bytes, nameBytes } = fields(block.subarray(at), "little", { inode: [0, 4], bytes: [4, 2], nameBytes: [6, 1] });
    // A record of a whole 64 KiB block does not fit its field.
    const length = bytes === 0 || bytes === 0xffff ? block.length - at : bytes;
    if (inode !== 0) found.set(block.toString("utf8", at + 8, at + 8 + nameBytes), inode);
    ensure(length >= 8);
    at += length;
  }
}
